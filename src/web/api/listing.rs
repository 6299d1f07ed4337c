//! A page of a sorted list, and the link to the next (RFC 8288).
//!
//! The cursor names the last item of a page by what it was sorted by, not by its number: items that come or go in
//! between neither repeat others nor hide them.

use std::borrow::Cow;
use std::cmp::{Ordering, Reverse};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::cache::Lasting;
use super::super::paging::encode;
use super::super::problem::Problem;
use super::super::site::Site;
use super::columns::number;
use super::derived::Derived;
use super::params::{Params, bad};
use super::tables::Tables;
use crate::store::QueryError;

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

/// What an item is sorted by; all of a list by the same.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key<'t> {
    Text(Cow<'t, str>),
    Number(usize),
    /// How old a document is, its version, and the place of an item in its text.
    InText(u32, &'t str, usize),
}

impl<'t> Key<'t> {
    pub(super) fn text(text: &'t str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }

    /// The same as a text of the same order.
    fn written(self) -> String {
        match self {
            Self::Text(text) => text.into_owned(),
            Self::Number(number) => format!("{number:09}"),
            Self::InText(age, version, order) => format!("{age:04} {version} {order:06}"),
        }
    }
}

/// The numbers of items in the order of their keys; those without one go last, those of the same by their IRIs.
fn ordered<'t, T>(
    items: &'t [T],
    backwards: bool,
    key: impl Fn(&'t T) -> (Option<Key<'t>>, &'t str),
) -> Vec<u32> {
    let mut order: Vec<u32> = (0..number(items.len())).collect();
    let place = |at: &u32| key(&items[*at as usize]);
    // What goes first is least; IRIs are in their order both ways.
    match backwards {
        false => order.sort_by_cached_key(|at| {
            let (key, iri) = place(at);
            (key.is_none(), key, iri)
        }),
        true => order.sort_by_cached_key(|at| {
            let (key, iri) = place(at);
            (Reverse(key), iri)
        }),
    }
    order
}

/// The orders that lists of the tables have been asked for in.
#[derive(Default)]
struct Orders(Mutex<HashMap<OrderOf, Arc<[u32]>>>);

/// A list, and the name of its order.
type OrderOf = (&'static str, String);

impl Derived for Orders {
    fn read(_: &Site, _: &Tables) -> Result<(), QueryError> {
        Ok(())
    }

    fn derive(_: &Site, _: &Tables) -> Result<Self, QueryError> {
        Ok(Self::default())
    }
}

/// A list in the order that a request asks for, to be cut into pages.
pub(super) struct Listing<'t, T, K> {
    resource: &'static str,
    items: &'t [T],
    order: Arc<[u32]>,
    backwards: bool,
    /// What an item is sorted by, and its IRI.
    key: K,
}

impl<'t, T, K: Fn(&'t T) -> (Option<Key<'t>>, &'t str)> Listing<'t, T, K> {
    /// Of a table, which is sorted once.
    pub(super) fn of_table<A>(
        site: &Site,
        tables: &Tables,
        resource: &'static str,
        items: &'t [T],
        params: &Params<A>,
        backwards: bool,
        key: K,
    ) -> Result<Self, Problem> {
        let orders = tables.derived::<Orders>(site)?;
        let name = (resource, params.given("sort").unwrap_or_default().trim().to_owned());
        let mut orders = orders.0.lock().unwrap_or_else(PoisonError::into_inner);
        let order = orders.entry(name).or_insert_with(|| ordered(items, backwards, &key).into());
        Ok(Self { resource, items, order: Arc::clone(order), backwards, key })
    }

    /// Of what was found.
    pub(super) fn of_found(
        resource: &'static str,
        items: &'t [T],
        backwards: bool,
        key: K,
    ) -> Self {
        Self { resource, items, order: ordered(items, backwards, &key).into(), backwards, key }
    }

    /// The page that the request asks for of the items that are `wanted`, or of all. The cursor has the order's name, so
    /// that one of another is refused; `show` reads the rest of an item.
    pub(super) fn page<A, S>(
        &self,
        site: &Site,
        params: &Params<A>,
        limit: usize,
        wanted: Option<&[bool]>,
        mut show: impl FnMut(&'t T) -> Result<S, Problem>,
    ) -> Result<Page<S>, Problem> {
        let sort = params.given("sort").unwrap_or_default();
        let is_wanted = |at: &u32| wanted.is_none_or(|wanted| wanted[*at as usize]);
        let total = wanted.map_or(self.items.len(), |all| all.iter().filter(|is| **is).count());
        let first = match params.given("cursor") {
            Some(cursor) => {
                let last = decode(cursor, sort).ok_or_else(|| {
                    bad("cursor", "it is not one that a `next` link of this list and order gave")
                })?;
                let is_before = |at: &u32| self.place(*at).compare(&last, self.backwards).is_le();
                self.order.partition_point(is_before)
            }
            None => 0,
        };
        let mut rest = self.order[first..].iter().copied().filter(is_wanted);
        let page: Vec<u32> = rest.by_ref().take(limit).collect();
        let last = page.last().filter(|_| rest.next().is_some());
        let cursor = last.map(|last| encode_cursor(&self.place(*last), sort));
        let items = page.iter().map(|at| show(&self.items[*at as usize]));
        let items = items.collect::<Result<_, _>>()?;
        let next = cursor.map(|cursor| {
            let others = params.pairs.iter().filter(|(name, _)| name != "cursor");
            let cursor = ("cursor".to_owned(), cursor);
            let pairs = others.chain([&cursor]);
            let pairs: Vec<String> =
                pairs.map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
            format!("{}api/v1/{}?{}", site.root(), self.resource, pairs.join("&"))
        });
        Ok(Page { context: context(site), total, items, next })
    }

    fn place(&self, at: u32) -> Place {
        let (key, iri) = (self.key)(&self.items[at as usize]);
        Place { key: key.map(Key::written), iri: iri.to_owned() }
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
        let items = [(None, "a"), (Some("2"), "b"), (Some("1"), "c"), (Some("2"), "d")];
        let key = |item: &(Option<&'static str>, &'static str)| (item.0.map(Key::text), item.1);
        let places = items.map(|(key, iri)| place(key, iri));
        for (backwards, expected) in [(false, [2, 1, 3, 0]), (true, [1, 3, 2, 0])] {
            let order = ordered(&items, backwards, key);
            assert_eq!(order, expected);
            let sorted = order.iter().map(|at| &places[*at as usize]);
            assert!(sorted.is_sorted_by(|a, b| a.compare(b, backwards).is_lt()), "of cursors");
        }
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
