//! Compact JSON-LD 1.1 with the context of `ontology/context.jsonld`, for readers who know JSON.
//!
//! Invariant: what is written expands to the same dataset again, and the same dataset is written as
//! the same bytes, whatever the order of its quads. The RDF libraries at hand write JSON-LD with
//! prefixes but do not compact by a context, so this does, for the features our context uses: terms,
//! prefixes, `@vocab`, and coercion by `@type`.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

use oxigraph::model::vocab::{rdf, xsd};
use oxigraph::model::{GraphName, Literal, NamedOrBlankNode, Quad, Term};
use serde_json::{Map, Value, json};

/// The context, which is also published beside the ontology.
pub const CONTEXT: &str = include_str!("../../ontology/context.jsonld");

/// Why a dataset cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum JsonLdError {
    /// JSON-LD 1.1 has no form for triples as terms.
    #[error("JSON-LD cannot say {quad}")]
    TripleTerm { quad: Box<Quad> },
    /// Writing failed.
    #[error("cannot write JSON-LD: {0}")]
    Write(#[from] serde_json::Error),
    /// Writing the last line break failed.
    #[error("cannot write JSON-LD: {0}")]
    Io(#[from] io::Error),
}

/// Subject → key → values, all sorted.
type Nodes = BTreeMap<String, BTreeMap<String, Vec<Value>>>;

/// Writes a dataset as one JSON object: the context, then the nodes of the default graph and the
/// named graphs, each with its nodes, under `@graph`.
///
/// # Errors
/// When a term has no form in JSON-LD or writing fails.
pub fn write<'a>(
    quads: impl IntoIterator<Item = &'a Quad>,
    mut out: impl Write,
) -> Result<(), JsonLdError> {
    let context: Value = serde_json::from_str(CONTEXT)?;
    let compactor = Compactor::new(&context["@context"]);
    let mut graphs: BTreeMap<Option<String>, Nodes> = BTreeMap::new();
    for quad in quads {
        let graph = match &quad.graph_name {
            GraphName::NamedNode(name) => Some(compactor.iri(name.as_str())),
            GraphName::BlankNode(name) => Some(name.to_string()),
            GraphName::DefaultGraph => None,
        };
        let subject = match &quad.subject {
            NamedOrBlankNode::NamedNode(node) => compactor.iri(node.as_str()),
            NamedOrBlankNode::BlankNode(node) => node.to_string(),
        };
        let (key, value) = compactor
            .entry(quad)
            .ok_or_else(|| JsonLdError::TripleTerm { quad: quad.clone().into() })?;
        let node = graphs.entry(graph).or_default().entry(subject).or_default();
        node.entry(key).or_default().push(value);
    }
    let mut content = Vec::new();
    for (graph, nodes) in graphs {
        let nodes = nodes.into_iter().map(|(id, node)| object(id, node));
        match graph {
            None => content.extend(nodes),
            Some(name) => content.push(json!({"id": name, "@graph": nodes.collect::<Vec<_>>()})),
        }
    }
    let document = json!({"@context": context["@context"], "@graph": content});
    serde_json::to_writer_pretty(&mut out, &document)?;
    Ok(out.write_all(b"\n")?)
}

/// A node: a single value stands by itself, several in an array.
fn object(id: String, node: BTreeMap<String, Vec<Value>>) -> Value {
    let mut object = Map::from_iter([("id".to_owned(), Value::from(id))]);
    for (key, mut values) in node {
        values.sort_by_cached_key(Value::to_string);
        values.dedup();
        let value = if values.len() == 1 { values.remove(0) } else { Value::from(values) };
        object.insert(key, value);
    }
    Value::from(object)
}

/// What a term's values are when they stand as plain strings.
enum Coercion {
    /// An `xsd:string`.
    String,
    /// An IRI, perhaps compact.
    Iri,
    /// A term of the vocabulary.
    Vocabulary,
    /// A literal of this datatype.
    Datatype(String),
}

/// The context turned round: from IRIs to terms.
struct Compactor {
    vocabulary: String,
    /// Namespace → prefix.
    prefixes: Vec<(String, String)>,
    /// Property → term and coercion.
    properties: HashMap<String, (String, Coercion)>,
}

