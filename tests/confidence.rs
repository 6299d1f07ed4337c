//! `seeds/confidence.toml` against annotated documents: how many claims of each kind are right.
//!
//! `cargo test --test confidence -- --nocapture` prints the table as it is measured; with
//! `HELD_OUT=DIR` (tables of annotations, the documents in `DIR/docs`) the counts of `unseen` too.

#[path = "common/annotations.rs"]
mod annotations;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use annotations::{Row, cell, name, norm, number};
use gangmu::knowledge::Knowledge;
use gangmu::knowledge::confidence::{ClaimKind, Confidences, Count, Measured, key};
use gangmu::model::{AgencyKind, Basis, NodeId, ROOT, TargetClass, Value};
use gangmu::pipeline::{self, Reading};

/// By how much a recorded confidence may differ from what is measured now.
const TOLERANCE: f32 = 0.02;

type Counts = BTreeMap<(String, String), (ClaimKind, f32, Measured)>;

#[test]
fn the_recorded_counts_are_those_of_the_annotated_documents() {
    let plain = unmeasured(Knowledge::embedded());
    let names = project("seeds/samples/names.toml");
    let samples = unmeasured(Knowledge::embedded().with_names(&names).expect("names"));
    let mut counts = Counts::new();
    count(&project("tests/gold"), &project("seeds/samples"), &samples, seen, &mut counts);
    for (gold, documents) in [("gold/seeds", "seeds"), ("gold/pool", "gold/pool/docs")] {
        let shared = |path: &str| project(&format!("../shared/{path}"));
        if !shared(gold).is_dir() {
            println!("../shared/{gold} is not here: nothing was compared");
            return;
        }
        count(&shared(gold), &shared(documents), &plain, seen, &mut counts);
    }
    let recorded = Confidences::embedded();
    if let Some(folder) = std::env::var_os("HELD_OUT").map(PathBuf::from) {
        count(&folder, &folder.join("docs"), &plain, unseen, &mut counts);
    } else {
        for (kind, prior, measured) in counts.values_mut() {
            measured.unseen = recorded.measured(*kind, *prior).unseen;
        }
    }
    print(&counts);
    let mut off = Vec::new();
    for ((name, prior_key), (kind, prior, now)) in &counts {
        let (is, was) = (now.smoothed(*prior), recorded.of(*kind, *prior));
        if (is - was).abs() > TOLERANCE {
            off.push(format!("{name} {prior_key}: {was:.3} is recorded, {is:.3} is measured"));
        }
    }
    assert!(off.is_empty(), "\n{}\nrecord what was printed above", off.join("\n"));
}

fn unmeasured(knowledge: Knowledge) -> Knowledge {
    Knowledge { confidences: Confidences::unmeasured(), ..knowledge }
}

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn seen(measured: &mut Measured) -> &mut Count {
    &mut measured.seen
}

fn unseen(measured: &mut Measured) -> &mut Count {
    &mut measured.unseen
}

fn print(counts: &Counts) {
    let mut last = "";
    for ((kind, prior), (_, _, measured)) in counts {
        if kind != last {
            println!("\n[{kind}]");
            last = kind;
        }
        let parts = [("seen", measured.seen), ("unseen", measured.unseen)];
        let parts = parts.iter().filter(|(_, count)| count.claims > 0).map(|(name, count)| {
            format!("{name} = {{ right = {}, claims = {} }}", count.right, count.claims)
        });
        println!("\"{prior}\" = {{ {} }}", parts.collect::<Vec<_>>().join(", "));
    }
}

/// Adds the claims in the annotated documents of a folder.
fn count(
    gold: &Path,
    documents: &Path,
    knowledge: &Knowledge,
    side: fn(&mut Measured) -> &mut Count,
    counts: &mut Counts,
) {
    let gold = Gold::read(gold);
    for file in gold.files() {
        let bytes = std::fs::read(documents.join(&file)).expect("a document can be read");
        let reading = pipeline::read(&file, &bytes, knowledge).expect("a document is understood");
        for (kind, prior, right) in gold.judged(&file, &reading) {
            let entry = counts.entry((kind.name(), key(prior)));
            let (_, _, measured) = entry.or_insert((kind, prior, Measured::default()));
            let count = side(measured);
            count.claims += 1;
            count.right += u32::from(right);
        }
    }
}

