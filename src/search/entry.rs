//! What can be found.

use oxigraph::model::NamedNodeRef;

use crate::rdf::vocab::gm;

/// A thing as one graph describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub iri: String,
    pub kind: Kind,
    /// A task's heading; a document's titles and its number; an agency's names.
    pub names: Vec<String>,
    /// A task's own text; none of documents and agencies.
    pub text: Option<String>,
}

/// The class of a thing that can be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Task,
    Measure,
    Practice,
    Section,
    Document,
    Agency,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Task, Self::Measure, Self::Practice, Self::Section, Self::Document, Self::Agency];

    /// The class in the vocabulary.
    pub fn class(self) -> NamedNodeRef<'static> {
        match self {
            Self::Task => gm::TASK,
            Self::Measure => gm::MEASURE,
            Self::Practice => gm::PRACTICE,
            Self::Section => gm::SECTION,
            Self::Document => gm::DOCUMENT,
            Self::Agency => gm::AGENCY_CLASS,
        }
    }

    /// The name of the class without its namespace: `Task`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Task => "Task",
            Self::Measure => "Measure",
            Self::Practice => "Practice",
            Self::Section => "Section",
            Self::Document => "Document",
            Self::Agency => "Agency",
        }
    }

    /// The kind of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_classes() {
        for kind in Kind::ALL {
            assert_eq!(kind.class().as_str(), format!("{}{}", gm::NAMESPACE, kind.name()));
            assert_eq!(Kind::named(kind.name()), Some(kind));
        }
    }
}
