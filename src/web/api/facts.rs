//! What texts state, each with the place that says so.

use serde::Serialize;
use utoipa::ToSchema;

use super::super::site::{Row, Site};
use super::terms::{Concept, Evidence, with_places};
use crate::rdf::vocab::gm;
use crate::store::QueryError;

const RESPONSIBILITIES: &str = include_str!("../queries/api_responsibilities.rq");
const DEADLINES: &str = include_str!("../queries/api_deadlines.rq");
const TARGET: &str = include_str!("../queries/api_target.rq");
const CITATIONS: &str = include_str!("../queries/api_citations.rq");

/// 责任 A bearer's part in a task.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Responsibility {
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    role: Concept,
    /// The bearer as it is printed.
    surface: String,
    /// Null of a person.
    agency: Option<Bearer>,
    /// Null of an agency.
    leader: Option<Person>,
    /// Why the bearer has it: printed in the text, in a table, or inherited from a heading.
    basis: Concept,
    /// From 0 to 1.
    confidence: f64,
    evidence: Option<Evidence>,
}

/// A person as this document names them.
#[derive(Serialize, ToSchema)]
pub(super) struct Person {
    id: String,
    name: String,
}

/// A body, a group of bodies, or a name that could not be resolved to one.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Bearer {
    id: String,
    /// `Agency`, `AgencyGroup` or `UnresolvedAgency`.
    #[serde(rename = "type")]
    pub(super) kind: String,
    name: String,
}

impl Bearer {
    pub(super) fn new(id: String, kind: Option<&str>, name: String) -> Self {
        let class = kind.unwrap_or(gm::AGENCY_CLASS.as_str());
        Self { id, kind: class.trim_start_matches(gm::NAMESPACE).to_owned(), name }
    }
}

/// 时限 A time limit.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Deadline {
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    /// As it is printed.
    quote: String,
    /// The last day; null where the words give none.
    date: Option<String>,
    /// Whether it is work without an end.
    ongoing: bool,
    precision: Concept,
    /// From 0 to 1.
    confidence: f64,
    evidence: Option<Evidence>,
}

/// 目标 A target; or an achievement or a limit, which are none.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Target {
    id: String,
    /// `Target`, `Achievement` or `Limit`.
    #[serde(rename = "type")]
    kind: String,
    of_task: Item,
    /// What is measured; null where the text does not name it.
    indicator: Option<String>,
    comparator: Concept,
    /// A decimal number; null of a ratio.
    value: Option<String>,
    /// Such as `8:1`.
    ratio: Option<String>,
    unit: Option<String>,
    /// 确保、力争 … as printed.
    modality: Option<String>,
    /// As it is printed.
    quote: String,
    deadlines: Vec<Deadline>,
    /// From 0 to 1.
    confidence: f64,
    evidence: Option<Evidence>,
}

/// The task or other item that something is said of.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Item {
    id: String,
    number: Option<String>,
    heading: Option<String>,
}

/// 引用 A document that is cited, how, and where.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Citation {
    id: String,
    #[serde(rename = "type")]
    class: &'static str,
    /// The IRI of the document, task or other item that cites.
    citing: String,
    /// The IRI of the document that is cited.
    cited: String,
    kind: Concept,
    /// The title as it is printed there.
    quote: String,
    /// The document number printed beside it.
    cited_number: Option<String>,
    /// From 0 to 1.
    confidence: f64,
    evidence: Option<Evidence>,
}

fn confidence(row: &Row) -> f64 {
    row.get("confidence").and_then(|value| value.parse().ok()).unwrap_or_default()
}

fn concept(site: &Site, row: &Row, variable: &str) -> Concept {
    Concept::of(site, &row.text(variable))
}

/// Who has which part in a task.
pub(super) fn responsibilities(site: &Site, task: &str) -> Result<Vec<Responsibility>, QueryError> {
    let tables = site.tables.now(site);
    let mut parts = Vec::new();
    for proven in with_places(site.rows(RESPONSIBILITIES, &[("task", task)])?) {
        let row = &proven.0;
        let agency = match row.get("agency") {
            Some(iri) => tables
                .agency(site, &iri)?
                .map(|agency| Bearer::new(iri, agency.kind.as_deref(), agency.name.clone())),
            None => None,
        };
        parts.push(Responsibility {
            id: row.text("claim"),
            kind: "Responsibility",
            role: concept(site, row, "role"),
            surface: row.text("surface"),
            agency,
            leader: row.get("leader").map(|id| Person { id, name: row.text("surface") }),
            basis: concept(site, row, "basis"),
            confidence: confidence(row),
            evidence: Evidence::read(&proven),
        });
    }
    Ok(parts)
}

/// The time limits of a task or a target.
pub(super) fn deadlines(site: &Site, task: &str) -> Result<Vec<Deadline>, QueryError> {
    let read = |proven: &(Row, Option<String>)| {
        let row = &proven.0;
        Deadline {
            id: row.text("claim"),
            kind: "Deadline",
            quote: row.text("said"),
            date: row.get("date"),
            ongoing: row.is_true("ongoing"),
            precision: concept(site, row, "precision"),
            confidence: confidence(row),
            evidence: Evidence::read(proven),
        }
    };
    Ok(with_places(site.rows(DEADLINES, &[("task", task)])?).iter().map(read).collect())
}

/// The targets, achievements and limits of a task (`("task", IRI)`), or one of them (`("target", IRI)`).
pub(super) fn targets(site: &Site, given: (&str, &str)) -> Result<Vec<Target>, QueryError> {
    let mut targets: Vec<Target> = Vec::new();
    for proven in with_places(site.rows(TARGET, &[given])?) {
        let row = &proven.0;
        let id = row.text("target");
        targets.push(Target {
            kind: row.text("class").trim_start_matches(gm::NAMESPACE).to_owned(),
            of_task: Item {
                id: row.text("task"),
                number: row.get("number"),
                heading: row.get("heading"),
            },
            indicator: row.get("indicator"),
            comparator: concept(site, row, "comparator"),
            value: row.get("value"),
            ratio: row.get("ratio"),
            unit: row.get("unit"),
            modality: row.get("modality"),
            quote: row.text("said"),
            deadlines: deadlines(site, &id)?,
            confidence: confidence(row),
            evidence: Evidence::read(&proven),
            id,
        });
    }
    Ok(targets)
}

/// What a document or task cites (`("citing", IRI)`), or who cites a document (`("cited", IRI)`).
pub(super) fn citations(site: &Site, given: (&str, &str)) -> Result<Vec<Citation>, QueryError> {
    let read = |proven: &(Row, Option<String>)| {
        let row = &proven.0;
        Citation {
            id: row.text("claim"),
            class: "Citation",
            citing: row.text("citing"),
            cited: row.text("cited"),
            kind: Concept::of_citation(site, &row.text("kind")),
            quote: row.text("said"),
            cited_number: row.get("number"),
            confidence: confidence(row),
            evidence: Evidence::read(proven),
        }
    };
    Ok(with_places(site.rows(CITATIONS, &[given])?).iter().map(read).collect())
}
