//! `/policies`: the documents that others cite, with by how many, how and where.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::ops::Range;

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use memchr::memmem::Finder;
use serde::Deserialize;

use super::narrow::{self, Counter, Known, NO, YES, ordered, path};
use crate::store::QueryError;
use crate::web::api::columns::{self, Several, number};
use crate::web::api::derived::Derived;
use crate::web::api::links::kind_iri;
use crate::web::api::tables::Tables;
use crate::web::error::WebError;
use crate::web::export::{self, Cell, Column, Form, Table};
use crate::web::facets::{Chip, Facet, Question};
use crate::web::filters;
use crate::web::labels::Label;
use crate::web::paging::Paging;
use crate::web::site::{Here, Site, page};

/// Policies on a page.
const SIZE: usize = 50;

/// The kinds of citation, in the order they are told in.
pub(super) const KINDS: [&str; 7] =
    ["implements", "basis", "via", "issues", "forwards", "drafts", "mentions"];

/// What the address asks for; an empty value asks for all.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    /// A way of citing.
    kind: String,
    /// The code of a division that cites, or one that lies in it.
    place: String,
    /// Whether the text has been taken in.
    text: String,
    sort: String,
    page: String,
}

#[derive(Template)]
#[template(path = "policies.html")]
struct Policies {
    asked: Asked,
    facets: Vec<Facet>,
    chips: Vec<Chip>,
    heads: Vec<Head>,
    rows: Vec<Row>,
    paging: Paging,
    all: usize,
}

struct Head {
    title: &'static str,
    href: String,
    sorted: Option<&'static str>,
    is_number: bool,
}

/// A policy with who cites it.
struct Row {
    iri: String,
    title: String,
    href: String,
    /// How many documents cite it in each way, and in any.
    kinds: Vec<(&'static str, Label, usize)>,
    cited_by: usize,
    /// The names of the divisions whose documents cite it.
    places: Vec<String>,
    has_text: bool,
}

impl Asked {
    fn pairs(&self) -> [(&'static str, &str); 5] {
        [
            ("q", &self.q),
            ("kind", &self.kind),
            ("place", &self.place),
            ("text", &self.text),
            ("sort", &self.sort),
        ]
    }
}

/// The page.
pub(super) async fn list(
    Here(app): Here,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    page(app, |site| build(site, asked)).await
}

/// The same as a table.
pub(super) async fn table(
    Here(app): Here,
    form: Form,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    export::answer(app, form, move |site| {
        let tables = site.tables.now(site);
        let cited = tables.derived::<Cited>(site)?;
        let found = Found::new(site, &tables, &asked, &cited)?;
        let all = cited.sorted(&asked, &found.wanted, 0..found.wanted.len());
        Ok(tabulate(site, &cited.shown(site, &tables, &all)?))
    })
    .await
}

/// All policies, those that most documents cite first.
pub(super) struct Cited {
    policies: Vec<Own>,
    /// The places of their titles in their order.
    title: Vec<u32>,
    /// The divisions whose documents cite each, and those with all that they lie in.
    places: Several,
    around: Several,
}

/// Who cites a policy.
struct Own {
    /// Its place in the table.
    at: usize,
    /// How many documents cite it in each way, and in any.
    kinds: [usize; KINDS.len()],
    cited_by: usize,
    has_text: bool,
}

impl Derived for Cited {
    fn read(site: &Site, tables: &Tables) -> Result<(), QueryError> {
        tables.policies(site)?;
        tables.divisions(site)?;
        tables.citations_of(site, "").map(|_| ())
    }

    fn derive(site: &Site, tables: &Tables) -> Result<Self, QueryError> {
        let all = tables.policies(site)?;
        let mut policies = Vec::with_capacity(all.len());
        for (at, policy) in all.iter().enumerate() {
            let mut documents: [BTreeSet<&str>; KINDS.len()] = Default::default();
            let (mut in_any, mut places) = (BTreeSet::new(), BTreeSet::new());
            for citing in tables.citations_of(site, &policy.iri)? {
                if let Some(kind) = KINDS.iter().position(|kind| *kind == citing.kind) {
                    documents[kind].insert(&citing.document.id);
                }
                in_any.insert(&*citing.document.id);
                places.extend(citing.document.jurisdiction.as_ref().map(|place| &*place.code));
            }
            let (kinds, cited_by) = (documents.map(|documents| documents.len()), in_any.len());
            let own = Own { at, kinds, cited_by, has_text: policy.document.is_some() };
            policies.push((own, places));
        }
        policies.sort_by_key(|(own, _)| (Reverse(own.cited_by), &all[own.at].title));
        let mut around = Vec::with_capacity(policies.len());
        for (_, places) in &policies {
            let mut ways = Vec::new();
            for code in places {
                ways.extend(tables.chain(site, code)?);
            }
            around.push(ways);
        }
        Ok(Self {
            title: columns::Column::new(policies.iter().map(|(own, _)| Some(&*all[own.at].title)))
                .of,
            places: Several::new(policies.iter().map(|(_, places)| places.iter().copied())),
            around: Several::new(around),
            policies: policies.into_iter().map(|(own, _)| own).collect(),
        })
    }
}

impl Cited {
    /// A part of the policies that were found, in the order that is asked for.
    fn sorted(&self, asked: &Asked, wanted: &[u32], part: Range<usize>) -> Vec<u32> {
        let by =
            |backwards, key: &dyn Fn(u32) -> u32| ordered(wanted, part.clone(), backwards, key);
        let title = |row: u32| self.title[row as usize];
        let places = |row: u32| number(self.places.of.of(row).len());
        match asked.sort.as_str() {
            "title" => by(false, &title),
            "-title" => by(true, &title),
            "cited" => by(false, &|row| number(self.policies[row as usize].cited_by)),
            "places" => by(false, &places),
            "-places" => by(true, &places),
            _ => wanted[part.clone()].to_vec(),
        }
    }

