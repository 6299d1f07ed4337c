//! One document: its header, and its text with what was read in it, side by side; or a work that is only cited.
//!
//! Invariant: the text stands on the page as it was taken in; every fact leads to the words that state it, and these
//! lead back. A long text comes in parts ([`blocks`]).

mod blocks;
mod cache;
mod counterpart;
mod facts;
mod header;
mod marks;
mod text;
pub(super) mod view;

use std::collections::HashSet;
use std::sync::Arc;

use askama::Template;
use serde::Deserialize;

use self::blocks::{Block, Note, blocks, parts};
use self::counterpart::{Pair, pairs};
use self::header::{Line, Related};
use self::marks::Piece;
use self::view::{CLASSES, Fact, Item, View};
use crate::web::error::WebError;
use crate::web::export::Table;
use crate::web::filters;
use crate::web::labels::Label;
use crate::web::site::{Row, Site};

pub(in crate::web) use cache::Views;

const CURRENT: &str = include_str!("../../queries/current_version.rq");
const GRAPH: &str = include_str!("../../queries/graph_of_version.rq");
const HEADER: &str = include_str!("../../queries/header.rq");
const KNOWN: &str = include_str!("../../queries/known.rq");
const WORK: &str = include_str!("../../queries/work.rq");

/// Which part of a long text is asked for.
#[derive(Clone, Default, Deserialize)]
pub(in crate::web) struct Asked {
    /// From 1, or `all`.
    #[serde(default)]
    part: String,
}

#[derive(Template)]
#[template(path = "document.html")]
pub(in crate::web) struct Document {
    title: String,
    iri: String,
    /// The banner of a draft or an unofficial text.
    warning: Option<Label>,
    /// Where the current version is, if this is not it.
    current: Option<String>,
    header: Vec<Line>,
    /// What it carries out or rests on as a whole.
    above: Vec<Related>,
    /// The documents that cite it.
    below: Vec<Related>,
    /// Its text and what was read in it; none of a work that is only cited.
    reading: Option<Reading>,
    /// Of a document that is not in the store yet.
    preview: Option<Preview>,
}

/// A text beside what was read in it.
struct Reading {
    view: Arc<View>,
    outline: Vec<Entry>,
    /// Where the parts begin, and which is shown; none where all are.
    parts: Vec<usize>,
    part: Option<usize>,
    blocks: Vec<Block>,
    pairs: Vec<Pair>,
    cites: Vec<Cited>,
}

/// A line of the table of contents.
struct Entry {
    item: usize,
    href: String,
    /// Whether its place is on this page.
    is_here: bool,
    /// The anchors of items that have no line of their own, and whose places are not on this page.
    others: Vec<String>,
}

/// A document that is cited, and the facts that say so.
struct Cited {
    kinds: Vec<Label>,
    title: String,
    iri: String,
    facts: Vec<usize>,
}

/// What a document that is not in the store yet would do there.
struct Preview {
    /// The name of its file.
    file: String,
    fate: Label,
    /// What it names that the store knows already.
    known: HashSet<String>,
}

/// The page of a work: its current version, or what others say of it.
pub(super) fn of_work(site: &Site, work: &str, asked: &Asked) -> Result<Document, WebError> {
    match site.row(CURRENT, &[("work", work)])? {
        Some(row) => of_version(site, &row.text("version"), asked),
        None => only_cited(site, work),
    }
}

/// The page of one version.
pub(super) fn of_version(site: &Site, version: &str, asked: &Asked) -> Result<Document, WebError> {
    let source = source(site, version)?;
    let (head, view) = read(site, &source, version)?;
    let relations = header::relations(site, &source.work)?;
    let tier = head.get("tier").filter(|tier| !tier.ends_with("#official"));
    Ok(Document {
        title: title(site, head.get("title")),
        warning: tier.map(|tier| site.labels.of(&tier)),
        current: (!source.is_current).then(|| site.href(&source.work)),
        header: header::of_version(site, &source, version, &head, &relations)?,
        above: header::above(site, &relations),
        below: header::below(site, &source.work)?,
        reading: Some(Reading::new(site, view, asked)),
        preview: None,
        iri: source.work,
    })
}

