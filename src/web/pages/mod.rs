//! Pages for people, in Chinese and, below `/en/`, in English.
//!
//! Invariant: a page works without scripts, has one address in each language, says how many things there are, and
//! whatever it lists can be taken away at its own address ([`export`]).
//!
//! # To add a page
//! A file here, with a template beside it in `templates/` that extends `base.html`, and a line in [`pages`] below.
//! The handler takes [`Here`](super::site::Here), which is the site in the language and at the address of the request,
//! and hands a function of the [`Site`](super::site::Site) to [`page`](super::site::page()); a template has no field
//! for language or root. What lists are narrowed by is in `api::tables`, read once a
//! revision; what is made of that once, in `api::columns` and wherever [`prepare`] says. A page that stands in
//! the navigation has a line in `base.html`; what looks its own way, a file in `templates/style` and a line in `style`.
//!
//! # To say something
//! [`filters`](super::filters) must be in scope as `filters`. In templates: `{{ "任务"|t("Tasks") }}`,
//! `{{ "共 {} 份"|t("{} documents")|with(all) }}`, `{{ label|name }}` of a [`Label`](super::labels::Label); in code
//! `site.say("任务", "Tasks")` and `label.of(site.lang)`. Links: `{{ "agencies"|page }}` to a page, in the language of
//! this one; `{{ "data/…"|file }}` to what has no language; `site.href(iri)` to the page about a thing. Text of
//! documents stands in an element with `lang="zh-CN"`.
//!
//! # To have an export
//! A second handler that takes [`Form`](export::Form) too and gives [`export::answer`] a function that makes a
//! [`Table`](export::Table); [`export::list`] makes the routes of both, and `{% include "exports.html" %}` the links.
//!
//! # To have an island
//! `<div data-island="network" data-src="{{ "json"|export }}">…</div>` around what is there without scripts, a list or
//! a table; or the data in it as `<script type="application/json">{{ data|json|safe }}</script>`. The policy of
//! `http::policy` lets pages run nothing but scripts of ours, and no `style` attribute.

mod add;
mod agencies;
mod agency;
mod document;
mod documents;
mod home;
mod matrix;
mod narrow;
mod policies;
mod policy;
pub(super) mod resource;
mod search;
mod targets;
mod tasks;
pub(super) mod vocabulary;
pub(super) mod workbench;

use axum::Router;
use axum::http::Uri;
use axum::middleware::from_fn_with_state;
use axum::routing::get;

pub(super) use document::Views;
pub(super) use home::show as first;

use super::api::tables::Tables;
use super::error::{WebError, tell};
use super::lang::Lang;
use super::site::Site;
use super::{App, api, export};
use crate::store::QueryError;

/// The pages that there are in every language.
fn pages() -> Router<App> {
    Router::new()
        .route("/", get(home::show))
        .merge(export::list("/documents", documents::list, documents::table))
        .merge(export::list("/agencies", agencies::list, agencies::table))
        .route("/add", get(add::show).post(add::keep))
        .route("/add/preview", get(add::again).post(add::preview))
        .route("/vocabulary", get(vocabulary::show))
        .merge(export::list("/tasks", tasks::list, tasks::table))
        .merge(export::list("/targets", targets::list, targets::table))
        .merge(export::list("/matrix", matrix::show, matrix::table))
        .merge(export::list("/policies", policies::list, policies::table))
        .merge(policy::routes())
        .route("/search", get(search::show))
        .route("/page/{*path}", get(resource::of))
}

/// Makes what the lists need of the tables, so that nobody has to wait for it.
pub(super) fn prepare(site: &Site, tables: &Tables) -> Result<(), QueryError> {
    tables.derived::<narrow::AllTasks>(site)?;
    tables.derived::<narrow::AllTargets>(site)?;
    tables.derived::<home::Days>(site)?;
    tables.derived::<home::Newest>(site)?;
    tables.derived::<home::overview::Ranked>(site)?;
    tables.derived::<agencies::Ranked>(site)?;
    tables.derived::<policies::Cited>(site)?;
    Ok(())
}

/// The pages below the top: those in Chinese, and those in the other languages below their paths. What is found
/// nowhere goes on to the fallback of the routes they are merged into.
pub(super) fn routes(site: &App) -> Router<App> {
    let english = App::new(site.in_lang(Lang::En));
    let below = pages()
        .route("/sparql", get(workbench::show))
        .route("/api", get(api::page::show))
        .fallback(nothing);
    // A router that is nested has no address that ends with a slash.
    let below = Router::new()
        .route("/en/", get(home::show))
        .nest("/en", below)
        .layer(from_fn_with_state(App::clone(&english), tell))
        .with_state(english);
    pages().merge(below)
}

async fn nothing(uri: Uri) -> WebError {
    WebError::NotFound(uri.path().to_owned())
}
