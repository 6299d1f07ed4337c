//! The records that documents come in.

use std::io::{self, BufRead, Read};
use std::path::PathBuf;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde_json::Value;

use crate::cli::source::{self, SourceError};
use crate::read;

/// The longest line: a document of the largest size as base64, and room for the rest.
const LONGEST: usize = read::LIMIT / 3 * 4 + (1 << 20);

/// Why a record gives no document.
#[derive(Debug, thiserror::Error)]
pub(super) enum Bad {
    #[error("not a JSON object with an id and one of path, text and base64: {0}")]
    Json(#[from] serde_json::Error),
    #[error("an id must be a string or a number")]
    Id,
    #[error("needs one of path, text and base64")]
    NotOne,
    #[error("needs a name, whose ending tells the format")]
    NoName,
    #[error("not base64: {0}")]
    Base64(#[from] base64::DecodeError),
    #[error("the line is longer than {} MB: leave out what is no document, or give a path", LONGEST >> 20)]
    TooLong,
    #[error("standard input cannot be read: {0}")]
    Input(String),
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error("cannot be written: {0}")]
    Write(#[from] io::Error),
}

/// One line.
pub(super) struct Record {
    /// Counted from 1.
    pub(super) number: usize,
    /// `null` where the line has none.
    pub(super) id: Value,
    pub(super) content: Result<Content, Bad>,
}

#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    id: Value,
    path: Option<PathBuf>,
    text: Option<String>,
    base64: Option<String>,
    name: Option<String>,
}

/// A document as the record gives it.
pub(super) enum Content {
    Path { path: PathBuf, name: Option<String>, bytes: u64 },
    Text { text: String, name: String },
    Base64 { base64: String, name: String },
}

/// The records of a stream, line by line; blank lines are none. It ends where it cannot be read any further.
pub(super) fn records(mut input: impl BufRead) -> impl Iterator<Item = Record> {
    let mut number = 0;
    let mut ended = false;
    std::iter::from_fn(move || {
        while !ended {
            number += 1;
            let mut line = Vec::new();
            let read = input.by_ref().take(LONGEST as u64 + 1).read_until(b'\n', &mut line);
            let content = match read {
                Ok(0) => return None,
                Ok(_) if line.trim_ascii().is_empty() => continue,
                Ok(length) if length > LONGEST => {
                    ended = input.skip_until(b'\n').is_err();
                    Err(Bad::TooLong)
                }
                Ok(_) => serde_json::from_slice::<Line>(&line).map_err(Bad::from),
                Err(error) => {
                    ended = true;
                    Err(Bad::Input(error.to_string()))
                }
            };
            return Some(match content {
                Ok(line) => Record { number, id: line.id.clone(), content: line.content() },
                Err(bad) => Record { number, id: Value::Null, content: Err(bad) },
            });
        }
        None
    })
}

impl Line {
    fn content(self) -> Result<Content, Bad> {
        let id = match &self.id {
            Value::String(id) => id.rsplit('/').next().unwrap_or_default().to_owned(),
            Value::Number(id) => id.to_string(),
            _ => return Err(Bad::Id),
        };
        match (self.path, self.text, self.base64) {
            (Some(path), None, None) => {
                let bytes = path.metadata().map_or(0, |file| file.len());
                Ok(Content::Path { path, name: self.name, bytes })
            }
            (None, Some(text), None) => {
                Ok(Content::Text { text, name: self.name.unwrap_or_else(|| format!("{id}.txt")) })
            }
            (None, None, Some(base64)) => {
                Ok(Content::Base64 { base64, name: self.name.ok_or(Bad::NoName)? })
            }
            _ => Err(Bad::NotOne),
        }
    }
}

impl Record {
    /// How much memory it counts for.
    pub(super) fn bytes(&self) -> u64 {
        match &self.content {
            Ok(Content::Path { bytes, .. }) => *bytes,
            Ok(Content::Text { text, .. }) => text.len() as u64,
            Ok(Content::Base64 { base64, .. }) => base64.len() as u64,
            Err(_) => 0,
        }
    }
}

impl Content {
    /// The document's file name and bytes.
    pub(super) fn load(self) -> Result<(String, Vec<u8>), Bad> {
        Ok(match self {
            Self::Path { path, name, .. } => {
                let name = name.unwrap_or_else(|| source::name(&path).into_owned());
                (name, source::load(&path)?)
            }
            Self::Text { text, name } => (name, text.into_bytes()),
            Self::Base64 { base64, name } => (name, BASE64_STANDARD.decode(base64)?),
        })
    }
}
