//! One document: its header, its outline and what is said at each item; or a work that is only cited.

mod evidence;
pub(super) mod outline;

use askama::Template;

use self::evidence::Evidence;
use self::outline::{Item, Outline};
use crate::web::error::WebError;
use crate::web::filters;
use crate::web::labels::Label;
use crate::web::site::{Row, Site};

const CURRENT: &str = include_str!("../../queries/current_version.rq");
const GRAPH: &str = include_str!("../../queries/graph_of_version.rq");
const HEADER: &str = include_str!("../../queries/header.rq");
const ISSUERS: &str = include_str!("../../queries/issuers.rq");
const JURISDICTION: &str = include_str!("../../queries/jurisdiction.rq");
const SOURCES: &str = include_str!("../../queries/sources.rq");
const VERSIONS: &str = include_str!("../../queries/versions.rq");
const RELATIONS: &str = include_str!("../../queries/relations.rq");
const CITED_BY: &str = include_str!("../../queries/cited_by.rq");
const WORK: &str = include_str!("../../queries/work.rq");

#[derive(Template)]
#[template(path = "document.html")]
pub(in crate::web) struct Document {
    title: String,
    iri: String,
    /// The banner of a draft or an unofficial text.
    warning: Option<Label>,
    /// Where the current version is, if this is not it.
    current: Option<String>,
    /// Whether the work has a text in the store.
    has_text: bool,
    header: Vec<Fact>,
    items: Vec<Item>,
    counts: Vec<(Label, usize)>,
    cited_by: Vec<Related>,
}

/// A line of the header: a name and its values.
struct Fact {
    label: Label,
    values: Vec<Link>,
}

struct Link {
    text: String,
    href: Option<String>,
}

/// Another document, and how it is related.
struct Related {
    kinds: Vec<Label>,
    title: String,
    href: String,
}

/// The page of a work: its current version, or what others say of it.
pub(super) fn of_work(site: &Site, work: &str) -> Result<Document, WebError> {
    match site.row(CURRENT, &[("work", work)])? {
        Some(row) => of_version(site, &row.text("version")),
        None => only_cited(site, work),
    }
}

/// The page of one version.
pub(super) fn of_version(site: &Site, version: &str) -> Result<Document, WebError> {
    let place = site
        .row(GRAPH, &[("version", version)])?
        .ok_or_else(|| site.not_found(version.to_owned()))?;
    let (graph, work) = (place.text("graph"), place.text("work"));
    let is_current = place.get("current").is_none_or(|current| current == version);
    let head = site
        .row(HEADER, &[("graph", &graph)])?
        .ok_or_else(|| site.not_found(version.to_owned()))?;
    let evidence = Evidence::of(site, &graph, head.text("text"))?;
    let items = Outline::read(site, &graph, version, &work, &evidence)?;
    let tier = head.get("tier").filter(|tier| !tier.ends_with("#official"));
    Ok(Document {
        title: head.get("title").unwrap_or_else(|| site.say("（无题）", "(untitled)").to_owned()),
        warning: tier.map(|tier| site.labels.of(&tier)),
        current: (!is_current).then(|| site.href(&work)),
        has_text: true,
        header: header(site, &graph, &work, version, &head)?,
        counts: counts(&items),
        items,
        cited_by: cited_by(site, &work)?,
        iri: work,
    })
}

fn only_cited(site: &Site, work: &str) -> Result<Document, WebError> {
    let row = site.row(WORK, &[("work", work)])?.ok_or_else(|| site.not_found(work.to_owned()))?;
    Ok(Document {
        title: row.text("title"),
        iri: work.to_owned(),
        warning: None,
        current: None,
        has_text: false,
        header: relations(site, work)?,
        items: Vec::new(),
        counts: Vec::new(),
        cited_by: cited_by(site, work)?,
    })
}

