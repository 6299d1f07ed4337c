//! Whether what the graphs say, taken together, conforms to the shapes of the ontology.

use std::collections::{HashMap, HashSet};

use oxigraph::model::vocab::{rdf, xsd};
use oxigraph::model::{
    Literal, NamedNode, NamedNodeRef, NamedOrBlankNode, NamedOrBlankNodeRef, Term,
};
use oxigraph::store::StorageError;

use super::super::quads::Quads;
use crate::rdf::shacl::{Constraint, Property, Shape, Shapes};

/// What is wrong with one node.
pub(super) struct Violation {
    pub(super) node: NamedOrBlankNode,
    pub(super) what: String,
}

/// Gives every violation to `tell`, and says how many nodes were looked at.
pub(super) fn conform(
    quads: &Quads,
    shapes: &Shapes,
    tell: &mut dyn FnMut(Violation),
) -> Result<usize, StorageError> {
    let mut judge = Judge { quads, shapes, classes: HashMap::new() };
    let mut looked = 0;
    for (class, shape) in &shapes.targets {
        let mut last = None;
        for quad in quads.matching(None, Some(rdf::TYPE), Some(class.as_ref().into()), None) {
            let node = quad?.subject;
            // The same in several graphs come one after the other.
            if last.as_ref() == Some(&node) {
                continue;
            }
            looked += 1;
            if let Some(what) = judge.node(&node.clone().into(), &shapes.all[*shape])? {
                tell(Violation { node: node.clone(), what });
            }
            last = Some(node);
        }
    }
    Ok(looked)
}

struct Judge<'a> {
    quads: &'a Quads,
    shapes: &'a Shapes,
    /// The last value that each class was asked of, and whether it is an instance: many claims have one version.
    classes: HashMap<NamedNode, (Term, bool)>,
}

/// What is said of a node: predicates and objects.
type Said = HashSet<(NamedNode, Term)>;

/// What is wrong; none if nothing is.
type Wrong = Result<Option<String>, StorageError>;

impl<'a> Judge<'a> {
    fn node(&mut self, node: &Term, shape: &'a Shape) -> Wrong {
        if let Some(wrong) = self.value(node, &shape.constraints)? {
            return Ok(Some(wrong));
        }
        if shape.properties.is_empty() {
            return Ok(None);
        }
        let said = match node {
            Term::NamedNode(node) => self.about(node.as_ref().into())?,
            Term::BlankNode(node) => self.about(node.as_ref().into())?,
            _ => Said::new(),
        };
        for property in &shape.properties {
            if let Some(wrong) = self.property(&said, property)? {
                return Ok(Some(format!("{}: {wrong}", short(property.path.as_ref()))));
            }
        }
        Ok(None)
    }

    /// All that any graph says of a node; what several say counts once.
    fn about(&self, node: NamedOrBlankNodeRef<'_>) -> Result<Said, StorageError> {
        let quads = self.quads.matching(Some(node), None, None, None);
        quads.map(|quad| quad.map(|quad| (quad.predicate, quad.object))).collect()
    }

    fn property(&mut self, said: &Said, property: &'a Property) -> Wrong {
        let of = |path: &NamedNode| {
            let values = said.iter().filter(|(predicate, _)| predicate == path);
            values.map(|(_, value)| value).collect::<Vec<_>>()
        };
        let values = of(&property.path);
        let count = values.len();
        if property.min.is_some_and(|min| count < min) {
            return wrong(format!(
                "{count} values, and at least {} are needed",
                property.min.unwrap_or(0)
            ));
        }
        if property.max.is_some_and(|max| count > max) {
            return wrong(format!(
                "{count} values, and at most {} may be",
                property.max.unwrap_or(0)
            ));
        }
        if let Some(has) = &property.has
            && !values.contains(&has)
        {
            return wrong(format!("{has} is not among the values"));
        }
        if let Some(other) = &property.less_than {
            for (value, other) in
                values.iter().flat_map(|v| of(other).into_iter().map(move |o| (v, o)))
            {
                if !number(value).zip(number(other)).is_some_and(|(value, other)| value < other) {
                    return wrong(format!("{value} is not less than {other}"));
                }
            }
        }
        if let Some((shape, least, most)) = property.qualified {
            let mut conform = 0;
            for value in &values {
                conform += usize::from(self.node(value, &self.shapes.all[shape])?.is_none());
            }
            if !(least..=most).contains(&conform) {
                return wrong(format!(
                    "{conform} values of the kind that {least} to {most} must be of"
                ));
            }
        }
        for value in values {
            if let Some(wrong) = self.value(value, &property.each)? {
                return Ok(Some(wrong));
            }
        }
        Ok(None)
    }

