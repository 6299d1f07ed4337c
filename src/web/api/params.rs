//! What a request asks for, read strictly: a parameter that is not known or has no meaning is an error that names it.

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path, Query};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::Deserialize;
use serde::de::value::Error;
use serde::de::{DeserializeOwned, IntoDeserializer};

use super::super::App;
use super::super::problem::Problem;
use crate::config::Role;

/// Items on a page: what is given when nothing is asked, and at most.
const USUAL: usize = 20;
pub(super) const MOST: usize = 100;

/// The parameters of the query part of an address.
pub(super) struct Params<T> {
    pub(super) asked: T,
    /// All of them as they came, for the link to the next page.
    pub(super) pairs: Vec<(String, String)>,
}

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        app.access.check(&parts.headers, Role::Reader)?;
        let wrong = |error: axum::extract::rejection::QueryRejection| refused(error.body_text());
        let Query(mut pairs) =
            Query::<Vec<(String, String)>>::try_from_uri(&parts.uri).map_err(wrong)?;
        // A form sends fields that were left empty.
        pairs.retain(|(_, value)| !value.is_empty());
        let Query(asked) = Query::<T>::try_from_uri(&parts.uri).map_err(wrong)?;
        Ok(Self { asked, pairs })
    }
}

impl<T> Params<T> {
    /// A parameter as it came.
    pub(super) fn given(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// Whether all things of a list are asked for, in whatever order and on whatever page.
    pub(super) fn is_of_all(&self) -> bool {
        self.pairs.iter().all(|(name, _)| ["sort", "limit", "cursor"].contains(&name.as_str()))
    }
}

/// The last segment of an address: what stands after the base in an IRI.
pub(super) struct Id(pub(super) String);

impl FromRequestParts<App> for Id {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        app.access.check(&parts.headers, Role::Reader)?;
        let path: Result<Path<String>, PathRejection> = Path::from_request_parts(parts, app).await;
        let Path(id) = path.map_err(|error| refused(error.body_text()))?;
        Ok(Self(id))
    }
}

fn refused(why: String) -> Problem {
    let title = "参数有误 A parameter is wrong";
    Problem::new(StatusCode::BAD_REQUEST, "bad-parameter", title).detail(why)
}

/// That the value of a parameter has no meaning.
pub(super) fn bad(parameter: &str, why: impl std::fmt::Display) -> Problem {
    refused(format!("{parameter}: {why}"))
}

/// A value, none where it was left empty.
pub(super) fn text(value: Option<&String>) -> Option<&str> {
    value.map(|value| value.trim()).filter(|value| !value.is_empty())
}

/// One of the values that a type names.
pub(super) fn choice<T: DeserializeOwned>(
    parameter: &str,
    value: Option<&String>,
) -> Result<Option<T>, Problem> {
    let parse = |value: &str| T::deserialize(value.into_deserializer());
    text(value).map(parse).transpose().map_err(|error: Error| bad(parameter, error))
}

/// How many items a page may have.
pub(super) fn limit(value: Option<&String>) -> Result<usize, Problem> {
    let Some(limit) = text(value) else { return Ok(USUAL) };
    let limit = limit.parse().ok().filter(|limit| (1..=MOST).contains(limit));
    limit.ok_or_else(|| bad("limit", format!("a whole number from 1 to {MOST} is needed")))
}

/// A day, as it is written in the store: `2024-12-31`.
pub(super) fn day<'v>(
    parameter: &str,
    value: Option<&'v String>,
) -> Result<Option<&'v str>, Problem> {
    let Some(day) = text(value) else { return Ok(None) };
    let is_day = day.len() == 10 && day.parse::<jiff::civil::Date>().is_ok();
    if is_day { Ok(Some(day)) } else { Err(bad(parameter, "a day such as 2024-12-31 is needed")) }
}

/// A year of four digits.
pub(super) fn year(value: Option<&String>) -> Result<Option<&str>, Problem> {
    let Some(year) = text(value) else { return Ok(None) };
    let is_year = year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
    if is_year { Ok(Some(year)) } else { Err(bad("year", "a year such as 2024 is needed")) }
}

/// An order, by a field, backwards with a minus sign before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Order<F> {
    pub(super) by: F,
    pub(super) backwards: bool,
}

/// An order by one of the fields that a type names; `usual` where none is asked for.
pub(super) fn order<F: for<'f> Deserialize<'f>>(
    value: Option<&String>,
    usual: Order<F>,
) -> Result<Order<F>, Problem> {
    let Some(value) = text(value) else { return Ok(usual) };
    let (backwards, field) = match value.strip_prefix('-') {
        Some(field) => (true, field),
        None => (false, value),
    };
    let by = F::deserialize(field.into_deserializer()).map_err(|e: Error| bad("sort", e))?;
    Ok(Order { by, backwards })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn values_are_read_strictly() {
        assert_eq!(limit(None).unwrap(), USUAL);
        assert_eq!(limit(value(" 7").as_ref()).unwrap(), 7);
        for wrong in ["0", "101", "-1", "x", "1.5"] {
            assert!(limit(value(wrong).as_ref()).is_err(), "{wrong}");
        }
        assert_eq!(day("d", value("2024-02-29").as_ref()).unwrap(), Some("2024-02-29"));
        for wrong in ["2023-02-29", "2024", "2024-2-1", "20240201", "今天"] {
            assert!(day("d", value(wrong).as_ref()).is_err(), "{wrong}");
        }
        assert!(year(value("24").as_ref()).is_err() && year(value("").as_ref()).unwrap().is_none());
    }

    #[test]
    fn an_order_has_a_direction() {
        #[derive(Debug, Deserialize, PartialEq, Eq, Clone, Copy)]
        #[serde(rename_all = "kebab-case")]
        enum Field {
            Due,
        }
        let usual = Order { by: Field::Due, backwards: false };
        assert_eq!(order(None, usual).unwrap(), usual);
        let backwards = Order { by: Field::Due, backwards: true };
        assert_eq!(order(value("-due").as_ref(), usual).unwrap(), backwards);
        assert!(order(value("--due").as_ref(), usual).is_err());
        assert!(order(value("name").as_ref(), usual).is_err());
    }
}
