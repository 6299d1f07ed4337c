//! What the terms of the vocabulary are used for in the store, one example each.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use oxigraph::model::Term;

use crate::rdf::vocab::PREFIXES;
use crate::store::{QueryError, Revision};
use crate::web::pages::document::view::shorten;
use crate::web::paging::encode;
use crate::web::site::Site;

const OF_CLASS: &str = include_str!("../../queries/example_of_class.rq");
const OF_PROPERTY: &str = include_str!("../../queries/example_of_property.rq");
const OF_VALUE: &str = include_str!("../../queries/example_of_value.rq");

/// A statement of the store that uses a term.
#[derive(Clone)]
pub(super) struct Example {
    /// The thing that it is about.
    pub(super) subject: String,
    /// What it says of it; empty of a class.
    pub(super) value: String,
}

/// The examples that the last state of the store which was asked for has, by term.
#[derive(Default)]
pub(in crate::web) struct Kept(Mutex<Option<(Revision, Arc<Examples>)>>);

pub(super) type Examples = HashMap<String, Example>;

/// The examples of terms of kinds: `(IRI, kind)`.
pub(super) fn examples(
    site: &Site,
    terms: &[(String, &'static str)],
) -> Result<Arc<Examples>, QueryError> {
    let revision = site.store.revision();
    let kept = || site.examples.0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((known, examples)) = &*kept()
        && Some(*known) == revision
    {
        return Ok(Arc::clone(examples));
    }
    let mut found = Examples::new();
    for (term, kind) in terms {
        if let Some(example) = example(site, term, kind)? {
            found.insert(term.clone(), example);
        }
    }
    let found = Arc::new(found);
    if let Some(revision) = revision {
        *kept() = Some((revision, Arc::clone(&found)));
    }
    Ok(found)
}

fn example(site: &Site, term: &str, kind: &str) -> Result<Option<Example>, QueryError> {
    let query = match kind {
        "class" => OF_CLASS,
        "property" => OF_PROPERTY,
        _ => OF_VALUE,
    };
    let Some(row) = site.row(query, &[("term", term)])? else { return Ok(None) };
    let value = match row.term("value") {
        Some(Term::NamedNode(node)) => name(site, node.as_str()),
        Some(_) => shorten(&row.text("value")),
        None => row.get("property").map(|property| name(site, &property)).unwrap_or_default(),
    };
    Ok(Some(Example { subject: row.text("subject"), value }))
}

/// What follows the base in an IRI of ours, or its prefixed name.
pub(super) fn name(site: &Site, iri: &str) -> String {
    if let Some(path) = iri.strip_prefix(site.store.base().as_str()) {
        return path.to_owned();
    }
    prefixed(iri)
}

fn prefixed(iri: &str) -> String {
    let short = PREFIXES.iter().find_map(|(prefix, namespace)| {
        let name = iri.strip_prefix(namespace)?;
        // A slash in a local name would have to be escaped.
        (!name.contains('/')).then(|| format!("{prefix}:{name}"))
    });
    short.unwrap_or_else(|| format!("<{iri}>"))
}

/// A query that asks for such examples.
pub(super) fn query(term: &str, kind: &str) -> String {
    let name = prefixed(term);
    let pattern = match kind {
        "class" => format!("?thing a {name}"),
        "property" => format!("?thing {name} ?value"),
        _ => format!("?thing ?property {name}"),
    };
    format!("SELECT * WHERE {{ {pattern} }} LIMIT 20")
}

/// The address of the workbench with this query in it.
pub(super) fn workbench(query: &str) -> String {
    let used = PREFIXES.iter().filter(|(prefix, _)| query.contains(&format!(" {prefix}:")));
    let head: String =
        used.map(|(prefix, namespace)| format!("PREFIX {prefix}: <{namespace}>\n")).collect();
    format!("sparql?q={}", encode(&format!("{head}{query}")))
}