    fn value(&mut self, value: &Term, constraints: &'a [Constraint]) -> Wrong {
        for constraint in constraints {
            if !self.holds(value, constraint)? {
                return wrong(format!(
                    "{} is not as it must be ({})",
                    cut(value),
                    name(constraint)
                ));
            }
        }
        Ok(None)
    }

    fn holds(&mut self, value: &Term, constraint: &'a Constraint) -> Result<bool, StorageError> {
        Ok(match constraint {
            Constraint::Iri => value.is_named_node(),
            Constraint::Class(class) => self.is_a(value, class)?,
            Constraint::Datatype(datatype) => {
                matches!(value, Term::Literal(literal) if has_type(literal, datatype.as_ref()))
            }
            Constraint::In(values) => values.contains(value),
            Constraint::MinLength(least) => text(value).chars().take(*least).count() == *least,
            Constraint::Pattern(pattern) => pattern.is_match(text(value)),
            Constraint::AtLeast(least) => number(value).is_some_and(|number| number >= *least),
            Constraint::AtMost(most) => number(value).is_some_and(|number| number <= *most),
            Constraint::Node(shape) => self.conforms(value, *shape)?,
            Constraint::Not(shape) => !self.conforms(value, *shape)?,
            Constraint::And(shapes) => self.how_many(value, shapes)? == shapes.len(),
            Constraint::Or(shapes) => self.how_many(value, shapes)? > 0,
            Constraint::Xone(shapes) => self.how_many(value, shapes)? == 1,
        })
    }

    fn conforms(&mut self, value: &Term, shape: usize) -> Result<bool, StorageError> {
        Ok(self.node(value, &self.shapes.all[shape])?.is_none())
    }

    fn how_many(&mut self, value: &Term, shapes: &[usize]) -> Result<usize, StorageError> {
        shapes.iter().try_fold(0, |sum, &shape| Ok(sum + usize::from(self.conforms(value, shape)?)))
    }

    fn is_a(&mut self, value: &Term, class: &NamedNode) -> Result<bool, StorageError> {
        match self.classes.get(class) {
            Some((last, is)) if last == value => return Ok(*is),
            _ => {}
        }
        let node = match value {
            Term::NamedNode(node) => NamedOrBlankNodeRef::from(node.as_ref()),
            Term::BlankNode(node) => node.as_ref().into(),
            _ => return Ok(false),
        };
        let class_term = Some(class.as_ref().into());
        let found = self.quads.matching(Some(node), Some(rdf::TYPE), class_term, None).next();
        let is = found.transpose()?.is_some();
        self.classes.insert(class.clone(), (value.clone(), is));
        Ok(is)
    }
}

fn wrong(what: String) -> Wrong {
    Ok(Some(what))
}

fn text(value: &Term) -> &str {
    match value {
        Term::Literal(literal) => literal.value(),
        Term::NamedNode(node) => node.as_str(),
        _ => "",
    }
}

fn number(value: &Term) -> Option<f64> {
    match value {
        Term::Literal(literal) => literal.value().parse().ok(),
        _ => None,
    }
}

/// Whether a literal is of a type, and is what one of this type may be.
fn has_type(literal: &Literal, datatype: NamedNodeRef<'_>) -> bool {
    let value = literal.value();
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = value.strip_prefix(['+', '-']).unwrap_or(value);
    literal.datatype() == datatype
        && match datatype {
            it if it == xsd::INTEGER => digits(unsigned),
            it if it == xsd::DECIMAL => {
                let (whole, part) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
                (digits(whole) && (part.is_empty() || digits(part)))
                    || (whole.is_empty() && digits(part))
            }
            it if it == xsd::BOOLEAN => ["true", "false", "1", "0"].contains(&value),
            it if it == xsd::DATE => value.parse::<jiff::civil::Date>().is_ok(),
            it if it == xsd::G_YEAR => unsigned.len() >= 4 && digits(unsigned),
            _ => true,
        }
}