impl Compactor {
    fn new(context: &Value) -> Self {
        let entries = || context.as_object().into_iter().flatten();
        let plain = || entries().filter_map(|(term, value)| Some((term, value.as_str()?)));
        let is_namespace = |iri: &str| iri.ends_with(['/', '#']);
        let prefixes: Vec<_> = plain()
            .filter(|(term, iri)| is_namespace(iri) && !term.starts_with('@'))
            .map(|(term, iri)| (iri.to_owned(), term.to_owned()))
            .collect();
        let expand = |name: &str| match name.split_once(':') {
            Some((prefix, local)) => prefixes
                .iter()
                .find(|(_, known)| known == prefix)
                .map_or_else(|| name.to_owned(), |(namespace, _)| format!("{namespace}{local}")),
            None => name.to_owned(),
        };
        let properties = entries().filter_map(|(term, value)| {
            let (iri, coercion) = match value {
                Value::String(iri) if !iri.starts_with('@') && !is_namespace(iri) => {
                    (iri, Coercion::String)
                }
                Value::Object(definition) => {
                    let Some(Value::String(iri)) = definition.get("@id") else { return None };
                    let coercion = match definition.get("@type").and_then(Value::as_str) {
                        Some("@id") => Coercion::Iri,
                        Some("@vocab") => Coercion::Vocabulary,
                        Some(datatype) => Coercion::Datatype(expand(datatype)),
                        None => Coercion::String,
                    };
                    (iri, coercion)
                }
                _ => return None,
            };
            Some((expand(iri), (term.clone(), coercion)))
        });
        Self {
            vocabulary: context["@vocab"].as_str().unwrap_or_default().to_owned(),
            properties: properties.collect(),
            prefixes: prefixes.clone(),
        }
    }

    /// An IRI with the prefix it has in the context.
    fn iri(&self, iri: &str) -> String {
        let compact = self.prefixes.iter().find_map(|(namespace, prefix)| {
            // `//` behind a prefix would make it look like the scheme of an absolute IRI.
            let local = iri.strip_prefix(namespace).filter(|local| !local.starts_with("//"))?;
            Some(format!("{prefix}:{local}"))
        });
        compact.unwrap_or_else(|| iri.to_owned())
    }

    /// An IRI as a name of the vocabulary.
    fn name(&self, iri: &str) -> String {
        match iri.strip_prefix(self.vocabulary.as_str()) {
            Some(local) if !local.is_empty() => local.to_owned(),
            _ => self.iri(iri),
        }
    }

    /// The key and value that say a quad's predicate and object; none for a triple as a term.
    fn entry(&self, quad: &Quad) -> Option<(String, Value)> {
        let predicate = quad.predicate.as_str();
        if quad.predicate == rdf::TYPE
            && let Term::NamedNode(class) = &quad.object
        {
            return Some(("type".to_owned(), self.name(class.as_str()).into()));
        }
        let (key, coercion) = match self.properties.get(predicate) {
            Some((term, coercion)) => (term.clone(), coercion),
            // Absolute, so that no term or prefix can change what it means.
            None => (predicate.to_owned(), &Coercion::String),
        };
        let value = match &quad.object {
            Term::NamedNode(node) => match coercion {
                Coercion::Iri => self.iri(node.as_str()).into(),
                Coercion::Vocabulary => self.name(node.as_str()).into(),
                _ => json!({"id": self.iri(node.as_str())}),
            },
            Term::BlankNode(node) => json!({"id": node.to_string()}),
            Term::Literal(literal) => self.literal(literal, coercion),
            Term::Triple(_) => return None,
        };
        Some((key, value))
    }

    fn literal(&self, literal: &Literal, coercion: &Coercion) -> Value {
        let (value, datatype) = (literal.value(), literal.datatype());
        if let Some(language) = literal.language() {
            return json!({"@value": value, "@language": language});
        }
        match coercion {
            Coercion::String if datatype == xsd::STRING => value.into(),
            Coercion::Datatype(expected) if datatype.as_str() == expected => {
                match native(literal) {
                    Some(native) => native,
                    None => value.into(),
                }
            }
            _ if datatype == xsd::STRING => json!({"@value": value}),
            _ => json!({"@value": value, "@type": self.iri(datatype.as_str())}),
        }
    }
}

