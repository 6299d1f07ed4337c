//! `ontology/shapes.ttl` as the program reads it: the part of SHACL core that our shapes use.
//!
//! Invariant: a constraint that is not understood here is an error, never passed over. Whether a graph conforms is
//! judged in `store::doctor`; a SHACL processor that is not ours judges the same in the tests. That one holds a whole
//! graph in memory and is far larger than all of this, so it is no part of the program.

use std::collections::HashMap;

use oxigraph::io::{RdfFormat, RdfParser};
use oxigraph::model::vocab::rdf;
use oxigraph::model::{NamedNode, NamedOrBlankNode, Term};
use regex::Regex;

const SHAPES: &str = include_str!("../../ontology/shapes.ttl");
const SH: &str = "http://www.w3.org/ns/shacl#";

/// All shapes. They name each other by their places.
pub struct Shapes {
    pub all: Vec<Shape>,
    /// The classes whose instances are to conform, each with a shape.
    pub targets: Vec<(NamedNode, usize)>,
}

/// What a node must be.
#[derive(Debug, Default)]
pub struct Shape {
    pub constraints: Vec<Constraint>,
    pub properties: Vec<Property>,
}

/// What the values of a property of a node must be.
#[derive(Debug)]
pub struct Property {
    pub path: NamedNode,
    pub min: Option<usize>,
    pub max: Option<usize>,
    /// One of the values.
    pub has: Option<Term>,
    /// Each value is less than those of this property.
    pub less_than: Option<NamedNode>,
    /// How many values may conform to a shape: least and most.
    pub qualified: Option<(usize, usize, usize)>,
    /// What each value must be.
    pub each: Vec<Constraint>,
}

/// What a node or a value must be.
#[derive(Debug)]
pub enum Constraint {
    Iri,
    Class(NamedNode),
    Datatype(NamedNode),
    In(Vec<Term>),
    MinLength(usize),
    Pattern(Regex),
    AtLeast(f64),
    AtMost(f64),
    Node(usize),
    Not(usize),
    And(Vec<usize>),
    Or(Vec<usize>),
    Xone(Vec<usize>),
}

/// Why shapes cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the shapes cannot be read: {0}")]
pub struct ShapesError(String);

impl Shapes {
    /// The shapes of the ontology.
    ///
    /// # Errors
    /// When they say something that is not understood here.
    pub fn of_the_ontology() -> Result<Self, ShapesError> {
        Self::parse(SHAPES)
    }

    fn parse(text: &str) -> Result<Self, ShapesError> {
        let mut said: HashMap<NamedOrBlankNode, Vec<(NamedNode, Term)>> = HashMap::new();
        let mut targeted = Vec::new();
        for quad in RdfParser::from_format(RdfFormat::Turtle).for_slice(text) {
            let quad = quad.map_err(|error| ShapesError(error.to_string()))?;
            match quad.object {
                Term::NamedNode(class) if quad.predicate.as_str() == sh("targetClass") => {
                    targeted.push((class, quad.subject));
                }
                object => said.entry(quad.subject).or_default().push((quad.predicate, object)),
            }
        }
        let mut reader = Reader { said, places: HashMap::new(), all: Vec::new() };
        let mut targets = Vec::new();
        for (class, shape) in targeted {
            targets.push((class, reader.shape(&shape.into())?));
        }
        Ok(Self { all: reader.all, targets })
    }
}

fn sh(name: &str) -> String {
    format!("{SH}{name}")
}

struct Reader {
    said: HashMap<NamedOrBlankNode, Vec<(NamedNode, Term)>>,
    places: HashMap<NamedOrBlankNode, usize>,
    all: Vec<Shape>,
}

impl Reader {
    fn about(
        &self,
        node: &Term,
    ) -> Result<(NamedOrBlankNode, Vec<(NamedNode, Term)>), ShapesError> {
        let node = match node {
            Term::NamedNode(node) => NamedOrBlankNode::from(node.clone()),
            Term::BlankNode(node) => node.clone().into(),
            other => return Err(ShapesError(format!("{other} is no shape"))),
        };
        match self.said.get(&node) {
            Some(said) => Ok((node, said.clone())),
            None => Err(ShapesError(format!("nothing is said of {node}"))),
        }
    }

    /// The place of a shape, which is read when it is first named.
    fn shape(&mut self, node: &Term) -> Result<usize, ShapesError> {
        let (node, said) = self.about(node)?;
        if let Some(&place) = self.places.get(&node) {
            return Ok(place);
        }
        let place = self.all.len();
        self.all.push(Shape::default());
        self.places.insert(node, place);
        let mut shape = Shape::default();
        for (predicate, object) in said {
            match predicate.as_str().strip_prefix(SH) {
                Some("property") => shape.properties.push(self.property(&object)?),
                Some(name) => shape.constraints.push(self.constraint(name, &object)?),
                None if predicate == rdf::TYPE => {}
                None => return Err(ShapesError(format!("{predicate} is no constraint"))),
            }
        }
        self.all[place] = shape;
        Ok(place)
    }

