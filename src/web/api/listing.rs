//! A page of a sorted list, and the link to the next (RFC 8288).
//!
//! The cursor names the last item of a page by what it was sorted by, not by its number: items that come or go in
//! between neither repeat others nor hide them.

use std::cmp::Ordering;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::cache::Lasting;
use super::super::paging::encode;
use super::super::problem::Problem;
use super::super::site::Site;
use super::params::{Params, bad};

/// A page of a list.
#[derive(Serialize, ToSchema)]
pub(super) struct Page<T> {
    /// Where the JSON-LD context is.
    #[serde(rename = "@context")]
    context: String,
    /// How many things answer in all.
    total: usize,
    items: Vec<T>,
    /// The address of the next page; null on the last. Also in the `Link` header.
    next: Option<String>,
}

/// One thing with its context.
#[derive(Serialize, ToSchema)]
pub(super) struct One<T> {
    /// Where the JSON-LD context is.
    #[serde(rename = "@context")]
    context: String,
    #[serde(flatten)]
    thing: T,
}

impl<T: Serialize> One<T> {
    pub(super) fn new(site: &Site, thing: T) -> Self {
        Self { context: context(site), thing }
    }
}

impl<T: Serialize> IntoResponse for One<T> {
    fn into_response(self) -> Response {
        (Extension(Lasting), Json(self)).into_response()
    }
}

fn context(site: &Site) -> String {
    format!("{}api/v1/context.jsonld", site.root())
}

impl<T: Serialize> IntoResponse for Page<T> {
    fn into_response(self) -> Response {
        let link = self.next.as_ref().map(|next| format!("<{next}>; rel=\"next\""));
        let mut response = (Extension(Lasting), Json(self)).into_response();
        if let Some(link) = link.and_then(|link| HeaderValue::from_str(&link).ok()) {
            response.headers_mut().insert(header::LINK, link);
        }
        response
    }
}

/// The place of an item in an order: those without a key go last, those of the same key by their IRIs.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
struct Place {
    key: Option<String>,
    iri: String,
}

impl Place {
    fn compare(&self, other: &Self, backwards: bool) -> Ordering {
        let keys = match (&self.key, &other.key) {
            (Some(a), Some(b)) if backwards => b.cmp(a),
            (Some(a), Some(b)) => a.cmp(b),
            (None, None) => Ordering::Equal,
            (a, b) => b.is_some().cmp(&a.is_some()),
        };
        keys.then_with(|| self.iri.cmp(&other.iri))
    }
}

/// A list to be sorted and cut into pages.
pub(super) struct Listing<T> {
    items: Vec<(Place, T)>,
}

impl<T> Listing<T> {
    /// `key` gives what an item is sorted by and its IRI.
    pub(super) fn new<'t>(
        items: impl IntoIterator<Item = T>,
        key: impl Fn(&T) -> (Option<String>, &str) + 't,
    ) -> Self {
        let place = |item: &T| {
            let (key, iri) = key(item);
            Place { key, iri: iri.to_owned() }
        };
        Self { items: items.into_iter().map(|item| (place(&item), item)).collect() }
    }

    /// The page that the request asks for. `sort` names the order in cursors, so that one of another is refused;
    /// `show` reads the rest of an item.
    pub(super) fn page<A, S>(
        mut self,
        site: &Site,
        resource: &str,
        params: &Params<A>,
        backwards: bool,
        limit: usize,
        mut show: impl FnMut(T) -> Result<S, Problem>,
    ) -> Result<Page<S>, Problem> {
        let given = |name: &str| params.pairs.iter().find(|(n, _)| n == name).map(|(_, v)| &**v);
        let sort = given("sort").unwrap_or_default();
        let total = self.items.len();
        self.items.sort_by(|(a, _), (b, _)| a.compare(b, backwards));
        let first = match given("cursor") {
            Some(cursor) => {
                let last = decode(cursor, sort).ok_or_else(|| {
                    bad("cursor", "it is not one that a `next` link of this list and order gave")
                })?;
                self.items.partition_point(|(place, _)| place.compare(&last, backwards).is_le())
            }
            None => 0,
        };
        let cursor = (first + limit < total)
            .then(|| self.items.get(first + limit - 1))
            .flatten()
            .map(|(place, _)| encode_cursor(place, sort));
        let page = self.items.into_iter().skip(first).take(limit);
        let items = page.map(|(_, item)| show(item)).collect::<Result<_, _>>()?;
        let next = cursor.map(|cursor| {
            let others = params.pairs.iter().filter(|(name, _)| name != "cursor");
            let cursor = ("cursor".to_owned(), cursor);
            let pairs = others.chain([&cursor]);
            let pairs: Vec<String> =
                pairs.map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
            format!("{}api/v1/{resource}?{}", site.root(), pairs.join("&"))
        });
        Ok(Page { context: context(site), total, items, next })
    }
}

/// A cursor: hexadecimal JSON.
fn encode_cursor(place: &Place, sort: &str) -> String {
    let json = serde_json::to_string(&(sort, place)).unwrap_or_default();
    hex::encode(json)
}

fn decode(cursor: &str, sort: &str) -> Option<Place> {
    let json = hex::decode(cursor).ok()?;
    let (of, place): (String, Place) = serde_json::from_slice(&json).ok()?;
    (of == sort).then_some(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(key: Option<&str>, iri: &str) -> Place {
        Place { key: key.map(str::to_owned), iri: iri.to_owned() }
    }

    #[test]
    fn what_has_no_key_goes_last_in_both_directions() {
        let mut places = [place(None, "a"), place(Some("2"), "b"), place(Some("1"), "c")];
        let iris = |places: &[Place]| places.iter().map(|p| p.iri.clone()).collect::<String>();
        places.sort_by(|a, b| a.compare(b, false));
        assert_eq!(iris(&places), "cba");
        places.sort_by(|a, b| a.compare(b, true));
        assert_eq!(iris(&places), "bca");
    }

    #[test]
    fn a_cursor_belongs_to_its_order() {
        let place = place(Some("2024-12-31"), "http://a/任务");
        let cursor = encode_cursor(&place, "-due");
        assert_eq!(decode(&cursor, "-due"), Some(place));
        assert_eq!(decode(&cursor, "due"), None);
        for wrong in ["", "zz", "7", "é7", "7b7d"] {
            assert_eq!(decode(wrong, ""), None, "{wrong}");
        }
    }
}
