//! The sums over all documents of a run.

use std::collections::BTreeMap;
use std::fmt;

use crate::pipeline::Counts;
use crate::store::Outcome;

/// What became of a document, in words.
pub(super) fn name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::New => "new",
        Outcome::NewVersion => "new version",
        Outcome::NewSource => "new source",
        Outcome::Reread => "read anew",
        Outcome::Unchanged => "unchanged",
    }
}

/// How many documents came to what, and what was read in those that were read.
#[derive(Default)]
pub(super) struct Total {
    outcomes: BTreeMap<&'static str, usize>,
    read: usize,
    tasks: usize,
    responsibilities: usize,
    targets: usize,
    deadlines: usize,
    citations: usize,
}

impl Total {
    pub(super) fn add(&mut self, outcome: &'static str, counts: Option<&Counts>) {
        *self.outcomes.entry(outcome).or_default() += 1;
        let Some(counts) = counts else { return };
        self.read += 1;
        self.tasks += counts.tasks;
        self.responsibilities += counts.responsibilities;
        self.targets += counts.targets;
        self.deadlines += counts.deadlines;
        self.citations += counts.citations;
    }
}

impl fmt::Display for Total {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { outcomes, read, tasks, responsibilities, targets, deadlines, citations } = self;
        let documents: usize = outcomes.values().sum();
        write!(f, "{documents} documents")?;
        for (i, (name, count)) in outcomes.iter().enumerate() {
            write!(f, "{}{count} {name}", if i == 0 { " (" } else { ", " })?;
        }
        f.write_str(if outcomes.is_empty() { ": " } else { "): " })?;
        match (*read, documents) {
            (0, 1..) => return f.write_str("none had to be read again"),
            (read, documents) if read < documents => write!(f, "in the {read} read ")?,
            _ => {}
        }
        write!(
            f,
            "{tasks} tasks, {responsibilities} responsibilities, {targets} targets, \
             {deadlines} deadlines, {citations} citations"
        )
    }
}