/// Booleans and integers as JSON has them, where nothing of their lexical form is lost.
fn native(literal: &Literal) -> Option<Value> {
    let value = match literal.datatype() {
        xsd::BOOLEAN => Value::from(literal.value().parse::<bool>().ok()?),
        xsd::INTEGER => Value::from(literal.value().parse::<i32>().ok()?),
        _ => return None,
    };
    let lexical = value.to_string();
    (lexical == literal.value()).then_some(value)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use oxigraph::io::{JsonLdProfileSet, RdfFormat, RdfParser};
    use oxigraph::model::vocab::rdfs;
    use oxigraph::model::{BlankNode, NamedNode, NamedNodeRef};

    use super::*;
    use crate::rdf::fixture::{Fixture, owned};
    use crate::rdf::vocab::{ONTOLOGY, gm};

    fn written(quads: &[Quad]) -> String {
        let mut out = Vec::new();
        write(quads, &mut out).expect("JSON-LD can say it");
        String::from_utf8(out).expect("JSON is UTF-8")
    }

    fn read(json: &str) -> HashSet<Quad> {
        RdfParser::from_format(RdfFormat::JsonLd { profile: JsonLdProfileSet::empty() })
            .for_slice(json)
            .map(|quad| quad.expect("the JSON-LD parses"))
            .collect()
    }

    #[test]
    fn what_is_written_reads_as_the_same_dataset() {
        let described = Fixture::new().describe();
        let quads = [owned(&described.own), owned(&described.shared)].concat();
        assert_eq!(read(&written(&quads)), quads.iter().cloned().collect());
    }

    #[test]
    fn odd_terms_survive() {
        let node = |iri: &str| NamedNode::new_unchecked(iri);
        let quad =
            |p: NamedNodeRef, o: Term| Quad::new(node("http://a/s"), p, o, GraphName::DefaultGraph);
        let typed = |value: &str, datatype: NamedNodeRef| {
            Term::from(Literal::new_typed_literal(value, datatype))
        };
        let quads = [
            quad(gm::AGENCY, Literal::from("a name").into()),
            quad(gm::TEXT, node("http://a/o").into()),
            quad(gm::DATE, typed("soon", xsd::STRING)),
            quad(gm::ONGOING, typed("1", xsd::BOOLEAN)),
            quad(gm::ORDER, typed("007", xsd::INTEGER)),
            quad(gm::KIND, node("http://other/kind").into()),
            quad(
                rdfs::SEE_ALSO,
                Literal::new_language_tagged_literal_unchecked("你好", "zh").into(),
            ),
            quad(
                NamedNodeRef::new_unchecked("http://www.w3.org/ns/oa#x"),
                typed("1", xsd::INTEGER),
            ),
        ];
        assert_eq!(read(&written(&quads)), quads.iter().cloned().collect());
        let blank = quad(gm::AGENCY, BlankNode::default().into());
        assert!(written(&[blank]).contains("\"id\": \"_:"));
    }

    #[test]
    fn it_reads_well() {
        let described = Fixture::new().describe();
        let json: Value = serde_json::from_str(&written(&owned(&described.own))).expect("JSON");
        let nodes = json["@graph"][0]["@graph"].as_array().expect("nodes");
        let lead = nodes
            .iter()
            .find(|n| n["role"] == "roles:lead" && n["basis"] == "inline")
            .expect("the task's lead");
        assert_eq!(lead["type"], "Responsibility");
        assert_eq!(lead["confidence"], "0.95");
    }

    #[test]
    fn the_context_has_every_property_as_the_ontology_declares_it() {
        let context: Value = serde_json::from_str(CONTEXT).expect("the context is JSON");
        let compactor = Compactor::new(&context["@context"]);
        let ontology: Vec<Quad> = RdfParser::from_format(RdfFormat::Turtle)
            .for_slice(ONTOLOGY)
            .map(|quad| quad.expect("the ontology parses"))
            .collect();
        let mut properties = 0;
        for range in ontology.iter().filter(|quad| quad.predicate == rdfs::RANGE) {
            let NamedOrBlankNode::NamedNode(property) = &range.subject else { continue };
            let (term, coercion) = &compactor.properties[property.as_str()];
            assert_eq!(property.as_str().strip_prefix(gm::NAMESPACE), Some(term.as_str()));
            match &range.object {
                Term::NamedNode(range) if range.as_str().contains("XMLSchema#") => match coercion {
                    Coercion::String => assert_eq!(*range, xsd::STRING, "{term}"),
                    Coercion::Datatype(datatype) => assert_eq!(range.as_str(), datatype, "{term}"),
                    _ => panic!("{term} is a literal"),
                },
                _ => {
                    assert!(matches!(coercion, Coercion::Iri | Coercion::Vocabulary), "{term}");
                }
            }
            properties += 1;
        }
        assert!(properties > 50);
    }
}
