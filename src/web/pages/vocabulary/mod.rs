//! The vocabulary at its address: terms as a page and as triples, shapes, and the JSON-LD context.
//!
//! Its IRIs are under `https://w3id.org/gangmu/`, which redirects to a server of this program: `ontology`, `role/…`,
//! `genre/…` and `shapes` there are the paths of the same names here.

mod example;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use askama::Template;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use oxigraph::io::{RdfFormat, RdfParser, RdfSerializer};
use oxigraph::model::vocab::{rdf, rdfs};
use oxigraph::model::{
    BlankNode, Graph, NamedNodeRef, NamedOrBlankNode, NamedOrBlankNodeRef, Quad, TermRef,
};

use crate::rdf::vocab::{ONTOLOGY, gm, skos};
use crate::web::address::{Thing, see_other};
use crate::web::error::WebError;
use crate::web::filters;
use crate::web::labels::{Label, Labels};
use crate::web::lang::Lang;
use crate::web::site::{Here, Site, page as render};
use example::{Example, examples};

pub(in crate::web) use example::Kept;

const SHAPES: &str = include_str!("../../../../ontology/shapes.ttl");
const CONTEXT: &str = include_str!("../../../../ontology/context.jsonld");
/// What all IRIs of the vocabulary begin with.
const NAMESPACE: &str = "https://w3id.org/gangmu/";
const UNION_OF: NamedNodeRef<'_> =
    NamedNodeRef::new_unchecked("http://www.w3.org/2002/07/owl#unionOf");

#[derive(Template)]
#[template(path = "vocabulary.html")]
struct Vocabulary {
    kinds: Vec<Kind>,
}

/// Terms of one kind, such as classes.
struct Kind {
    code: &'static str,
    label: Label,
    terms: Vec<Term>,
}

struct Term {
    /// What follows `#` in the address of its place on the page.
    anchor: String,
    iri: String,
    label: Label,
    comment: Label,
    facts: Vec<(Label, Vec<Link>)>,
    /// A query for things like the example, and where it can be asked.
    query: (String, String),
    example: Option<(String, Example)>,
}

struct Link {
    text: String,
    href: String,
}

#[derive(Template)]
#[template(path = "shapes.html")]
struct Shapes {
    text: &'static str,
}

/// The document about a thing of the vocabulary, and its place on the page.
pub(in crate::web) fn place(site: &Site, thing: &Thing) -> Option<(Thing, String)> {
    let path = thing.0.trim_end_matches('/');
    let document = match path {
        "ontology" => return Some((Thing(path.to_owned()), address(site, ""))),
        "shapes" | "ontology/shapes" => Thing("ontology/shapes".to_owned()),
        "role" | "genre" => {
            let fragment = format!("#{path}/");
            return Some((Thing("ontology".to_owned()), address(site, &fragment)));
        }
        _ => {
            let is_concept = path.starts_with("role/") || path.starts_with("genre/");
            if !is_concept || !site.labels.knows(&format!("{NAMESPACE}{path}")) {
                return None;
            }
            return Some((Thing("ontology".to_owned()), address(site, &format!("#{path}"))));
        }
    };
    let page = document.own_page(site);
    Some((document, page))
}

/// The address of a place on the page of the vocabulary.
fn address(site: &Site, fragment: &str) -> String {
    format!("{}vocabulary{fragment}", site.root())
}

/// The page of the vocabulary.
pub(super) async fn show(Here(app): Here) -> Result<Response, WebError> {
    let links = [(header::LINK, Thing("ontology".to_owned()).links(&app, "alternate"))];
    let page = render(app, |site| {
        let mut kinds = kinds(&site.labels, site.lang);
        let terms =
            kinds.iter().flat_map(|kind| kind.terms.iter().map(|t| (t.iri.clone(), kind.code)));
        let examples = examples(site, &terms.collect::<Vec<_>>())?;
        for term in kinds.iter_mut().flat_map(|kind| &mut kind.terms) {
            let example = examples.get(&term.iri);
            term.example = example.map(|e| (example::name(site, &e.subject), e.clone()));
        }
        Ok(Vocabulary { kinds })
    });
    Ok((links, page.await?).into_response())
}

/// The page of a document of the vocabulary.
pub(in crate::web) fn page(site: &Site, thing: &Thing) -> Result<Option<Response>, WebError> {
    let html = match thing.0.as_str() {
        "ontology" => return Ok(Some(see_other(&address(site, "")))),
        "ontology/shapes" => site.render(&Shapes { text: SHAPES })?,
        _ => return Ok(None),
    };
    Ok(Some(Html(html).into_response()))
}

