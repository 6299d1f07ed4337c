//! The ledger of a bearer as a page to be printed: the same table as the workbook.

use askama::Template;

use super::{Asked, table};
use crate::web::error::WebError;
use crate::web::export::{Cell, Table};
use crate::web::filters;
use crate::web::site::Site;

/// Columns that paper has no room for; the others say what matters in them.
const LEFT_OUT: [&str; 3] = ["printedNumber", "year", "due"];

#[derive(Template)]
#[template(path = "ledger.html")]
pub(in crate::web::pages) struct Ledger {
    table: Table,
    /// Whether some task stands at a place in its file that can be named.
    has_places: bool,
    back: String,
    today: String,
}

/// The page.
pub(in crate::web::pages) fn build(
    site: &Site,
    iri: &str,
    asked: &Asked,
) -> Result<Ledger, WebError> {
    let table = table(site, iri, asked)?;
    let back = asked.question().with("", "");
    let at = table.columns.iter().position(|column| column.key == "place");
    let has_places = at.is_some_and(|at| {
        table.rows.iter().any(|row| matches!(&row[at], Cell::Text(place) if !place.is_empty()))
    });
    Ok(Ledger { table, has_places, back, today: site.today.clone() })
}

impl Ledger {
    fn heads(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let columns = self.table.columns.iter().map(|column| (column.key, column.title.as_str()));
        columns.filter(|(key, _)| self.is_printed(key))
    }

    fn cells<'r>(&self, row: &'r [Cell]) -> impl Iterator<Item = (&'static str, &'r Cell)> {
        let cells = self.table.columns.iter().map(|column| column.key).zip(row);
        cells.filter(|(key, _)| self.is_printed(key))
    }

    fn is_printed(&self, column: &str) -> bool {
        !LEFT_OUT.contains(&column) && (column != "place" || self.has_places)
    }
}