fn name(constraint: &Constraint) -> String {
    match constraint {
        Constraint::Iri => "an IRI".to_owned(),
        Constraint::Class(class) => format!("a {}", short(class.as_ref())),
        Constraint::Datatype(datatype) => format!("of type {}", short(datatype.as_ref())),
        Constraint::In(_) => "one of a list".to_owned(),
        Constraint::MinLength(least) => format!("at least {least} characters"),
        Constraint::Pattern(pattern) => format!("like {pattern}"),
        Constraint::AtLeast(least) => format!("at least {least}"),
        Constraint::AtMost(most) => format!("at most {most}"),
        Constraint::Node(_) | Constraint::And(_) | Constraint::Or(_) => "of its shape".to_owned(),
        Constraint::Not(_) => "not of a shape".to_owned(),
        Constraint::Xone(_) => "of exactly one of its shapes".to_owned(),
    }
}

/// An IRI by its prefix.
fn short(iri: NamedNodeRef<'_>) -> String {
    let prefixed = crate::rdf::vocab::PREFIXES.iter().find_map(|(prefix, namespace)| {
        Some(format!("{prefix}:{}", iri.as_str().strip_prefix(namespace)?))
    });
    prefixed.unwrap_or_else(|| iri.to_string())
}

/// A value with its beginning only, where it is long.
fn cut(value: &Term) -> String {
    let text = value.to_string();
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use oxigraph::model::Quad;

    use super::*;
    use crate::rdf::fixture::Fixture;
    use crate::rdf::shapes;

    /// The nodes that are found wrong here.
    fn ours(quads: &[Quad]) -> BTreeSet<String> {
        let store = oxigraph::store::Store::new().unwrap();
        store.extend(quads.iter().cloned()).unwrap();
        let mut nodes = BTreeSet::new();
        let shapes = Shapes::of_the_ontology().unwrap();
        conform(&Quads::Embedded(store), &shapes, &mut |violation| {
            nodes.insert(violation.node.to_string().trim_matches(['<', '>']).to_owned());
        })
        .unwrap();
        nodes
    }

    /// The nodes that a SHACL processor finds wrong which is not ours.
    fn theirs(quads: &[Quad]) -> BTreeSet<String> {
        shapes::validate(quads).into_iter().map(|(node, _)| node).collect()
    }

    #[test]
    fn a_processor_that_is_not_ours_finds_the_same_nodes_wrong() {
        let whole = shapes::all(&Fixture::new());
        assert_eq!((ours(&whole), theirs(&whole)), Default::default());
        let predicates: BTreeSet<_> =
            whole.iter().map(|quad| quad.predicate.clone().into_string()).collect();
        assert!(predicates.len() > 40);
        let (mut damages, mut apart) = (0, Vec::new());
        for predicate in predicates {
            let is_it = |quad: &Quad| quad.predicate.as_str() == predicate;
            let without: Vec<_> = whole.iter().filter(|quad| !is_it(quad)).cloned().collect();
            let odd = |quad: &Quad, object: Term| match is_it(quad) {
                true => Quad { object, ..quad.clone() },
                false => quad.clone(),
            };
            let text: Vec<_> =
                whole.iter().map(|quad| odd(quad, Literal::from("").into())).collect();
            let node = NamedNode::new_unchecked("http://x/odd");
            let more =
                whole.iter().filter(|quad| is_it(quad)).map(|quad| odd(quad, node.clone().into()));
            let twice: Vec<_> = whole.iter().cloned().chain(more).collect();
            for (damage, quads) in [("taken away", without), ("empty", text), ("twice", twice)] {
                let (ours, theirs) = (ours(&quads), theirs(&quads));
                if ours != theirs {
                    let (more, fewer): (Vec<_>, Vec<_>) =
                        (ours.difference(&theirs).collect(), theirs.difference(&ours).collect());
                    apart.push(format!(
                        "{predicate} {damage}: only here {more:?}, only there {fewer:?}"
                    ));
                }
                damages += usize::from(!ours.is_empty());
            }
        }
        assert!(apart.is_empty(), "{}", apart.join("\n"));
        assert!(damages > 80, "{damages}");
    }
}
