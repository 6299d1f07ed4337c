//! How well what the graph says agrees with annotations: F1 for each kind of fact.
//!
//! The rules are those of `../shared/score/score.py`, so that both give the same numbers.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::annotations::{self, Row, cell, name, norm, stated};
use super::common::Collection;

/// The tables of annotations, each with the query that answers the same columns from the graph.
pub const TABLES: [(&str, &str); 6] = [
    ("documents", include_str!("../gold/facts/documents.rq")),
    ("tasks", include_str!("../gold/facts/tasks.rq")),
    ("responsibilities", include_str!("../gold/facts/responsibilities.rq")),
    ("citations", include_str!("../gold/facts/citations.rq")),
    ("targets", include_str!("../gold/facts/targets.rq")),
    ("deadlines", include_str!("../gold/facts/deadlines.rq")),
];

/// The kinds whose F1 the headline is the mean of, with the mean over the kinds of [`HEADER`].
const STRICT: [&str; 7] = [
    "task",
    "measure",
    "responsibility",
    "agency identity",
    "citation and kind",
    "target",
    "deadline",
];
const HEADER: [&str; 7] = ["title", "genre", "number", "issuers", "written", "published", "tier"];

type Tables = BTreeMap<&'static str, Vec<Row>>;
type Fact = Vec<String>;

/// A kind of fact: the table it stands in, and what makes two facts of it the same; none where a row
/// states no such fact.
type Kind = (&'static str, &'static str, fn(&Row) -> Option<Fact>);

const KINDS: [Kind; 20] = [
    ("task", "tasks", |r| (level(r) == "task").then(|| fact([key(r), level(r)]))),
    ("measure", "tasks", |r| (level(r) != "task").then(|| fact([key(r), level(r)]))),
    ("responsibility", "responsibilities", |r| {
        Some(fact([key(r), local(r, "role"), norm(cell(r, "surface"))]))
    }),
    ("responsibility, any task", "responsibilities", |r| {
        Some(fact([local(r, "role"), norm(cell(r, "surface"))]))
    }),
    ("agency identity", "responsibilities", |r| {
        let agency = stated(r, "agency")?;
        Some(fact([norm(cell(r, "surface")), norm(agency)]))
    }),
    ("citation", "citations", |r| Some(fact([norm(cell(r, "title"))]))),
    ("citation and kind", "citations", |r| Some(fact([norm(cell(r, "title")), local(r, "kind")]))),
    ("policy or not", "citations", |r| Some(fact([norm(cell(r, "title")), truth(r, "policy")]))),
    ("target", "targets", |r| {
        of_kind(r, "target")?;
        Some(fact([key(r), local(r, "comparator"), number(r), norm(cell(r, "unit"))]))
    }),
    ("target, value and unit", "targets", |r| {
        of_kind(r, "target")?;
        Some(fact([number(r), norm(cell(r, "unit"))]))
    }),
    ("achievement", "targets", |r| {
        of_kind(r, "achievement")?;
        Some(fact([number(r), norm(cell(r, "unit"))]))
    }),
    ("target deadline", "targets", |r| {
        of_kind(r, "target")?;
        let deadline = stated(r, "deadline")?;
        Some(fact([number(r), norm(cell(r, "unit")), deadline.to_owned()]))
    }),
    ("deadline", "deadlines", |r| {
        let (date, ongoing) = (cell(r, "date"), truth(r, "ongoing"));
        let told = !date.is_empty() || ongoing == "1";
        told.then(|| fact([key(r), date.to_owned(), ongoing]))
    }),
    ("title", "documents", |r| Some(fact([norm(cell(r, "title"))]))),
    ("genre", "documents", |r| Some(fact([local(r, "genre")]))),
    ("number", "documents", |r| Some(fact([norm(stated(r, "number")?)]))),
    ("issuers", "documents", |r| {
        let mut issuers: Fact = stated(r, "issuers")?.split('|').map(norm).collect();
        issuers.sort();
        Some(issuers)
    }),
    ("written", "documents", |r| Some(fact([stated(r, "written")?.to_owned()]))),
    ("published", "documents", |r| Some(fact([stated(r, "published")?.to_owned()]))),
    ("tier", "documents", |r| Some(fact([local(r, "tier")]))),
];

