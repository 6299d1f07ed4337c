//! What the tables have of each thing.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;

use super::super::site::{Row, Site};
use super::terms::{Concept, Jurisdiction};
use crate::rdf::vocab::gm;

/// 文件 A document by its current version.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::web) struct Document {
    /// The IRI of the work.
    pub(in crate::web) id: String,
    /// The class.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The IRI of its current version.
    pub(in crate::web) version: String,
    /// Null where the text has none.
    pub(in crate::web) title: Option<String>,
    /// 发文字号
    #[serde(rename = "documentNumber")]
    pub(in crate::web) number: Option<String>,
    pub(in crate::web) genre: Option<Concept>,
    pub(in crate::web) tier: Option<Concept>,
    /// Whether it is not (yet) in force: a draft or an unofficial text.
    pub(in crate::web) draft: bool,
    pub(in crate::web) year: Option<String>,
    /// 成文日期
    pub(in crate::web) written_on: Option<String>,
    /// 发布日期
    pub(in crate::web) published_on: Option<String>,
    pub(in crate::web) jurisdiction: Option<Jurisdiction>,
}

impl Document {
    /// From a row of `documents.rq`.
    pub(super) fn read(site: &Site, row: &Row) -> Self {
        let tier = Concept::read(site, row, "tier");
        Self {
            id: row.text("work"),
            kind: "Document",
            version: row.text("version"),
            title: row.get("title"),
            number: row.get("number"),
            genre: Concept::read(site, row, "genre"),
            draft: tier.as_ref().is_some_and(|tier| tier.code() != "official"),
            tier,
            year: row.get("year"),
            written_on: row.get("written"),
            published_on: row.get("published"),
            jurisdiction: Jurisdiction::read(row),
        }
    }

    /// The day that it was written on or, where it does not say so, published.
    pub(in crate::web) fn day(&self) -> Option<&String> {
        self.written_on.as_ref().or(self.published_on.as_ref())
    }

    /// The day that stands for the document in time; where it has none, the year.
    pub(in crate::web) fn date(&self) -> Option<String> {
        self.day().or(self.year.as_ref()).cloned()
    }
}

/// Days in their order, each once.
pub(in crate::web) type Days = Arc<[Arc<str>]>;
/// Who has which part in an item.
pub(in crate::web) type Parts = Arc<[Part]>;

/// A task, with what it is found by.
#[derive(Clone, Debug)]
pub(in crate::web) struct Task {
    pub(in crate::web) iri: Arc<str>,
    pub(in crate::web) document: Arc<Document>,
    pub(in crate::web) number: Option<Arc<str>>,
    pub(in crate::web) heading: Option<Arc<str>>,
    /// Its heading, or else its text.
    pub(in crate::web) said: Arc<str>,
    pub(in crate::web) order: usize,
    pub(in crate::web) bearers: Parts,
    /// How many agencies lead it.
    pub(in crate::web) leads: usize,
    /// Days by which it, or a target of it, is due.
    pub(in crate::web) due: Days,
    /// Whether it or a target of it has a time limit, with a day or without.
    pub(in crate::web) is_limited: bool,
    /// How many targets it states.
    pub(in crate::web) targets: usize,
    /// What it or its document carries out.
    pub(in crate::web) policies: Vec<Arc<str>>,
}

/// A bearer's part in an item of a document.
#[derive(Clone, Debug)]
pub(in crate::web) struct Part {
    /// The code of the role: `lead`.
    pub(in crate::web) role: Arc<str>,
    /// None of a person.
    pub(in crate::web) agency: Option<Arc<str>>,
    /// The name of a person, as printed.
    pub(in crate::web) person: Option<Arc<str>>,
}

/// How many agencies lead.
pub(in crate::web) fn leads(parts: &[Part]) -> usize {
    let leads = parts.iter().filter(|part| part.leads());
    leads.filter_map(|part| part.agency.as_deref()).collect::<BTreeSet<_>>().len()
}

impl Part {
    pub(in crate::web) fn leads(&self) -> bool {
        &*self.role == "lead"
    }

    pub(in crate::web) fn is_of(&self, agency: &str) -> bool {
        self.agency.as_deref() == Some(agency)
    }
}

/// What a document as a whole carries out or rests on.
#[derive(Clone, Debug)]
pub(in crate::web) struct Higher {
    /// The IRI of the document's work, and of the relation.
    pub(in crate::web) work: String,
    pub(in crate::web) relation: String,
    /// The IRI of the work that it names.
    pub(in crate::web) policy: String,
}

/// A target, achievement or limit, with what it is found by.
#[derive(Clone, Debug)]
pub(in crate::web) struct Target {
    pub(in crate::web) iri: Arc<str>,
    pub(in crate::web) class: Arc<str>,
    /// The task or other item that states it.
    pub(in crate::web) item: Arc<str>,
    pub(in crate::web) document: Arc<Document>,
    pub(in crate::web) indicator: Option<Arc<str>>,
    pub(in crate::web) comparator: Arc<Concept>,
    /// A decimal number, or a ratio.
    pub(in crate::web) value: Arc<str>,
    pub(in crate::web) unit: Option<Arc<str>>,
    /// How firmly it is promised, as printed.
    pub(in crate::web) modality: Option<Arc<str>>,
    pub(in crate::web) quote: Arc<str>,
    /// The IRI of the place that says so.
    pub(in crate::web) evidence: Arc<str>,
    /// What the item or its document carries out.
    pub(in crate::web) policies: Vec<Arc<str>>,
    /// Its time limit, as printed, and the day it gives.
    pub(in crate::web) limit: Option<Arc<str>>,
    pub(in crate::web) due: Option<Arc<str>>,
}

impl Target {
    /// Whether its indicator has these characters.
    pub(in crate::web) fn is_of(&self, words: &str) -> bool {
        self.indicator.as_ref().is_some_and(|indicator| indicator.contains(words))
    }
}

/// A bearer named in a current version.
#[derive(Clone, Debug)]
pub(in crate::web) struct Agency {
    pub(in crate::web) iri: String,
    pub(in crate::web) name: String,
    pub(in crate::web) others: Vec<String>,
    /// The class of a group or an unresolved name.
    pub(in crate::web) kind: Option<String>,
    pub(in crate::web) jurisdiction: Option<Jurisdiction>,
    pub(in crate::web) tasks: usize,
    pub(in crate::web) leads: usize,
}

impl Agency {
    /// All its names.
    pub(in crate::web) fn names(&self) -> impl Iterator<Item = &str> {
        [&self.name].into_iter().chain(&self.others).map(String::as_str)
    }

    /// Whether it is a name that is no known body.
    pub(in crate::web) fn is_unresolved(&self) -> bool {
        self.kind.as_deref() == Some(gm::UNRESOLVED_AGENCY.as_str())
    }
}

/// A normative document.
#[derive(Clone, Debug)]
pub(in crate::web) struct Policy {
    pub(in crate::web) iri: String,
    /// Its own title, which goes before those that others print.
    pub(in crate::web) title: String,
    /// How many documents cite it in their current versions.
    pub(in crate::web) cited_by: usize,
    /// Its current version, where it has been taken in.
    pub(in crate::web) document: Option<Arc<Document>>,
}

/// How many things of each class a document says, by its version.
pub(in crate::web) type Counts = HashMap<String, Vec<(Arc<str>, usize)>>;
