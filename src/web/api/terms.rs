//! The values that parameters may have and the small things that facts are made of.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

use super::super::labels::Label;
use super::super::problem::Problem;
use super::super::site::{Row, Site};

/// 文种 The sort of a document.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Genre {
    WorkPoints,
    DivisionPlan,
    Plan,
    Opinion,
    Notice,
    Report,
    News,
    Regulation,
    Bulletin,
}

/// 效力 How far a document may be relied on.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Tier {
    Official,
    Draft,
    Unofficial,
}

/// 责任角色 The part that a bearer has in a task.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Role {
    Lead,
    Support,
    Responsible,
    Guide,
    Leader,
}

/// The code of a value, as the last part of the IRI it stands for.
pub(super) fn code(value: &impl Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

/// A term of the vocabulary: a role, a genre, a tier, a comparator …
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::web) struct Concept {
    /// Its IRI.
    id: String,
    /// The last part of the IRI: `lead`.
    code: String,
    pub(in crate::web) zh: String,
    pub(in crate::web) en: String,
}

impl Concept {
    pub(super) fn of(site: &Site, iri: &str) -> Self {
        let label = site.labels.of(iri);
        let code = iri.rsplit(['/', '#']).next().unwrap_or_default().to_owned();
        Self { id: iri.to_owned(), code, zh: label.zh, en: label.en }
    }

    /// A kind of citation, which may share its IRI with a property of another name.
    pub(super) fn of_citation(site: &Site, iri: &str) -> Self {
        let label = site.labels.of_citation(iri);
        Self { zh: label.zh, en: label.en, ..Self::of(site, iri) }
    }

    /// The concept that a variable of a row has.
    pub(super) fn read(site: &Site, row: &Row, variable: &str) -> Option<Self> {
        row.get(variable).map(|iri| Self::of(site, &iri))
    }

    /// Its name.
    pub(in crate::web) fn label(&self) -> Label {
        Label::new(self.zh.clone(), self.en.clone())
    }

    pub(in crate::web) fn code(&self) -> &str {
        &self.code
    }
}

/// An administrative division.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::web) struct Jurisdiction {
    /// Its IRI.
    pub(super) id: String,
    /// GB/T 2260.
    pub(in crate::web) code: String,
    pub(in crate::web) name: String,
}

impl Jurisdiction {
    /// The division that `place` and `placeName` of a row name.
    pub(super) fn read(row: &Row) -> Option<Self> {
        let id = row.get("place")?;
        let code = id.rsplit('/').next().unwrap_or_default().to_owned();
        Some(Self { code, name: row.text("placeName"), id })
    }
}

/// 原文依据 The place of a text that says so. The quote is the text from `start` to `end`.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Evidence {
    /// Its IRI.
    id: String,
    quote: String,
    /// First code point of the quote in the version's text, from 0.
    start: usize,
    /// One past the last code point.
    end: usize,
    /// The version that the text is of.
    version: String,
    /// Where in the file: `第3页`, `表2 第5行`; null where its format has neither pages nor tables.
    place: Option<String>,
}

/// Rows that are one but for the place of their evidence, with those places as one: a text that came from two files has
/// two.
pub(in crate::web) fn with_places(rows: Vec<Row>) -> Vec<(Row, Option<String>)> {
    const WHAT: [&str; 3] = ["claim", "target", "evidence"];
    let mut all: Vec<(Row, Option<String>)> = Vec::with_capacity(rows.len());
    for row in rows {
        let same = |known: &(Row, _)| WHAT.iter().all(|what| known.0.term(what) == row.term(what));
        let place = row.get("place");
        match all.last_mut().filter(|known| place.is_some() && same(known)) {
            Some((_, Some(places))) => *places += &format!("；{}", place.unwrap_or_default()),
            Some((_, none)) => *none = place,
            None => all.push((row, place)),
        }
    }
    all
}

impl Evidence {
    /// The evidence that `evidence`, `words`, `start`, `end` and `source` of a row name, and its place.
    pub(super) fn read((row, place): &(Row, Option<String>)) -> Option<Self> {
        Some(Self {
            id: row.get("evidence")?,
            quote: row.get("words")?,
            start: row.number("start"),
            end: row.number("end"),
            version: row.get("source")?,
            place: place.clone(),
        })
    }
}

/// The address at which the API has more of a thing: its IRI after the base, in one segment.
pub(super) fn address(site: &Site, resource: &str, iri: &str) -> Option<String> {
    let id = iri.strip_prefix(site.store.base().as_str())?;
    Some(format!("{}api/v1/{resource}/{}", site.root(), super::super::paging::encode(id)))
}

/// The IRI that the last segment of an address stands for.
pub(super) fn iri(site: &Site, id: &str) -> Result<String, Problem> {
    let iri = format!("{}{id}", site.store.base().as_str());
    match oxigraph::model::NamedNode::new(&iri) {
        Ok(_) => Ok(iri),
        Err(_) => Err(Problem::unknown(id)),
    }
}

/// What every operation may answer when it has no answer.
pub(super) struct Failures;

impl IntoResponses for Failures {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let failures = [
            (400, "参数有误 A parameter is wrong; `detail` names it"),
            (401, "需要令牌 A token is needed"),
            (403, "令牌的权限不够 The token's role does not suffice"),
            (404, "没有它 There is no such thing"),
            (429, "请求太多 Too many requests; see Retry-After"),
            (500, "服务器出错了 Something went wrong here"),
            (503, "太忙或太久 Too busy, or it took too long; see Retry-After"),
        ];
        let response = |description: &str| {
            let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem")));
            let response = ResponseBuilder::new().description(description);
            response.content("application/problem+json", problem.build()).build()
        };
        let failures = failures.map(|(status, why)| (status.to_string(), response(why).into()));
        failures.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rdf::vocab::{genre, gm, role};

    #[test]
    fn the_choices_are_those_of_the_vocabulary() {
        let codes = |all: &[oxigraph::model::NamedNodeRef<'static>]| {
            all.iter().map(|iri| iri.as_str().rsplit('/').next().unwrap()).collect::<Vec<_>>()
        };
        for known in codes(genre::ALL) {
            let text = serde_json::Value::from(known);
            assert_eq!(code(&serde_json::from_value::<Genre>(text).unwrap()), known);
        }
        for known in codes(role::ALL) {
            let text = serde_json::Value::from(known);
            assert_eq!(code(&serde_json::from_value::<Role>(text).unwrap()), known);
        }
        for (tier, iri) in [
            (Tier::Official, gm::OFFICIAL),
            (Tier::Draft, gm::DRAFT),
            (Tier::Unofficial, gm::UNOFFICIAL),
        ] {
            assert_eq!(format!("{}{}", gm::NAMESPACE, code(&tier)), iri.as_str());
        }
    }
}
