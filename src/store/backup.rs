//! Backups: one file with all that a store's graphs say in one state of them.
//!
//! It is N-Quads, packed with zstd, and its comments say what it is:
//!
//! ```text
//! # gangmu-backup {"format":1,"program":"0.1.0","store_format":2,"base":"http://…/","written":"2026-…Z"}
//! # graph <http://…>                                 one each, since a graph may be empty
//! <…> <…> "…" <…> .
//! # gangmu-backup-end {"quads":…,"graphs":…,"sha256":"…"}      of all lines before
//! ```
//!
//! So it can be written while it is read, without a second copy of the store; a part of it is never taken for the whole;
//! and it outlives the program: `zstd -dc` and any RDF store read it, as does any version of this one, whatever becomes
//! of the database's own files. A copy of those would be made and put back faster, but be of use to this version of the
//! database only. The search index is not in it, since it is made from the graphs.

use std::io::{self, BufRead, Read, Write};

use oxigraph::io::{RdfFormat, RdfSerializer};
use oxigraph::store::StorageError;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Store;

const HEAD: &str = "# gangmu-backup ";
const GRAPH: &str = "# graph ";
const END: &str = "# gangmu-backup-end ";
/// What a file packed with zstd begins with (RFC 8878).
const PACKED: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// The form of the file that this program writes.
const FORMAT: u32 = 1;

/// Why there is no backup, or one cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("it is not a backup of gangmu: name a file that `gangmu backup` has written")]
    NotABackup,
    #[error("it was written by a newer version of this program ({program}): use that version")]
    Newer { program: String },
    #[error("it is not whole, as when a transfer broke off: use another backup")]
    CutShort,
    #[error("it is not what was written ({0}): use another backup")]
    Changed(String),
    #[error("the store is behind a SPARQL endpoint: back up that database with its own means")]
    Elsewhere,
    #[error("it cannot be read or written: {0}")]
    Io(#[from] io::Error),
    #[error("the database says: {0}")]
    Database(#[from] StorageError),
}

/// The first line.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Head {
    format: u32,
    /// The version of the program that wrote it.
    program: String,
    pub(super) store_format: u32,
    pub(super) base: String,
    written: String,
}

/// The last line.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
struct End {
    quads: u64,
    graphs: u64,
    sha256: String,
}

/// What a backup holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    pub quads: u64,
    pub graphs: u64,
    /// The base IRI of the store.
    pub base: String,
    /// When it was written (RFC 3339).
    pub written: String,
}

impl Store {
    /// Writes one state of all graphs, that of the moment this is called; what is written to the store meanwhile is
    /// not in it and does not wait.
    ///
    /// # Errors
    /// When the database cannot be read or `out` not be written; what is in `out` then is no backup.
    pub fn back_up(&self, out: impl Write) -> Result<Contents, BackupError> {
        let database = self.quads.embedded().ok_or(BackupError::Elsewhere)?;
        // Both are of the state at which they were asked for, and in between nothing is written.
        let (graphs, quads) = {
            let _turn = self.revisions.wait();
            (database.named_graphs(), database.iter())
        };
        let mut packed = zstd::Encoder::new(out, zstd::DEFAULT_COMPRESSION_LEVEL)?;
        packed.include_checksum(true)?;
        let mut out = Digesting { out: packed, digest: Sha256::new() };
        let head = Head {
            format: FORMAT,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            store_format: self.home.as_ref().map_or(super::FORMAT, |home| home.format),
            base: self.base.as_str().to_owned(),
            written: jiff::Timestamp::now()
                .round(jiff::Unit::Second)
                .unwrap_or_default()
                .to_string(),
        };
        writeln!(out, "{HEAD}{}", json(&head)?)?;
        let mut end = End { quads: 0, graphs: 0, sha256: String::new() };
        for graph in graphs {
            writeln!(out, "{GRAPH}{}", graph?)?;
            end.graphs += 1;
        }
        let mut writer = RdfSerializer::from_format(RdfFormat::NQuads).for_writer(&mut out);
        for quad in quads {
            writer.serialize_quad(&quad?)?;
            end.quads += 1;
        }
        writer.finish()?;
        let Digesting { out: mut packed, digest } = out;
        end.sha256 = hex::encode(digest.finalize());
        writeln!(packed, "{END}{}", json(&end)?)?;
        packed.finish()?.flush()?;
        Ok(head.contents(&end))
    }
}

impl Head {
    fn contents(self, end: &End) -> Contents {
        let Self { base, written, .. } = self;
        Contents { quads: end.quads, graphs: end.graphs, base, written }
    }
}

fn json(value: &impl Serialize) -> io::Result<String> {
    serde_json::to_string(value).map_err(io::Error::from)
}

/// Digests what goes through.
struct Digesting<W> {
    out: W,
    digest: Sha256,
}

impl<W: Write> Write for Digesting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.digest.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A backup as it is read: its quads as N-Quads, of which only [`Reading::end`] tells whether they are all and as
/// they were written.
pub(super) struct Reading<R> {
    lines: R,
    line: Vec<u8>,
    /// How much of the line was given.
    given: usize,
    digest: Sha256,
    quads: u64,
    pub(super) head: Head,
    /// The names of the graphs, as N-Quads write them.
    pub(super) graphs: Vec<String>,
    end: Option<End>,
}