    /// What is told of some policies.
    fn shown(&self, site: &Site, tables: &Tables, rows: &[u32]) -> Result<Vec<Row>, QueryError> {
        let (all, divisions) = (tables.policies(site)?, tables.divisions(site)?);
        let shown = rows.iter().map(|&row| {
            let own = &self.policies[row as usize];
            let policy = &all[own.at];
            let kinds = KINDS.iter().zip(own.kinds).filter(|(_, count)| *count > 0);
            let kinds =
                kinds.map(|(kind, count)| (*kind, site.labels.of_citation(&kind_iri(kind)), count));
            let places = self.places.of.of(row).iter().map(|place| {
                let code = self.places.values.get(*place);
                divisions.get(code).map_or(code, |division| &division.name).to_owned()
            });
            Row {
                iri: policy.iri.clone(),
                title: policy.title.clone(),
                href: address(site, &policy.iri),
                kinds: kinds.collect(),
                cited_by: own.cited_by,
                places: places.collect(),
                has_text: own.has_text,
            }
        });
        Ok(shown.collect())
    }
}

/// The policies that are asked for, and how many each choice would leave.
struct Found {
    wanted: Vec<u32>,
    kinds: [usize; KINDS.len()],
    places: Counter,
    /// Those that are only cited, and those that have been taken in.
    texts: [usize; 2],
}

impl Found {
    fn new(site: &Site, tables: &Tables, asked: &Asked, cited: &Cited) -> Result<Self, QueryError> {
        let all = tables.policies(site)?;
        let words: Vec<Finder<'_>> = asked.q.split_whitespace().map(Finder::new).collect();
        let kind = KINDS.iter().position(|kind| *kind == asked.kind);
        let place = cited.around.values.wanted(&asked.place);
        let mut found = Self {
            wanted: Vec::new(),
            kinds: Default::default(),
            places: Counter::new(&cited.around.values),
            texts: Default::default(),
        };
        for (row, own) in (0..).zip(&cited.policies) {
            let title = all[own.at].title.as_bytes();
            if words.iter().any(|word| word.find(title).is_none()) {
                continue;
            }
            let around = cited.around.of.of(row);
            let is_at = asked.place.is_empty() || around.contains(&place);
            let is_cited_so = asked.kind.is_empty() || kind.is_some_and(|kind| own.kinds[kind] > 0);
            let has = if own.has_text { YES } else { NO };
            let has_text = asked.text.is_empty() || asked.text == has;
            if is_at && has_text {
                let counts = found.kinds.iter_mut().zip(own.kinds);
                counts.for_each(|(count, own)| *count += usize::from(own > 0));
            }
            if is_cited_so && has_text {
                around.iter().for_each(|place| found.places.add(*place, 1));
            }
            if is_at && is_cited_so {
                found.texts[usize::from(own.has_text)] += 1;
            }
            if is_at && is_cited_so && has_text {
                found.wanted.push(row);
            }
        }
        Ok(found)
    }
}

/// The page about a policy.
pub(super) fn address(site: &Site, iri: &str) -> String {
    format!("{}policy/{}", site.root(), path(site, iri))
}

fn build(site: &Site, asked: Asked) -> Result<Policies, WebError> {
    let tables = site.tables.now(site);
    let cited = tables.derived::<Cited>(site)?;
    let found = Found::new(site, &tables, &asked, &cited)?;
    let facets = facets(&Known::new(site, &tables), &asked, &cited, &found)?;
    let number = asked.page.parse().unwrap_or(1);
    let paging = Paging::new(found.wanted.len(), SIZE, number, &asked.pairs());
    let shown = cited.sorted(&asked, &found.wanted, paging.part(SIZE));
    let head = |name, zh, en| Head::new(&asked, name, site.say(zh, en));
    let mut chips = Facet::chips(&facets);
    if !asked.q.is_empty() {
        let text = format!("{} {}", site.say("标题", "title"), asked.q);
        chips.insert(0, Chip { text, href: Question::new(&asked.pairs()).with("q", "") });
    }
    Ok(Policies {
        heads: vec![
            head("title", "标题", "Title"),
            head("cited", "引用它的文件", "Cited by"),
            head("places", "引用它的地区", "Citing places"),
        ],
        rows: cited.shown(site, &tables, &shown)?,
        all: cited.policies.len(),
        chips,
        facets,
        paging,
        asked,
    })
}

impl Head {
    fn new(asked: &Asked, name: &str, title: &'static str) -> Self {
        let backwards = asked.sort.strip_prefix('-');
        let sorted = match backwards {
            Some(column) => (column == name).then_some("descending"),
            None => (asked.sort == name).then_some("ascending"),
        };
        let next = match sorted {
            Some("descending") => name.to_owned(),
            Some(_) => String::new(),
            None => format!("-{name}"),
        };
        let href = Question::new(&asked.pairs()).with("sort", &next);
        Self { title, href, sorted, is_number: name == "cited" }
    }
}

fn facets(
    known: &Known<'_>,
    asked: &Asked,
    cited: &Cited,
    found: &Found,
) -> Result<Vec<Facet>, QueryError> {
    let site = known.site;
    let question = Question::new(&asked.pairs());
    let ranked = |mut counts: Vec<(&'static str, String, usize)>| {
        counts.retain(|(.., count)| *count > 0);
        counts.sort_by_key(|(code, _, count)| (Reverse(*count), *code));
        counts
    };
    let kinds = KINDS.iter().zip(found.kinds).map(|(kind, count)| {
        (*kind, site.labels.of_citation(&kind_iri(kind)).of(site.lang).to_owned(), count)
    });
    let kinds = Facet::new(
        &question,
        ("kind", Label::new("引用方式", "How it is cited")),
        &asked.kind,
        ranked(kinds.collect()),
    );
    // A policy that two places of a province cite counts once for the province.
    let divisions = found.places.iter();
    let divisions = divisions.map(|(place, count)| (cited.around.values.get(place), count));
    let places = narrow::facets::places(known, &question, &asked.place, divisions.collect(), 0)?;
    let [only_cited, taken_in] = found.texts;
    let texts = vec![
        (YES, site.say("已收录", "taken in").to_owned(), taken_in),
        (NO, site.say("未收录，仅被引用", "only cited").to_owned(), only_cited),
    ];
    let texts =
        Facet::new(&question, ("text", Label::new("文本", "Text")), &asked.text, ranked(texts));
    Ok(vec![kinds, places, texts])
}

fn tabulate(site: &Site, rows: &[Row]) -> Table {
    let column = |key, zh, en, width| Column::new(key, site.say(zh, en), width);
    let mut columns = vec![
        column("title", "标题", "Title", 60.0),
        column("citedBy", "引用它的文件", "Cited by", 10.0),
    ];
    columns.extend(KINDS.map(|kind| {
        Column::new(kind, site.labels.of_citation(&kind_iri(kind)).of(site.lang), 8.0)
    }));
    columns.push(column("places", "引用它的地区", "Citing places", 30.0));
    columns.push(column("text", "文本", "Text", 10.0));
    let cells = rows.iter().map(|row| {
        let mut cells = vec![Cell::link(&row.title, row.href.clone()), row.cited_by.into()];
        cells.extend(KINDS.map(|kind| {
            let count = row.kinds.iter().find(|(code, ..)| *code == kind);
            Cell::from(count.map_or(0, |(.., count)| *count))
        }));
        cells.push(row.places.join("、").into());
        let (zh, en) =
            if row.has_text { ("已收录", "taken in") } else { ("仅被引用", "only cited") };
        cells.push(site.say(zh, en).into());
        cells
    });
    Table {
        name: site.say("政策文件", "Policies").to_owned(),
        sheet: site.say("政策文件", "Policies").to_owned(),
        rows: cells.collect(),
        columns,
        notes: vec![
            site.say("共 {} 份政策文件。", "{} policies.").replace("{}", &rows.len().to_string()),
            site.say(
                "数字是引用它的文件数；同一文件以几种方式引用的，每种各计一次。",
                "Numbers are of documents; one that cites in several ways counts once for each.",
            )
            .to_owned(),
        ],
        things: rows.iter().map(|row| row.iri.clone()).collect(),
        frozen: 1,
    }
}