/// The annotations of a folder.
struct Gold(BTreeMap<&'static str, Vec<Row>>);

impl Gold {
    fn read(folder: &Path) -> Self {
        let tables =
            ["documents", "tasks", "responsibilities", "targets", "deadlines", "citations"];
        Self(tables.map(|table| (table, annotations::table(folder, table))).into())
    }

    fn files(&self) -> BTreeSet<String> {
        self.0["documents"].iter().map(|row| cell(row, "file").to_owned()).collect()
    }

    /// The claims of a document, each with its kind, its rule's confidence and whether it is right
    /// as the scorer has it.
    fn judged(&self, file: &str, reading: &Reading) -> Vec<(ClaimKind, f32, bool)> {
        let Reading { document, facts, identities, .. } = reading;
        let keys = annotations::keys(self.0.values().flatten(), file);
        let rows = |table| self.0[table].iter().filter(move |row| cell(row, "file") == file);
        let task = |id: NodeId| match id {
            ROOT => String::new(),
            id => name(&document.own_text(id), &keys),
        };
        let task_of = |row: &Row| name(cell(row, "task"), &keys);
        let slice = |span| norm(document.text.slice(span));
        let mut out = Vec::new();
        for claim in facts.responsibilities.iter().filter(|c| c.basis != Basis::Inherited) {
            let agency = claim.agency.map(|id| &identities.agencies[id]);
            let agency = agency.filter(|a| a.kind != AgencyKind::Unresolved).map(|a| norm(&a.name));
            let right = rows("responsibilities").any(|row| {
                let said = norm(cell(row, "agency"));
                task_of(row) == task(claim.task)
                    && cell(row, "role") == word(claim.role)
                    && norm(cell(row, "surface")) == norm(&claim.surface)
                    && agency.as_ref().is_none_or(|agency| said.is_empty() || said == *agency)
            });
            out.push((ClaimKind::Responsibility(claim.basis), claim.confidence, right));
        }
        for claim in &facts.targets {
            let (Value::Decimal(value) | Value::Ratio(value)) = &claim.value;
            let unit = claim.unit.as_deref().map(norm).unwrap_or_default();
            let right = rows("targets").any(|row| {
                let placed = claim.class != TargetClass::Target
                    || task_of(row) == task(claim.task)
                        && cell(row, "comparator") == word(claim.comparator);
                placed
                    && cell(row, "kind") == word(claim.class)
                    && number(cell(row, "value")) == number(value)
                    && norm(cell(row, "unit")) == unit
            });
            out.push((ClaimKind::Quantity(claim.class), claim.confidence, right));
        }
        for claim in &facts.deadlines {
            let date = claim.date.map(|date| date.to_string()).unwrap_or_default();
            let right = rows("deadlines").any(|row| {
                // Without a date the words must agree.
                let same = !date.is_empty()
                    || claim.ongoing
                    || norm(cell(row, "text")) == slice(claim.quote);
                same && task_of(row) == task(claim.task)
                    && cell(row, "date") == date
                    && (cell(row, "ongoing") == "1") == claim.ongoing
            });
            out.push((ClaimKind::Deadline, claim.confidence, right));
        }
        for claim in &facts.citations {
            let kind = match word(claim.kind) {
                kind if kind == "basedOn" => "basis".to_owned(),
                kind => kind,
            };
            let right = rows("citations").any(|row| {
                norm(cell(row, "title")) == slice(claim.title) && cell(row, "kind") == kind
            });
            out.push((ClaimKind::Citation(claim.kind), claim.confidence, right));
        }
        out
    }
}

/// The name of a variant in the vocabulary.
fn word(variant: impl serde::Serialize) -> String {
    let value = toml::Value::try_from(variant).expect("a variant");
    value.as_str().expect("a name").to_owned()
}