impl<R: Read> Reading<io::BufReader<zstd::Decoder<'static, io::BufReader<R>>>> {
    /// Begins to read.
    ///
    /// # Errors
    /// When it is no backup, or one of a newer version.
    pub(super) fn begin(file: R) -> Result<Self, BackupError> {
        let mut file = io::BufReader::new(file);
        if !file.fill_buf()?.starts_with(&PACKED) {
            return Err(BackupError::NotABackup);
        }
        let unpacked = zstd::Decoder::with_buffer(file)?;
        let mut lines = io::BufReader::with_capacity(256 << 10, unpacked);
        let mut line = Vec::new();
        // What is no backup may have no end of a line for long.
        let first = (&mut lines).take(4096).read_until(b'\n', &mut line);
        first.map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => BackupError::CutShort,
            _ => BackupError::NotABackup,
        })?;
        let text = line.strip_prefix(HEAD.as_bytes()).ok_or(BackupError::NotABackup)?;
        let head: serde_json::Value =
            serde_json::from_slice(text).map_err(|_| BackupError::NotABackup)?;
        // A newer form may have another head altogether.
        let newer =
            |number: &str, ours: u32| head[number].as_u64().is_none_or(|it| it > ours.into());
        if newer("format", FORMAT) || newer("store_format", super::FORMAT) {
            let program = head["program"].as_str().unwrap_or("its version is not named").to_owned();
            return Err(BackupError::Newer { program });
        }
        let head = serde_json::from_value(head).map_err(|_| BackupError::NotABackup)?;
        let mut digest = Sha256::new();
        digest.update(&line);
        line.clear();
        Ok(Self { lines, line, given: 0, digest, quads: 0, head, graphs: Vec::new(), end: None })
    }
}

impl<R: BufRead> Reading<R> {
    /// What the backup holds, once all of it was read.
    ///
    /// # Errors
    /// When it is not whole, or not as it was written.
    pub(super) fn end(self) -> Result<Contents, BackupError> {
        let end = self.end.ok_or(BackupError::CutShort)?;
        let graphs = self.graphs.len() as u64;
        let read = End { quads: self.quads, graphs, sha256: hex::encode(self.digest.finalize()) };
        if read != end {
            return Err(BackupError::Changed(format!("{read:?} was read of {end:?}")));
        }
        Ok(self.head.contents(&end))
    }

    /// Goes on to the next line of a quad; none after the last.
    fn next(&mut self) -> io::Result<bool> {
        loop {
            self.line.clear();
            self.given = 0;
            if self.lines.read_until(b'\n', &mut self.line)? == 0 {
                return Ok(false);
            }
            if self.end.is_some() {
                return Err(io::Error::other("there is more after its end"));
            }
            if let Some(end) = self.line.strip_prefix(END.as_bytes()) {
                self.end = Some(serde_json::from_slice(end)?);
                continue;
            }
            self.digest.update(&self.line);
            if let Some(graph) = self.line.strip_prefix(GRAPH.as_bytes()) {
                self.graphs.push(String::from_utf8_lossy(graph).trim_end().to_owned());
            } else {
                self.quads += 1;
                return Ok(true);
            }
        }
    }
}

impl<R: BufRead> Read for Reading<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.given == self.line.len() && !self.next()? {
            return Ok(0);
        }
        let rest = &self.line[self.given..];
        let count = rest.len().min(into.len());
        into[..count].copy_from_slice(&rest[..count]);
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use oxigraph::model::{GraphName, NamedNode};

    use super::*;
    use crate::store::{Content, check};

    #[test]
    fn a_backup_says_what_it_is_and_everything_that_is_not_one_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("store"), None).unwrap();
        let graph = GraphName::from(NamedNode::new_unchecked("http://x/g"));
        let content = Content { format: RdfFormat::Turtle, bytes: b"<s> <p> 1, 2 .".to_vec() };
        store.fill_graph(&graph, &[content], "http://x/", true).unwrap();
        let mut backup = Vec::new();
        let written = store.back_up(&mut backup).unwrap();
        assert_eq!((written.quads, written.graphs), (2, 1));
        let file = dir.path().join("backup");
        let checked = |bytes: &[u8]| {
            std::fs::write(&file, bytes).unwrap();
            check(&file).map_err(|error| error.to_string())
        };
        assert_eq!(checked(&backup), Ok(written));
        let text = String::from_utf8(zstd::decode_all(&*backup).unwrap()).unwrap();
        let packed = |text: &str| zstd::encode_all(text.as_bytes(), 3).unwrap();
        for (bytes, reason) in [
            (Vec::new(), "not a backup"),
            (b"some text".to_vec(), "not a backup"),
            (packed("some text\n"), "not a backup"),
            (backup[..backup.len() - 1].to_vec(), "not whole"),
            (backup[..backup.len() / 2].to_vec(), "not whole"),
            (packed(text.rsplit_once("# gangmu").unwrap().0), "not whole"),
            (packed(&text.replace("\"1\"", "\"3\"")), "not what was written"),
            (packed(&text.replace("\"quads\":2", "\"quads\":3")), "not what was written"),
            (packed(&format!("{text}# more\n")), "there is more after its end"),
            (packed(&text.replace("\"format\":1", "\"format\":2")), "newer version"),
            (packed(&text.replace("\"store_format\":2", "\"store_format\":3")), "newer version"),
        ] {
            let refused = checked(&bytes).unwrap_err();
            assert!(refused.contains(reason), "{refused}\n{reason}");
        }
        let mut flipped = backup.clone();
        let middle = flipped.len() / 2;
        flipped[middle] ^= 1;
        assert!(checked(&flipped).is_err());
    }
}