/// The page of a version that is not in `site`'s store, but in `trial`.
pub(super) fn preview(
    site: &Site,
    trial: &Site,
    version: &str,
    (file, fate): (String, Label),
) -> Result<Document, WebError> {
    let document = of_version(trial, version, &Asked { part: "all".to_owned() })?;
    let facts = document.reading.iter().flat_map(|reading| &reading.view.facts);
    let named: HashSet<String> = facts
        .filter_map(|fact| fact.thing.clone())
        .chain(document.header.iter().flat_map(|line| &line.values).filter_map(|v| v.iri.clone()))
        .chain(document.above.iter().map(|other| other.iri.clone()))
        .collect();
    let mut known = HashSet::new();
    for iri in named {
        if site.row(KNOWN, &[("thing", &iri)])?.is_some() {
            known.insert(iri);
        }
    }
    Ok(Document { preview: Some(Preview { file, fate, known }), ..document })
}

fn only_cited(site: &Site, work: &str) -> Result<Document, WebError> {
    let row = site.row(WORK, &[("work", work)])?.ok_or_else(|| site.not_found(work.to_owned()))?;
    let relations = header::relations(site, work)?;
    Ok(Document {
        title: row.text("title"),
        iri: work.to_owned(),
        warning: None,
        current: None,
        header: header::covers(&relations),
        above: header::above(site, &relations),
        below: header::below(site, work)?,
        reading: None,
        preview: None,
    })
}

/// What was read in a work's current version, or in a version, to take away.
pub(super) fn table(site: &Site, iri: &str) -> Result<Table, WebError> {
    let current = site.row(CURRENT, &[("work", iri)])?;
    let version = current.map_or_else(|| iri.to_owned(), |row| row.text("version"));
    let (head, view) = read(site, &source(site, &version)?, &version)?;
    let title = title(site, head.get("title"));
    Ok(facts::table(site, &view, &title, &site.href(&version)))
}

/// Where a version is in the store.
struct Source {
    graph: String,
    work: String,
    is_current: bool,
}

fn source(site: &Site, version: &str) -> Result<Source, WebError> {
    let row = site
        .row(GRAPH, &[("version", version)])?
        .ok_or_else(|| site.not_found(version.to_owned()))?;
    let is_current = row.get("current").is_none_or(|current| current == version);
    Ok(Source { graph: row.text("graph"), work: row.text("work"), is_current })
}

/// What stands above a version's text, and what was read in it.
fn read(site: &Site, source: &Source, version: &str) -> Result<(Row, Arc<View>), WebError> {
    let Source { graph, work, .. } = source;
    let head =
        site.row(HEADER, &[("graph", graph)])?.ok_or_else(|| site.not_found(version.to_owned()))?;
    let text = head.text("text");
    let view = cache::view(site, version, || View::read(site, graph, version, work, &text))?;
    Ok((head, view))
}

fn title(site: &Site, title: Option<String>) -> String {
    title.unwrap_or_else(|| site.say("（无题）", "(untitled)").to_owned())
}

impl Reading {
    fn new(site: &Site, view: Arc<View>, asked: &Asked) -> Self {
        let parts = parts(&view);
        let part = match asked.part.as_str() {
            "all" => None,
            _ if parts.len() == 1 => None,
            part => Some(part.parse().unwrap_or(1).clamp(1, parts.len())),
        };
        let span = match part {
            Some(part) => (parts[part - 1], parts.get(part).copied().unwrap_or(view.text.len())),
            None => (0, view.text.len()),
        };
        Self {
            outline: outline(&view, &parts, part),
            blocks: blocks(&view, span),
            pairs: pairs(site, &view),
            cites: cites(&view),
            parts,
            part,
            view,
        }
    }

    fn item(&self, at: &usize) -> &Item {
        &self.view.items[*at]
    }

    fn fact(&self, at: &usize) -> &Fact {
        &self.view.facts[*at]
    }

    fn count(&self, classes: &str) -> usize {
        self.view.count(|fact| classes.split(' ').any(|class| class == fact.class))
    }

    fn is_part(&self, part: &usize) -> bool {
        self.part == Some(*part)
    }

    fn tasks(&self) -> usize {
        self.view.items.iter().filter(|item| item.kind == "task").count()
    }

    fn doubtful(&self) -> usize {
        self.view.count(Fact::is_doubtful)
    }

