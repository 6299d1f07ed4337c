//! The templates of DELETE and INSERT: quads with variables, filled in with one solution after another.

use std::collections::HashMap;

use oxigraph::model::{
    BlankNode, GraphName, NamedNode, NamedOrBlankNode, Quad, Term, Triple, Variable,
};
use oxigraph::sparql::QuerySolution;
use spargebra::term::{
    GraphNamePattern, GroundQuadPattern, NamedNodePattern, QuadPattern, TermPattern,
};

/// The quads of a template.
pub(super) struct Template(Vec<QuadPattern>);

impl Template {
    pub(super) fn of_insert(quads: Vec<QuadPattern>) -> Self {
        Self(quads)
    }

    pub(super) fn of_delete(quads: Vec<GroundQuadPattern>) -> Self {
        let quads = quads.into_iter().map(|quad| QuadPattern {
            subject: quad.subject.into(),
            predicate: quad.predicate,
            object: quad.object.into(),
            graph_name: quad.graph_name,
        });
        Self(quads.collect())
    }

    /// The variables it asks for.
    pub(super) fn variables(&self) -> impl Iterator<Item = Variable> {
        let mut variables = Vec::new();
        for quad in &self.0 {
            in_term(&quad.subject, &mut variables);
            in_name(&quad.predicate, &mut variables);
            in_term(&quad.object, &mut variables);
            if let GraphNamePattern::Variable(variable) = &quad.graph_name {
                variables.push(variable.clone());
            }
        }
        variables.into_iter()
    }

    /// The quads it makes of a solution: those without unbound variables that are RDF. Its blank nodes are new
    /// ones for each solution.
    pub(super) fn fill<'a>(
        &'a self,
        solution: &'a QuerySolution,
    ) -> impl Iterator<Item = Quad> + 'a {
        let mut filling = Filling { solution, nodes: HashMap::new() };
        self.0.iter().filter_map(move |quad| filling.quad(quad))
    }
}

struct Filling<'a> {
    solution: &'a QuerySolution,
    nodes: HashMap<&'a BlankNode, BlankNode>,
}

impl<'a> Filling<'a> {
    fn quad(&mut self, quad: &'a QuadPattern) -> Option<Quad> {
        Some(Quad {
            subject: self.subject(&quad.subject)?,
            predicate: self.name(&quad.predicate)?,
            object: self.term(&quad.object)?,
            graph_name: match &quad.graph_name {
                GraphNamePattern::NamedNode(name) => name.clone().into(),
                GraphNamePattern::DefaultGraph => GraphName::DefaultGraph,
                GraphNamePattern::Variable(variable) => match self.solution.get(variable)? {
                    Term::NamedNode(name) => name.clone().into(),
                    Term::BlankNode(name) => name.clone().into(),
                    Term::Literal(_) | Term::Triple(_) => return None,
                },
            },
        })
    }

    fn term(&mut self, term: &'a TermPattern) -> Option<Term> {
        Some(match term {
            TermPattern::NamedNode(node) => node.clone().into(),
            TermPattern::Literal(literal) => literal.clone().into(),
            TermPattern::BlankNode(node) => self.nodes.entry(node).or_default().clone().into(),
            TermPattern::Variable(variable) => self.solution.get(variable)?.clone(),
            TermPattern::Triple(triple) => Term::Triple(Box::new(Triple {
                subject: self.subject(&triple.subject)?,
                predicate: self.name(&triple.predicate)?,
                object: self.term(&triple.object)?,
            })),
        })
    }

    fn subject(&mut self, term: &'a TermPattern) -> Option<NamedOrBlankNode> {
        match self.term(term)? {
            Term::NamedNode(node) => Some(node.into()),
            Term::BlankNode(node) => Some(node.into()),
            Term::Literal(_) | Term::Triple(_) => None,
        }
    }

    fn name(&self, name: &NamedNodePattern) -> Option<NamedNode> {
        match name {
            NamedNodePattern::NamedNode(node) => Some(node.clone()),
            NamedNodePattern::Variable(variable) => match self.solution.get(variable)? {
                Term::NamedNode(node) => Some(node.clone()),
                _ => None,
            },
        }
    }
}

fn in_term(term: &TermPattern, variables: &mut Vec<Variable>) {
    match term {
        TermPattern::Variable(variable) => variables.push(variable.clone()),
        TermPattern::Triple(triple) => {
            in_term(&triple.subject, variables);
            in_name(&triple.predicate, variables);
            in_term(&triple.object, variables);
        }
        TermPattern::NamedNode(_) | TermPattern::Literal(_) | TermPattern::BlankNode(_) => {}
    }
}

fn in_name(name: &NamedNodePattern, variables: &mut Vec<Variable>) {
    if let NamedNodePattern::Variable(variable) = name {
        variables.push(variable.clone());
    }
}