/// How well one kind of fact was found.
pub struct Score {
    pub f1: f64,
    /// `- file fact` for what was not found, `+ file fact` for what is not so.
    pub misses: Vec<String>,
}

/// The scores by kind of fact; kinds of which neither side has a fact are left out.
pub fn scores(gold: &Path, collection: &Collection) -> BTreeMap<&'static str, Score> {
    let mut gold = annotations(gold);
    let mut found: Tables =
        TABLES.iter().map(|&(table, query)| (table, collection.ask(query))).collect();
    let files: BTreeSet<String> =
        gold["documents"].iter().map(|row| cell(row, "file").to_owned()).collect();
    for file in &files {
        let keys = annotations::keys(gold.values().flatten(), file);
        for row in rows_of(&mut gold, file).chain(rows_of(&mut found, file)) {
            let name = name(cell(row, "task"), &keys);
            row.insert("key".to_owned(), name);
        }
    }
    let mut scores = BTreeMap::new();
    for (kind, table, same) in KINDS {
        let facts = |side: &Tables| -> BTreeSet<(String, Fact)> {
            let rows = side[table].iter().filter(|row| files.contains(cell(row, "file")));
            rows.filter_map(|row| Some((cell(row, "file").to_owned(), same(row)?))).collect()
        };
        let (want, got) = (facts(&gold), facts(&found));
        if want.is_empty() && got.is_empty() {
            continue;
        }
        let line = |sign: &str, (file, fact): &(String, Fact)| {
            format!("{sign} {file} {}", fact.join(" | "))
        };
        let missed = want.difference(&got).map(|fact| line("-", fact));
        let misses = missed.chain(got.difference(&want).map(|fact| line("+", fact))).collect();
        let both = want.intersection(&got).count();
        scores.insert(kind, Score { f1: f1(both, want.len(), got.len()), misses });
    }
    scores
}

/// The mean F1 over the strict kinds and the header.
pub fn headline(scores: &BTreeMap<&'static str, Score>) -> f64 {
    let f1s = |kinds: &[&str]| -> Vec<f64> {
        kinds.iter().filter_map(|kind| Some(scores.get(kind)?.f1)).collect()
    };
    let mut strict = f1s(&STRICT);
    strict.push(mean(&f1s(&HEADER)));
    mean(&strict)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

fn f1(both: usize, want: usize, got: usize) -> f64 {
    let share = |whole: usize| if whole == 0 { 1.0 } else { both as f64 / whole as f64 };
    let (precision, recall) = (share(got), share(want));
    if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 }
}

/// All tables of a folder.
fn annotations(folder: &Path) -> Tables {
    TABLES.iter().map(|&(table, _)| (table, annotations::table(folder, table))).collect()
}

fn rows_of<'a>(tables: &'a mut Tables, file: &'a str) -> impl Iterator<Item = &'a mut Row> {
    tables.values_mut().flatten().filter(move |row| cell(row, "file") == file)
}

fn fact<const N: usize>(parts: [String; N]) -> Fact {
    parts.into()
}

fn key(row: &Row) -> String {
    cell(row, "key").to_owned()
}

fn level(row: &Row) -> String {
    local(row, "level")
}

fn of_kind(row: &Row, kind: &str) -> Option<()> {
    (local(row, "kind") == kind).then_some(())
}

/// The last segment of an IRI; a literal as it is.
fn local(row: &Row, column: &str) -> String {
    let term = cell(row, column);
    let iri = term.starts_with("http://") || term.starts_with("https://");
    let cut = if iri { term.rfind(['#', '/']).map_or(0, |at| at + 1) } else { 0 };
    term[cut..].to_owned()
}

fn truth(row: &Row, column: &str) -> String {
    let yes = matches!(cell(row, column), "1" | "true");
    (if yes { "1" } else { "0" }).to_owned()
}

/// The value, however it is written.
fn number(row: &Row) -> String {
    annotations::number(cell(row, "value"))
}
