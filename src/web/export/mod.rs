//! Lists to take away: what a page lists has the same address with `.csv`, `.xlsx`, `.json` or `.ttl` behind its path,
//! with the same question.
//!
//! Invariant: an export is whole, however many pages the list has, and says how many there are. A page makes a
//! [`Table`] and knows nothing of the forms.

mod csv;
mod json;
mod table;
mod turtle;
mod xlsx;

use std::convert::Infallible;

use axum::Router;
use axum::extract::FromRequestParts;
use axum::handler::Handler;
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::error::WebError;
use super::paging::encode;
use super::site::Site;
use super::{App, answers};
use crate::store::Asked;
pub(super) use table::{Cell, Column, Table};

/// A form that tables are taken away in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Csv,
    Xlsx,
    Json,
    Turtle,
}

impl Form {
    pub(super) const ALL: [Self; 4] = [Self::Csv, Self::Xlsx, Self::Json, Self::Turtle];

    /// What the address ends with.
    pub(super) fn end(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Json => "json",
            Self::Turtle => "ttl",
        }
    }

    fn kind(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Json => "application/json",
            Self::Turtle => "text/turtle; charset=utf-8",
        }
    }

    /// The path without its end, and the form that the end names.
    pub(super) fn of(path: &str) -> Option<(&str, Self)> {
        let (rest, end) = path.rsplit_once('.')?;
        Self::ALL.into_iter().find(|form| form.end() == end).map(|form| (rest, form))
    }
}

/// The form that the address of a request ends with.
impl<S: Sync> FromRequestParts<S> for Form {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts.uri.path()).map_or(Self::Json, |(_, form)| form))
    }
}

/// The routes of a list: its page, and the table of it in every form.
pub(super) fn list<P: 'static, T: 'static>(
    path: &str,
    page: impl Handler<P, App>,
    table: impl Handler<T, App>,
) -> Router<App> {
    Form::ALL.into_iter().fold(Router::new().route(path, get(page)), |routes, form| {
        routes.route(&format!("{path}.{}", form.end()), get(table.clone()))
    })
}

/// A table in one of the forms.
pub(super) async fn answer(
    site: App,
    form: Form,
    build: impl FnOnce(&Site) -> Result<Table, WebError> + Send + 'static,
) -> Result<Response, WebError> {
    let asked = Asked { text: format!("a table as {}", form.end()), client: String::new() };
    let made = move |site: &Site| {
        let table = build(site)?;
        Ok::<_, WebError>((write(site, form, &table)?, table.name))
    };
    let (bytes, name) = answers::within(site, asked, None, made).await??;
    // Data that is read in the browser has no need of a name.
    let place = if form == Form::Csv || form == Form::Xlsx { "attachment" } else { "inline" };
    let file = format!("{place}; filename*=UTF-8''{}.{}", encode(&name), form.end());
    let headers =
        [(header::CONTENT_TYPE, form.kind().to_owned()), (header::CONTENT_DISPOSITION, file)];
    Ok((headers, bytes).into_response())
}

/// A table that no page lists, as a workbook.
pub(in crate::web) fn workbook(site: &Site, table: &Table) -> Result<Response, WebError> {
    let bytes = xlsx::write(site, table)?;
    Ok(([(header::CONTENT_TYPE, Form::Xlsx.kind())], bytes).into_response())
}

fn write(site: &Site, form: Form, table: &Table) -> Result<Vec<u8>, WebError> {
    match form {
        Form::Csv => Ok(csv::write(table, &site.host)),
        Form::Xlsx => Ok(xlsx::write(site, table)?),
        Form::Json => Ok(json::write(table, &site.host)),
        Form::Turtle => turtle::write(site, table),
    }
}