    /// What is marked in the text: a class, what it is called, and how often.
    fn legend(&self) -> Vec<(&'static str, &'static str, &'static str, usize)> {
        let names = CLASSES.map(|class| match class {
            "lead" => (class, "牵头", "lead"),
            "responsible" => (class, "责任", "responsible"),
            "support" => (class, "配合", "support"),
            "guide" => (class, "指导", "guidance"),
            "leader" => (class, "责任领导", "leader"),
            "deadline" => (class, "时限", "time limit"),
            "target" => (class, "目标", "target"),
            "limit" => (class, "限额", "limit"),
            "achievement" => (class, "成果", "achievement"),
            _ => (class, "引用", "citation"),
        });
        let counted = names.map(|(class, zh, en)| (class, zh, en, self.count(class)));
        counted.into_iter().filter(|(.., count)| *count > 0).collect()
    }

    /// The pairs that an item belongs to.
    fn pairs_of(&self, item: &usize) -> impl Iterator<Item = &Pair> {
        self.pairs.iter().filter(|pair| pair.is_of(item))
    }

    fn disagreements(&self) -> Vec<&Pair> {
        self.pairs.iter().filter(|pair| pair.differs()).collect()
    }

    /// The address of the place of a fact's words: on this page, or in another part.
    fn place(&self, fact: &Fact) -> String {
        address(&self.parts, self.part, fact.span.0, &fact.place())
    }

    /// Where in the file the sentences stand that say what a note says, but those of headings above.
    fn places_in_file(&self, note: &Note) -> Vec<&str> {
        let facts = note.groups.iter().flat_map(|group| &self.view.facts[group.clone()]);
        let own = facts.filter(|fact| !fact.inherited);
        let mut places: Vec<&str> = own.filter_map(|fact| fact.place_in_file.as_deref()).collect();
        // Facts are in the order of the text.
        places.dedup();
        places
    }

    /// The same of a fact.
    fn fact_place(&self, at: &usize) -> String {
        let fact = self.fact(at);
        let item = self.item(&fact.item);
        let start = if item.is_root() { fact.span.0 } else { item.start };
        address(&self.parts, self.part, start, &format!("f{at}"))
    }

    /// The same of an item's place.
    fn item_place(&self, at: &usize) -> String {
        let item = self.item(at);
        address(&self.parts, self.part, item.start, &item.anchor)
    }
}

impl Document {
    /// Whether there is a page about a thing.
    fn leads_to(&self, iri: &str) -> bool {
        self.preview.as_ref().is_none_or(|preview| preview.known.contains(iri))
    }
}

/// The part that a place in the text is in, from 1.
fn part_of(parts: &[usize], place: usize) -> usize {
    parts.partition_point(|start| *start <= place).max(1)
}

fn address(parts: &[usize], shown: Option<usize>, place: usize, name: &str) -> String {
    match part_of(parts, place) {
        part if shown.is_some_and(|shown| shown != part) => format!("?part={part}#{name}"),
        _ => format!("#{name}"),
    }
}

fn outline(view: &View, parts: &[usize], shown: Option<usize>) -> Vec<Entry> {
    let (mut entries, mut first) = (Vec::<Entry>::new(), Vec::new());
    for (at, item) in view.items.iter().enumerate().skip(1) {
        let is_here = shown.is_none_or(|shown| shown == part_of(parts, item.start));
        if item.kind != "measure" && !item.name().is_empty() {
            entries.push(Entry {
                item: at,
                href: address(parts, shown, item.start, &item.anchor),
                is_here,
                others: std::mem::take(&mut first),
            });
        } else if !is_here {
            let others = entries.last_mut().map_or(&mut first, |entry| &mut entry.others);
            others.push(item.anchor.clone());
        }
    }
    entries
}

/// The documents that are cited anywhere in the text.
fn cites(view: &View) -> Vec<Cited> {
    let mut cited: Vec<Cited> = Vec::new();
    for (at, fact) in view.facts.iter().enumerate() {
        let (true, Some(iri)) = (fact.class == "citation", &fact.thing) else { continue };
        match cited.iter_mut().find(|known| known.iri == *iri) {
            Some(known) => {
                known.facts.push(at);
                if !known.kinds.contains(&fact.label) {
                    known.kinds.push(fact.label.clone());
                }
            }
            None => cited.push(Cited {
                kinds: vec![fact.label.clone()],
                title: fact.words.clone(),
                iri: iri.clone(),
                facts: vec![at],
            }),
        }
    }
    cited
}
