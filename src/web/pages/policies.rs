//! `/policies`: the documents that others cite, with by how many, how and where.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use serde::Deserialize;

use super::narrow::{self, Known, NO, YES, path};
use crate::store::QueryError;
use crate::web::api::links::kind_iri;
use crate::web::error::WebError;
use crate::web::export::{self, Cell, Column, Form, Table};
use crate::web::facets::{Chip, Facet, Order, Question};
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
    /// The codes and names of the divisions whose documents cite it.
    places: Vec<(String, String)>,
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
        let known = Known::new(site, &tables)?;
        let mut rows = all(&known)?;
        let wanted = rows.iter().map(|row| row.answers(&known, &asked, ""));
        let wanted = wanted.collect::<Result<Vec<_>, _>>()?;
        let mut wanted = wanted.into_iter();
        rows.retain(|_| wanted.next().unwrap_or_default());
        sort(&asked, &mut rows);
        Ok(tabulate(site, &rows))
    })
    .await
}

/// All policies, those that most documents cite first.
fn all(known: &Known<'_>) -> Result<Vec<Row>, QueryError> {
    let (site, tables) = (known.site, known.tables);
    let mut rows = Vec::new();
    for policy in tables.policies(site)? {
        let mut kinds: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let mut places: BTreeMap<&str, &str> = BTreeMap::new();
        let mut documents: BTreeSet<&str> = BTreeSet::new();
        for citing in tables.citations_of(site, &policy.iri)? {
            kinds.entry(&citing.kind).or_default().insert(&citing.document.id);
            documents.insert(&citing.document.id);
            if let Some(place) = &citing.document.jurisdiction {
                places.insert(&place.code, &place.name);
            }
        }
        let kinds = KINDS.iter().filter_map(|kind| {
            let documents = kinds.get(kind)?;
            Some((*kind, site.labels.of_citation(&kind_iri(kind)), documents.len()))
        });
        rows.push(Row {
            iri: policy.iri.clone(),
            title: policy.title.clone(),
            href: address(site, &policy.iri),
            kinds: kinds.collect(),
            cited_by: documents.len(),
            places: places.iter().map(|(c, n)| ((*c).to_owned(), (*n).to_owned())).collect(),
            has_text: policy.document.is_some(),
        });
    }
    rows.sort_by_cached_key(|row| (Reverse(row.cited_by), row.title.clone()));
    Ok(rows)
}

/// The page about a policy.
pub(super) fn address(site: &Site, iri: &str) -> String {
    format!("{}policy/{}", site.root(), path(site, iri))
}

fn build(site: &Site, asked: Asked) -> Result<Policies, WebError> {
    let tables = site.tables.now(site);
    let known = Known::new(site, &tables)?;
    let rows = all(&known)?;
    let all = rows.len();
    let facets = facets(&known, &asked, &rows)?;
    let mut found = Vec::new();
    for row in rows {
        if row.answers(&known, &asked, "")? {
            found.push(row);
        }
    }
    sort(&asked, &mut found);
    let paging = Paging::new(found.len(), SIZE, asked.page.parse().unwrap_or(1), &asked.pairs());
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
        rows: paging.cut(found, SIZE),
        chips,
        facets,
        paging,
        all,
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

fn sort(asked: &Asked, rows: &mut [Row]) {
    match asked.sort.as_str() {
        "title" => rows.sort_by(|a, b| a.title.cmp(&b.title)),
        "-title" => rows.sort_by(|a, b| b.title.cmp(&a.title)),
        "cited" => rows.sort_by_key(|row| row.cited_by),
        "places" => rows.sort_by_key(|row| row.places.len()),
        "-places" => rows.sort_by_key(|row| Reverse(row.places.len())),
        _ => {}
    }
}

impl Row {
    /// Whether it is asked for; for the sake of counting choices, whatever `except` is.
    fn answers(&self, known: &Known<'_>, asked: &Asked, except: &str) -> Result<bool, QueryError> {
        let mut is_at = asked.place.is_empty() || except == "place";
        for (code, _) in &self.places {
            is_at = is_at || known.tables.chain(known.site, code)?.contains(&&*asked.place);
        }
        let is_cited_so = |(kind, ..): &(&str, Label, usize)| *kind == asked.kind;
        let has = if self.has_text { YES } else { NO };
        Ok(is_at
            && asked.q.split_whitespace().all(|word| self.title.contains(word))
            && (except == "kind" || asked.kind.is_empty() || self.kinds.iter().any(is_cited_so))
            && (except == "text" || asked.text.is_empty() || asked.text == has))
    }
}

fn facets(known: &Known<'_>, asked: &Asked, rows: &[Row]) -> Result<Vec<Facet>, QueryError> {
    let site = known.site;
    let question = Question::new(&asked.pairs());
    let rest = |except: &'static str| -> Result<Vec<&Row>, QueryError> {
        let mut rest = Vec::new();
        for row in rows {
            if row.answers(known, asked, except)? {
                rest.push(row);
            }
        }
        Ok(rest)
    };
    let by_kind = rest("kind")?;
    let kinds = by_kind.iter().flat_map(|row| &row.kinds);
    let kinds = kinds.map(|(kind, label, _)| ((*kind).to_owned(), label.of(site.lang).to_owned()));
    let kinds = Facet::new(
        &question,
        ("kind", Label::new("引用方式", "How it is cited")),
        &asked.kind,
        Order::Count,
        kinds,
    );
    let by_place = rest("place")?;
    // A policy that two places of a province cite counts once for the province.
    let mut counted: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &by_place {
        let mut all = BTreeSet::new();
        for (code, _) in &row.places {
            all.extend(known.tables.chain(site, code)?);
        }
        for code in all {
            *counted.entry(code).or_default() += 1;
        }
    }
    let places = narrow::facets::places(known, &question, &asked.place, counted, 0)?;
    let by_text = rest("text")?;
    let texts = by_text.iter().map(|row| match row.has_text {
        true => (YES.to_owned(), site.say("已收录", "taken in").to_owned()),
        false => (NO.to_owned(), site.say("未收录，仅被引用", "only cited").to_owned()),
    });
    let texts = Facet::new(
        &question,
        ("text", Label::new("文本", "Text")),
        &asked.text,
        Order::Count,
        texts,
    );
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
        let places: Vec<&str> = row.places.iter().map(|(_, name)| &**name).collect();
        cells.push(places.join("、").into());
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