/// A document of the vocabulary as triples; Turtle as it was written, with its remarks.
pub(in crate::web) fn data(thing: &Thing, format: RdfFormat) -> Option<Response> {
    let text = match thing.0.as_str() {
        "ontology" => ONTOLOGY,
        "ontology/shapes" => SHAPES,
        _ => return None,
    };
    let bytes = if format == RdfFormat::Turtle { text.into() } else { converted(text, format) };
    Some(([(header::CONTENT_TYPE, format.media_type())], bytes).into_response())
}

/// The JSON-LD context.
pub(in crate::web) async fn context() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/ld+json")], CONTEXT)
}

fn converted(turtle: &str, format: RdfFormat) -> Vec<u8> {
    let mut triples = RdfParser::from_format(RdfFormat::Turtle).for_slice(turtle);
    let mut names = HashMap::new();
    let quads: Vec<_> = triples.by_ref().flatten().map(|quad| numbered(quad, &mut names)).collect();
    let serializer = RdfSerializer::from_format(format);
    let serializer = triples.prefixes().fold(serializer, |serializer, (prefix, iri)| {
        serializer.clone().with_prefix(prefix, iri).unwrap_or(serializer)
    });
    let mut writer = serializer.for_writer(Vec::new());
    let written = quads.iter().try_for_each(|quad| writer.serialize_quad(quad));
    written
        .and_then(|()| writer.finish())
        .expect("memory takes all, and the format takes all triples")
}

/// The same with blank nodes named by their order: the parser names them by chance, and a document must be the same each
/// time to have the same tag.
fn numbered(mut quad: Quad, names: &mut HashMap<BlankNode, BlankNode>) -> Quad {
    let mut name = |node: &BlankNode| {
        let next = format!("b{}", names.len());
        names.entry(node.clone()).or_insert_with(|| BlankNode::new_unchecked(next)).clone()
    };
    if let NamedOrBlankNode::BlankNode(node) = &quad.subject {
        quad.subject = name(node).into();
    }
    if let oxigraph::model::Term::BlankNode(node) = &quad.object {
        quad.object = name(node).into();
    }
    quad
}

fn kinds(labels: &Labels, lang: Lang) -> Vec<Kind> {
    let quads = RdfParser::from_format(RdfFormat::Turtle).for_slice(ONTOLOGY).flatten();
    let graph: Graph = quads.map(oxigraph::model::Triple::from).collect();
    let mut terms: BTreeMap<&str, Vec<Term>> = BTreeMap::new();
    for triple in graph.triples_for_predicate(rdf::TYPE) {
        let (NamedOrBlankNodeRef::NamedNode(term), TermRef::NamedNode(class)) =
            (triple.subject, triple.object)
        else {
            continue;
        };
        if let (Some(anchor), Some(kind)) = (anchor(term.as_str()), kind(class.as_str())) {
            let term = describe(&graph, (term, kind), anchor, (labels, lang));
            terms.entry(kind).or_default().push(term);
        }
    }
    let names = [
        ("class", "类", "classes"),
        ("property", "属性", "properties"),
        ("value", "取值", "values"),
        ("concept", "角色与文种", "roles and genres"),
    ];
    // A property may be a value too, as kinds of citations are.
    let mut placed = BTreeSet::new();
    let kinds = names.into_iter().map(|(kind, zh, en)| {
        let mut terms = terms.remove(kind).unwrap_or_default();
        terms.retain(|term| placed.insert(term.anchor.clone()));
        terms.sort_by(|a, b| a.anchor.cmp(&b.anchor));
        Kind { code: kind, label: Label::new(zh, en), terms }
    });
    kinds.collect()
}

/// Of `…/ontology#Task` it is `Task`, of `…/role/lead` it is `role/lead`, of the scheme `role/` (`role` is a property).
fn anchor(iri: &str) -> Option<String> {
    let name = iri.strip_prefix(gm::NAMESPACE);
    let name = name.or_else(|| iri.strip_prefix(NAMESPACE).filter(|name| *name != "ontology"))?;
    Some(name.to_owned())
}

fn kind(class: &str) -> Option<&'static str> {
    if class.starts_with(gm::NAMESPACE) {
        return Some("value");
    }
    let name = class.rsplit(['#', '/']).next().unwrap_or_default();
    match name {
        "Class" => Some("class"),
        "ObjectProperty" | "DatatypeProperty" => Some("property"),
        "Concept" | "ConceptScheme" => Some("concept"),
        "Service" => Some("value"),
        _ => None,
    }
}