    fn property(&mut self, node: &Term) -> Result<Property, ShapesError> {
        let (mut path, mut min, mut max, mut has, mut less_than) = (None, None, None, None, None);
        let (mut qualified, mut each) = ((None, None, None), Vec::new());
        for (predicate, object) in self.about(node)?.1 {
            match predicate.as_str().strip_prefix(SH).unwrap_or_default() {
                "path" => path = Some(named(&object)?),
                "minCount" => min = Some(number(&object)?),
                "maxCount" => max = Some(number(&object)?),
                "hasValue" => has = Some(object),
                "lessThan" => less_than = Some(named(&object)?),
                "qualifiedValueShape" => qualified.0 = Some(self.shape(&object)?),
                "qualifiedMinCount" => qualified.1 = Some(number(&object)?),
                "qualifiedMaxCount" => qualified.2 = Some(number(&object)?),
                name => each.push(self.constraint(name, &object)?),
            }
        }
        let path = path.ok_or_else(|| ShapesError(format!("{node} has no path")))?;
        let (shape, least, most) = qualified;
        let qualified = shape.map(|shape| (shape, least.unwrap_or(0), most.unwrap_or(usize::MAX)));
        Ok(Property { path, min, max, has, less_than, qualified, each })
    }

    fn constraint(&mut self, name: &str, object: &Term) -> Result<Constraint, ShapesError> {
        Ok(match name {
            "nodeKind" if named(object)?.as_str() == sh("IRI") => Constraint::Iri,
            "class" => Constraint::Class(named(object)?),
            "datatype" => Constraint::Datatype(named(object)?),
            "in" => Constraint::In(self.list(object)?),
            "minLength" => Constraint::MinLength(number(object)?),
            "pattern" => {
                let pattern = Regex::new(literal(object)?);
                Constraint::Pattern(pattern.map_err(|error| ShapesError(error.to_string()))?)
            }
            "minInclusive" => Constraint::AtLeast(number(object)?),
            "maxInclusive" => Constraint::AtMost(number(object)?),
            "node" => Constraint::Node(self.shape(object)?),
            "not" => Constraint::Not(self.shape(object)?),
            "and" => Constraint::And(self.shapes(object)?),
            "or" => Constraint::Or(self.shapes(object)?),
            "xone" => Constraint::Xone(self.shapes(object)?),
            other => return Err(ShapesError(format!("sh:{other} {object} is not understood"))),
        })
    }

    fn shapes(&mut self, list: &Term) -> Result<Vec<usize>, ShapesError> {
        self.list(list)?.iter().map(|shape| self.shape(shape)).collect()
    }

    fn list(&self, list: &Term) -> Result<Vec<Term>, ShapesError> {
        let (mut items, mut rest) = (Vec::new(), list.clone());
        while rest != Term::from(rdf::NIL) {
            let said = self.about(&rest)?.1;
            let find = |name| said.iter().find(|(p, _)| p == &name).map(|(_, o)| o.clone());
            let (Some(first), Some(next)) = (find(rdf::FIRST), find(rdf::REST)) else {
                return Err(ShapesError(format!("{list} is no list")));
            };
            items.push(first);
            rest = next;
        }
        Ok(items)
    }
}

fn named(term: &Term) -> Result<NamedNode, ShapesError> {
    match term {
        Term::NamedNode(node) => Ok(node.clone()),
        other => Err(ShapesError(format!("{other} is no IRI"))),
    }
}

fn literal(term: &Term) -> Result<&str, ShapesError> {
    match term {
        Term::Literal(literal) => Ok(literal.value()),
        other => Err(ShapesError(format!("{other} is no literal"))),
    }
}

fn number<T: std::str::FromStr>(term: &Term) -> Result<T, ShapesError> {
    let text = literal(term)?;
    text.parse().map_err(|_| ShapesError(format!("{text} is no number that is allowed here")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shapes_are_understood() {
        let shapes = Shapes::of_the_ontology().unwrap();
        assert!(shapes.targets.len() > 20 && shapes.all.len() > 20);
    }

    #[test]
    fn what_is_not_understood_is_an_error() {
        let shape = |constraint: &str| {
            let text = format!(
                "@prefix sh: <{SH}> . @prefix x: <http://x/> . x:s sh:targetClass x:C ; {constraint} ."
            );
            Shapes::parse(&text).map(|shapes| shapes.all.len()).map_err(|error| error.to_string())
        };
        assert_eq!(shape("sh:property [ sh:path x:p ; sh:minCount 1 ]"), Ok(1));
        for odd in [
            "sh:closed true",
            "sh:nodeKind sh:BlankNode",
            "sh:property [ sh:path x:p ; sh:uniqueLang true ]",
            "sh:property [ sh:minCount 1 ]",
            "sh:property [ sh:path x:p ; sh:minCount -1 ]",
            "sh:node x:none",
            "x:more 1",
        ] {
            assert!(shape(odd).is_err(), "{odd}");
        }
    }
}
