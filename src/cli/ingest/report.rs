//! What became of each file, as JSON Lines.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use serde::Serialize;

use crate::cli::source::SourceError;
use crate::pipeline::Counts;

/// The report under way; what is in it are whole lines.
pub(super) struct Report {
    path: PathBuf,
    file: File,
}

/// One file.
#[derive(Serialize)]
pub(super) struct Line {
    file: String,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    counts: Option<Counts>,
    /// Milliseconds to read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    ms: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
}

impl Line {
    fn of(path: &Path, outcome: &'static str) -> Self {
        let file = path.to_string_lossy().into_owned();
        Self { file, outcome, reason: None, version: None, counts: None, ms: None, bytes: None }
    }

    pub(super) fn taken(
        path: &Path,
        outcome: &'static str,
        version: &str,
        counts: Option<Counts>,
        took: Duration,
        bytes: u64,
    ) -> Self {
        Self { version: Some(version.to_owned()), counts, ..Self::of(path, outcome) }
            .with(took, bytes)
    }

    pub(super) fn failed(path: &Path, error: &SourceError) -> Self {
        Self { reason: Some(error.to_string()), ..Self::of(path, "failed") }
    }

    pub(super) fn removed(path: &Path, version: &str) -> Self {
        Self { version: Some(version.to_owned()), ..Self::of(path, "removed") }
    }

    pub(super) fn with(self, took: Duration, bytes: u64) -> Self {
        let ms = (took.as_secs_f64() * 1e6).round() / 1e3;
        Self { ms: Some(ms), bytes: Some(bytes), ..self }
    }
}

impl Report {
    pub(super) fn create(path: &Path) -> anyhow::Result<Self> {
        let file = File::create(path)
            .with_context(|| format!("the report {} cannot be written", path.display()))?;
        Ok(Self { path: path.to_owned(), file })
    }

    /// Adds lines, if there is a report, all in one write.
    pub(super) fn add(report: Option<&mut Self>, lines: &[Line]) -> anyhow::Result<()> {
        let Some(Self { path, file }) = report else { return Ok(()) };
        let mut text = Vec::new();
        for line in lines {
            serde_json::to_writer(&mut text, line)?;
            text.push(b'\n');
        }
        file.write_all(&text)
            .with_context(|| format!("the report {} cannot be written", path.display()))
    }
}