fn header(
    site: &Site,
    graph: &str,
    work: &str,
    version: &str,
    head: &Row,
) -> Result<Vec<Fact>, WebError> {
    let mut facts = Facts::default();
    facts.add("发文字号", "number", head.get("number").map(Link::plain));
    let issuers = site.rows(ISSUERS, &[("graph", graph)])?;
    let issuers =
        issuers.iter().map(|row| Link::to(row.text("name"), site.href(&row.text("issuer"))));
    facts.add("发文机关", "issued by", issuers);
    facts.add("成文日期", "written", head.get("written").map(Link::plain));
    facts.add("发布日期", "published", head.get("published").map(Link::plain));
    let genre =
        head.get("genre").map(|genre| Link::plain(site.labels.of(&genre).of(site.lang).to_owned()));
    facts.add("体裁", "genre", genre);
    let places = site.rows(JURISDICTION, &[("graph", graph)])?;
    let places = places.iter().map(|row| Link::to(row.text("name"), site.href(&row.text("place"))));
    facts.add("地区", "jurisdiction", places);
    facts.0.extend(relations(site, work)?);
    let sources = site.rows(SOURCES, &[("graph", graph)])?;
    facts.add("来源文件", "read from", sources.iter().map(|row| Link::plain(row.text("name"))));
    let versions = site.rows(VERSIONS, &[("work", work)])?;
    let others = versions.iter().filter(|row| row.text("version") != version).map(|row| {
        let mark = if row.is_true("current") { site.say("（现行）", " (current)") } else { "" };
        Link::to(format!("{}{mark}", row.text("source")), site.href(&row.text("version")))
    });
    facts.add("其他版本", "other versions", others);
    Ok(facts.0)
}

/// Lines of a header that have values.
#[derive(Default)]
struct Facts(Vec<Fact>);

impl Facts {
    fn add(&mut self, zh: &str, en: &str, values: impl IntoIterator<Item = Link>) {
        let values: Vec<Link> = values.into_iter().collect();
        if !values.is_empty() {
            self.0.push(Fact { label: Label::new(zh, en), values });
        }
    }
}

impl Link {
    fn plain(text: String) -> Self {
        Self { text, href: None }
    }

    fn to(text: String, href: String) -> Self {
        Self { text, href: Some(href) }
    }
}

/// What titles say of this document and others: it issues, implements, is issued by …
fn relations(site: &Site, work: &str) -> Result<Vec<Fact>, WebError> {
    let mut facts: Vec<Fact> = Vec::new();
    let mut rows = site.rows(RELATIONS, &[("work", work)])?;
    // The title that the document itself bears goes before those that others print.
    rows.sort_by_key(|row| (row.text("relation"), row.text("rank")));
    for row in rows {
        let mut label = site.labels.of(&row.text("relation"));
        if !row.is_true("outgoing") {
            label = Label::new(format!("被{}于", label.zh), format!("{} this", label.en));
        }
        let link = Link::to(row.text("title"), site.href(&row.text("other")));
        match facts.iter_mut().find(|fact| fact.label == label) {
            // A work has a row for each title that it is printed under.
            Some(fact) if fact.values.iter().any(|known| known.href == link.href) => {}
            Some(fact) => fact.values.push(link),
            None => facts.push(Fact { label, values: vec![link] }),
        }
    }
    Ok(facts)
}

fn cited_by(site: &Site, work: &str) -> Result<Vec<Related>, WebError> {
    let mut citing: Vec<Related> = Vec::new();
    for row in site.rows(CITED_BY, &[("work", work)])? {
        let href = site.href(&row.text("document"));
        let kind = site.labels.of_citation(&row.text("kind"));
        match citing.iter_mut().find(|other| other.href == href) {
            Some(other) => other.kinds.push(kind),
            None => citing.push(Related { kinds: vec![kind], title: row.text("title"), href }),
        }
    }
    Ok(citing)
}

fn counts(items: &[Item]) -> Vec<(Label, usize)> {
    let label = |zh: &str, en: &str| Label::new(zh, en);
    let sum = |count: fn(&Item) -> usize| items.iter().map(count).sum();
    vec![
        (label("任务", "tasks"), items.iter().filter(|item| item.kind == "task").count()),
        (
            label("责任", "assignments"),
            sum(|i| i.roles.iter().map(|role| role.bearers.len()).sum()),
        ),
        (
            label("目标", "targets"),
            sum(|i| i.quantities.iter().filter(|quantity| quantity.kind == "target").count()),
        ),
        (label("时限", "deadlines"), sum(|i| i.deadlines.len())),
        (label("引用", "citations"), sum(|i| i.citations.len())),
    ]
}