fn describe(
    graph: &Graph,
    (term, kind): (NamedNodeRef<'_>, &str),
    anchor: String,
    (labels, lang): (&Labels, Lang),
) -> Term {
    let mut comment = Label::default();
    let mut facts: Vec<(Label, Vec<Link>)> = Vec::new();
    for triple in graph.triples_for_subject(term) {
        let predicate = triple.predicate;
        match triple.object {
            TermRef::Literal(text) if predicate == rdfs::COMMENT => match text.language() {
                Some("zh") => text.value().clone_into(&mut comment.zh),
                _ => text.value().clone_into(&mut comment.en),
            },
            TermRef::Literal(_) => {}
            object if predicate != rdf::TYPE => {
                let label = fact(predicate);
                let links = named(graph, object).into_iter().map(|iri| link(&iri, labels, lang));
                match facts.iter_mut().find(|(known, _)| *known == label) {
                    Some((_, known)) => known.extend(links),
                    None => facts.push((label, links.collect())),
                }
            }
            _ => {}
        }
    }
    facts.sort_by(|(a, _), (b, _)| a.en.cmp(&b.en));
    let query = example::query(term.as_str(), kind);
    Term {
        anchor,
        iri: term.as_str().to_owned(),
        label: labels.of(term.as_str()),
        comment,
        facts,
        query: (example::workbench(&query), query),
        example: None,
    }
}

/// What a property of the ontology's own language is called.
fn fact(property: NamedNodeRef<'_>) -> Label {
    let (zh, en) = match property {
        rdfs::SUB_CLASS_OF | rdfs::SUB_PROPERTY_OF => ("上位", "specialises"),
        rdfs::DOMAIN => ("主语", "of"),
        rdfs::RANGE => ("取值", "values"),
        _ if property == skos::BROADER => ("上位", "broader"),
        _ => {
            let name = property.as_str().rsplit(['#', '/']).next().unwrap_or_default();
            (name, name)
        }
    };
    Label::new(zh, en)
}

/// The IRIs that an object stands for: itself, or the members of a union.
fn named(graph: &Graph, object: TermRef<'_>) -> Vec<String> {
    let mut next = match object {
        TermRef::NamedNode(node) => return vec![node.as_str().to_owned()],
        TermRef::BlankNode(node) => graph.object_for_subject_predicate(node, UNION_OF),
        _ => None,
    };
    let mut members = Vec::new();
    while let Some(TermRef::BlankNode(list)) = next {
        if let Some(TermRef::NamedNode(member)) =
            graph.object_for_subject_predicate(list, rdf::FIRST)
        {
            members.push(member.as_str().to_owned());
        }
        next = graph.object_for_subject_predicate(list, rdf::REST);
    }
    members
}

fn link(iri: &str, labels: &Labels, lang: Lang) -> Link {
    match anchor(iri) {
        Some(anchor) => {
            Link { text: labels.of(iri).of(lang).to_owned(), href: format!("#{anchor}") }
        }
        None => Link { text: labels.of(iri).en, href: iri.to_owned() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_term_has_its_place_on_the_page() {
        let kinds = kinds(&Labels::of_the_ontology(), Lang::Zh);
        let anchors: Vec<&str> =
            kinds.iter().flat_map(|kind| &kind.terms).map(|term| term.anchor.as_str()).collect();
        for quad in RdfParser::from_format(RdfFormat::Turtle).for_slice(ONTOLOGY).flatten() {
            let NamedOrBlankNode::NamedNode(term) = quad.subject else { continue };
            if let Some(anchor) = anchor(term.as_str()) {
                assert_eq!(anchors.iter().filter(|known| **known == anchor).count(), 1, "{anchor}");
            }
        }
    }

    #[test]
    fn all_forms_say_the_same() {
        for document in ["ontology", "ontology/shapes"] {
            let thing = Thing(document.to_owned());
            let text = if document == "ontology" { ONTOLOGY } else { SHAPES };
            let count = |text: &[u8], format| {
                RdfParser::from_format(format).for_slice(text).map(Result::unwrap).count()
            };
            let all = count(text.as_bytes(), RdfFormat::Turtle);
            for format in [RdfFormat::NTriples, RdfFormat::RdfXml] {
                let made = converted(text, format);
                assert_eq!(count(&made, format), all, "{document} {format}");
                assert!(made == converted(text, format), "the same each time");
            }
            assert!(data(&thing, RdfFormat::NTriples).is_some());
        }
    }
}
