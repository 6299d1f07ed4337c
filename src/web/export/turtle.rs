//! The triples of the things that a table lists.

use oxigraph::model::{NamedNode, Triple};
use oxigraph::sparql::QueryResults;

use super::table::Table;
use crate::store::QueryError;
use crate::web::error::WebError;
use crate::web::site::Site;
use crate::web::triples;

const ABOUT: &str = include_str!("../queries/about.rq");

/// What the store says of each.
pub(super) fn write(site: &Site, table: &Table) -> Result<Vec<u8>, WebError> {
    let mut all: Vec<Triple> = Vec::new();
    for thing in &table.things {
        let query = site.store.query(ABOUT)?.bind("thing", NamedNode::new_unchecked(thing));
        if let QueryResults::Graph(triples) = query.run(&site.store)?.into_inner() {
            for triple in triples {
                all.push(triple.map_err(QueryError::from)?);
            }
        }
    }
    Ok(triples::turtle(&all)?)
}
