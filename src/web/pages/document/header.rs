//! What stands above a text: what is said of the document as a whole, and its relations to others.

use super::Source;
use crate::web::error::WebError;
use crate::web::labels::Label;
use crate::web::site::{Row, Site};

const ISSUERS: &str = include_str!("../../queries/issuers.rq");
const JURISDICTION: &str = include_str!("../../queries/jurisdiction.rq");
const SOURCES: &str = include_str!("../../queries/sources.rq");
const VERSIONS: &str = include_str!("../../queries/versions.rq");
const RELATIONS: &str = include_str!("../../queries/relations.rq");
const CITED_BY: &str = include_str!("../../queries/cited_by.rq");

/// A name and its values.
pub(super) struct Line {
    pub(super) label: Label,
    pub(super) values: Vec<Value>,
}

pub(super) struct Value {
    pub(super) text: String,
    /// What it leads to.
    pub(super) iri: Option<String>,
}

/// Another document, and how it is related.
pub(super) struct Related {
    pub(super) kinds: Vec<Label>,
    pub(super) title: String,
    pub(super) iri: String,
}

/// Of a version.
pub(super) fn of_version(
    site: &Site,
    source: &Source,
    version: &str,
    head: &Row,
    relations: &[Row],
) -> Result<Vec<Line>, WebError> {
    let Source { graph, work, .. } = source;
    let mut lines = Lines::default();
    lines.add("发文字号", "number", head.get("number").map(Value::plain));
    let issuers = site.rows(ISSUERS, &[("graph", graph)])?;
    let issuers = issuers.iter().map(|row| Value::to(row.text("name"), row.text("issuer")));
    lines.add("发文机关", "issued by", issuers);
    lines.add("成文日期", "written", head.get("written").map(Value::plain));
    lines.add("发布日期", "published", head.get("published").map(Value::plain));
    let genre = head.get("genre").map(|genre| site.labels.of(&genre).of(site.lang).to_owned());
    lines.add("体裁", "genre", genre.map(Value::plain));
    let places = site.rows(JURISDICTION, &[("graph", graph)])?;
    let places = places.iter().map(|row| Value::to(row.text("name"), row.text("place")));
    lines.add("地区", "jurisdiction", places);
    lines.0.extend(covers(relations));
    let sources = site.rows(SOURCES, &[("graph", graph)])?;
    lines.add("来源文件", "read from", sources.iter().map(|row| Value::plain(row.text("name"))));
    let versions = site.rows(VERSIONS, &[("work", work)])?;
    let others = versions.iter().filter(|row| row.text("version") != version).map(|row| {
        let mark = if row.is_true("current") { site.say("（现行）", " (current)") } else { "" };
        Value::to(format!("{}{mark}", row.text("source")), row.text("version"))
    });
    lines.add("其他版本", "other versions", others);
    Ok(lines.0)
}

/// Lines that have values.
#[derive(Default)]
struct Lines(Vec<Line>);

impl Lines {
    fn add(&mut self, zh: &str, en: &str, values: impl IntoIterator<Item = Value>) {
        let values: Vec<Value> = values.into_iter().collect();
        if !values.is_empty() {
            self.0.push(Line { label: Label::new(zh, en), values });
        }
    }
}

impl Value {
    fn plain(text: String) -> Self {
        Self { text, iri: None }
    }

    fn to(text: String, iri: String) -> Self {
        Self { text, iri: Some(iri) }
    }
}

/// The relations that a covering notice has to what it prints, and what a document does to others as a whole.
const COVERS: [(&str, bool, &str, &str); 6] = [
    ("issues", false, "印发本文件的通知", "issued by the notice"),
    ("forwards", false, "转发本文件的通知", "forwarded by the notice"),
    ("drafts", false, "起草本文件的依据", "drafted under"),
    ("issues", true, "印发", "issues"),
    ("forwards", true, "转发", "forwards"),
    ("drafts", true, "起草", "drafts"),
];

/// What covers a work, and what it covers.
pub(super) fn covers(rows: &[Row]) -> Vec<Line> {
    let mut lines = Lines::default();
    for (relation, outgoing, zh, en) in COVERS {
        let mut values: Vec<Value> = Vec::new();
        for row in rows.iter().filter(|row| {
            row.is_true("outgoing") == outgoing
                && row.text("relation").ends_with(&format!("#{relation}"))
        }) {
            let value = Value::to(title(row), row.text("other"));
            // A work has a row for each title that it is printed under.
            if values.iter().all(|known| known.iri != value.iri) {
                values.push(value);
            }
        }
        lines.add(zh, en, values);
    }
    lines.0
}

/// What a document as a whole carries out or rests on.
pub(super) fn above(site: &Site, relations: &[Row]) -> Vec<Related> {
    let mut above = Vec::new();
    for row in relations {
        let relation = row.text("relation");
        let carries_out = ["#implements", "#basedOn"].iter().any(|end| relation.ends_with(end));
        if carries_out && row.is_true("outgoing") {
            let label = site.labels.of(&relation);
            relate(&mut above, label, title(row), row.text("other"));
        }
    }
    above
}

/// What a work has to do with others as a whole.
pub(super) fn relations(site: &Site, work: &str) -> Result<Vec<Row>, WebError> {
    Ok(site.rows(RELATIONS, &[("work", work)])?)
}

/// The title that a work itself bears before those that others print.
fn title(row: &Row) -> String {
    row.get("own").or(row.get("printed")).unwrap_or_else(|| row.text("named"))
}

/// The documents that cite a work.
pub(super) fn below(site: &Site, work: &str) -> Result<Vec<Related>, WebError> {
    let mut below = Vec::new();
    for row in site.rows(CITED_BY, &[("work", work)])? {
        let kind = site.labels.of_citation(&row.text("kind"));
        let title =
            row.get("title").unwrap_or_else(|| site.say("（无题）", "(untitled)").to_owned());
        relate(&mut below, kind, title, row.text("document"));
    }
    Ok(below)
}

fn relate(all: &mut Vec<Related>, kind: Label, title: String, iri: String) {
    match all.iter_mut().find(|other| other.iri == iri) {
        Some(other) if other.kinds.contains(&kind) => {}
        Some(other) => other.kinds.push(kind),
        None => all.push(Related { kinds: vec![kind], title, iri }),
    }
}
