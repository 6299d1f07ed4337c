//! A ZIP file of documents, as offices send them: which it holds, and each one's bytes.
//!
//! Invariant: a document is unpacked only when it is asked for, one at a time; what a file states of its size
//! is a promise that is checked before anything is unpacked and held to afterwards. Names are only names: no
//! path of the machine is made of them here.

use std::collections::HashMap;
use std::io::{Cursor, Read, Seek};

use zip::ZipArchive;
use zip::result::ZipError;

use super::{EXTENSIONS, LIMIT, ReadError, encoding, format};

/// The ending of the names of archives of documents, in lower case.
pub const ARCHIVE: &str = "zip";

/// An archive holds at most so many files; what has more is split.
pub(super) const MOST_FILES: usize = 1 << 16;
/// Archives in archives are opened so deep: an archive that an office was sent and sent on.
pub(super) const DEEPEST: usize = 2;
/// All that an archive unpacks to, with the archives in it, is at most so many times its own size …
const GROWS: u64 = 20;
/// … and so many bytes: packed text takes a tenth of its size.
const FREE: u64 = 256 << 20;

/// Where an archive is read from.
pub trait Packed: Read + Seek + Send {}
impl<T: Read + Seek + Send> Packed for T {}

/// An archive of documents.
pub struct Bundle {
    zip: ZipArchive<Box<dyn Packed>>,
    /// How many archives it is in.
    depth: usize,
    documents: Vec<Entry>,
    /// Index into `documents` by name.
    index: HashMap<String, usize>,
    /// Archives in it that hold nothing that can be read, with the reason.
    pub refused: Vec<(String, ReadError)>,
    /// The archive in it that was last asked for, by its index in `zip`.
    inner: Option<(usize, Box<Bundle>)>,
}

struct Entry {
    name: String,
    /// Index in the archive: of the document, or of the archive that it is in.
    at: usize,
    /// Index of the document in that archive.
    within: Option<usize>,
    /// Its bytes, as the archive states them.
    size: u64,
}

impl Bundle {
    /// Opens an archive of `size` bytes and lists its documents; none of them is unpacked, only archives are.
    ///
    /// # Errors
    /// Where it is damaged or larger than the limits.
    pub fn open(source: Box<dyn Packed>, size: u64) -> Result<Self, ReadError> {
        Self::open_in(source, 0, &mut (size.saturating_mul(GROWS).saturating_add(FREE)))
    }

    /// `left` is what it may still unpack to, in bytes.
    fn open_in(source: Box<dyn Packed>, depth: usize, left: &mut u64) -> Result<Self, ReadError> {
        let damaged = |_| ReadError::Damaged { part: "the list of its files".to_owned() };
        let zip = ZipArchive::new(source).map_err(damaged)?;
        if zip.len() > MOST_FILES {
            return Err(ReadError::TooManyParts { limit: MOST_FILES, parts: zip.len() });
        }
        let (documents, index, refused) = (Vec::new(), HashMap::new(), Vec::new());
        let mut bundle = Self { zip, depth, documents, index, refused, inner: None };
        for (at, name) in bundle.names()? {
            let size = bundle.zip.by_index_data(at).map_or(0, |entry| entry.size());
            let limit = usize::try_from(*left).unwrap_or(usize::MAX);
            *left = left
                .checked_sub(size)
                .ok_or_else(|| ReadError::Expands { part: name.clone(), limit })?;
            if !is_archive(&name) {
                bundle.add(Entry { name, at, within: None, size });
                continue;
            }
            // One bad archive does not keep the others out, but a bomb does.
            match bundle.list(at, left) {
                Ok(inner) => {
                    let of = |inner: &str| format!("{name}/{inner}");
                    for (within, Entry { name, size, .. }) in inner.documents.iter().enumerate() {
                        let within = Some(within);
                        bundle.add(Entry { name: of(name), at, within, size: *size });
                    }
                    bundle.refused.extend(inner.refused.into_iter().map(|(n, e)| (of(&n), e)));
                    if inner.documents.is_empty() {
                        bundle.refused.push((name, ReadError::NoDocument));
                    }
                }
                Err(error @ ReadError::Expands { .. }) => return Err(error),
                Err(error) => bundle.refused.push((name, error)),
            }
        }
        Ok(bundle)
    }

    fn add(&mut self, entry: Entry) {
        self.index.entry(entry.name.clone()).or_insert(self.documents.len());
        self.documents.push(entry);
    }

    /// Index and name of the files in it that are documents or archives.
    fn names(&self) -> Result<Vec<(usize, String)>, ReadError> {
        let entries = (0..self.zip.len()).filter_map(|at| self.zip.by_index_data(at).ok());
        let raw: Vec<_> =
            entries.map(|e| (e.is_file(), e.name_raw().to_vec())).enumerate().collect();
        let decode = encoding::of_names(raw.iter().map(|(_, (_, name))| name.as_slice()));
        let files = raw.iter().filter(|(_, (is_file, _))| *is_file);
        let names = files.map(|(at, (_, name))| (*at, plain(&decode(name))));
        Ok(names.filter(|(_, name)| is_archive(name) || is_document(name)).collect())
    }

    /// Opens the archive at `at` in it.
    fn list(&mut self, at: usize, left: &mut u64) -> Result<Self, ReadError> {
        if self.depth >= DEEPEST {
            return Err(ReadError::TooDeep { limit: DEEPEST });
        }
        let bytes = self.unpack(at)?;
        Self::open_in(Box::new(Cursor::new(bytes)), self.depth + 1, left)
    }

    /// The names of its documents, with the folders and archives they are in: `计划/2024.docx`.
    pub fn documents(&self) -> impl Iterator<Item = &str> {
        self.documents.iter().map(|entry| entry.name.as_str())
    }

    /// Where in [`Self::documents`] a name stands.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.index.get(name).copied()
    }

    /// How many bytes a document is said to have, by its place in [`Self::documents`].
    pub fn size(&self, nth: usize) -> u64 {
        self.documents.get(nth).map_or(0, |entry| entry.size)
    }

    /// The bytes of a document, by its place in [`Self::documents`].
    ///
    /// # Errors
    /// Where it is encrypted or damaged, or larger than the limits.
    ///
    /// # Panics
    /// Where there is no document at this place.
    pub fn document(&mut self, nth: usize) -> Result<Vec<u8>, ReadError> {
        let Entry { at, within, .. } = self.documents[nth];
        let Some(within) = within else { return self.unpack(at) };
        let inner = match self.inner.take() {
            Some((open, inner)) if open == at => inner,
            // The whole was measured when it was opened.
            _ => Box::new(self.list(at, &mut u64::MAX.clone())?),
        };
        self.inner.insert((at, inner)).1.document(within)
    }

    fn unpack(&mut self, at: usize) -> Result<Vec<u8>, ReadError> {
        let mut name = String::from("an entry");
        let damaged = |name: &str| ReadError::Damaged { part: name.to_owned() };
        if let Ok(entry) = self.zip.by_index_data(at) {
            name = plain(&String::from_utf8_lossy(entry.name_raw()));
        }
        let entry = self.zip.by_index(at).map_err(|error| match error {
            ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => ReadError::Encrypted,
            _ => damaged(&name),
        })?;
        let stated = usize::try_from(entry.size()).unwrap_or(usize::MAX);
        if stated > LIMIT {
            return Err(ReadError::TooLarge { limit: LIMIT, size: stated });
        }
        let mut bytes = Vec::new();
        // One byte more tells that there is more than was stated.
        entry.take(stated as u64 + 1).read_to_end(&mut bytes).map_err(|_| damaged(&name))?;
        if bytes.len() != stated {
            return Err(damaged(&name));
        }
        Ok(bytes)
    }
}

/// Whether a file of this name is an archive of documents.
pub fn is_archive(name: &str) -> bool {
    format::extension(name) == ARCHIVE
}

/// Whether a file in an archive is a document: by its ending, and none that a system or an office program left.
fn is_document(name: &str) -> bool {
    let folders = name.split('/').any(|part| part == "__MACOSX");
    let file = name.rsplit('/').next().unwrap_or(name);
    let left = file.starts_with("~$") || file.starts_with('.');
    !folders && !left && EXTENSIONS.contains(&format::extension(name).as_str())
}

/// A name without what leads out of the archive: `../../etc/计划.txt` is `etc/计划.txt`.
fn plain(name: &str) -> String {
    let parts = name.split(['/', '\\']).map(|part| part.replace(char::is_control, ""));
    let parts: Vec<_> = parts.filter(|part| !matches!(part.as_str(), "" | "." | "..")).collect();
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn packed(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn open(bytes: Vec<u8>) -> Result<Bundle, ReadError> {
        let size = bytes.len() as u64;
        Bundle::open(Box::new(Cursor::new(bytes)), size)
    }

    fn names(bundle: &Bundle) -> Vec<&str> {
        bundle.documents().collect()
    }

    #[test]
    fn documents_come_by_name_and_what_systems_left_does_not() {
        let inner = packed(&[("b.html", b"B"), ("c.txt", b"C")]);
        let bytes = packed(&[
            ("计划/a.TXT", "甲".as_bytes()),
            ("__MACOSX/._a.txt", b"x"),
            (".DS_Store", b"x"),
            ("Thumbs.db", b"x"),
            ("~$a.txt", b"x"),
            ("图.jpg", b"x"),
            ("附件/包.zip", &inner),
            ("../../etc/d.txt", b"D"),
            ("C:\\e\\f.txt", b"F"),
        ]);
        let mut bundle = open(bytes).unwrap();
        assert_eq!(
            names(&bundle),
            ["计划/a.TXT", "附件/包.zip/b.html", "附件/包.zip/c.txt", "etc/d.txt", "C:/e/f.txt"]
        );
        let wanted =
            [("附件/包.zip/c.txt", "C"), ("计划/a.TXT", "甲"), ("附件/包.zip/b.html", "B")];
        for (name, text) in wanted {
            let nth = bundle.find(name).unwrap();
            assert_eq!(bundle.document(nth).unwrap(), text.as_bytes());
        }
        assert!(bundle.refused.is_empty());
    }

    #[test]
    fn names_of_chinese_systems_are_read_by_their_bytes() {
        let name = encoding_rs::GB18030.encode("计划/青澜市工作要点.txt").0.into_owned();
        // The writer knows only UTF-8: a name of the same length is overwritten.
        let stand_in = "x".repeat(name.len() - 4) + ".txt";
        let mut bytes = packed(&[(&stand_in, b"x"), ("b.txt", b"y")]);
        let places: Vec<_> = memchr::memmem::find_iter(&bytes, stand_in.as_bytes()).collect();
        for at in places {
            bytes[at..at + name.len()].copy_from_slice(&name);
        }
        assert_eq!(names(&open(bytes).unwrap()), ["计划/青澜市工作要点.txt", "b.txt"]);
    }

    #[test]
    fn one_bad_file_does_not_keep_the_others_out() {
        let mut zip = ZipWriter::new(Cursor::new(packed(&[])));
        let plain = SimpleFileOptions::default();
        zip.start_file("broken.zip", plain).unwrap();
        zip.write_all(b"PK\x03\x04").unwrap();
        zip.start_file("bare.zip", plain).unwrap();
        zip.write_all(&packed(&[("a.exe", b"x")])).unwrap();
        zip.start_file("a.txt", plain).unwrap();
        zip.write_all("甲".repeat(99).as_bytes()).unwrap();
        zip.start_file("b.txt", plain).unwrap();
        zip.write_all(b"B").unwrap();
        let mut bytes = zip.finish().unwrap().into_inner();
        let at = memchr::memmem::find(&bytes, b"a.txt").unwrap() + 7;
        bytes[at] ^= 0x55;
        let mut bundle = open(bytes).unwrap();
        assert_eq!(names(&bundle), ["a.txt", "b.txt"]);
        assert_eq!(bundle.document(0), Err(ReadError::Damaged { part: "a.txt".into() }));
        assert_eq!(bundle.document(1), Ok(b"B".to_vec()));
        let refused: Vec<_> = bundle.refused.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(refused, ["broken.zip", "bare.zip"]);
    }

    #[test]
    fn archives_in_archives_are_opened_so_deep_and_no_deeper() {
        let mut bytes = packed(&[("a.txt", b"A")]);
        for level in (0..100).rev() {
            bytes = packed(&[(&format!("{level}.zip"), &bytes), ("b.txt", b"B")]);
        }
        let bundle = open(bytes).unwrap();
        assert_eq!(names(&bundle), ["0.zip/1.zip/b.txt", "0.zip/b.txt", "b.txt"]);
        let refused = ("0.zip/1.zip/2.zip".to_owned(), ReadError::TooDeep { limit: DEEPEST });
        assert_eq!(bundle.refused, [refused]);
    }

    #[test]
    fn bombs_are_refused_unlit() {
        let measured = |bytes: &[u8], mut left: u64| {
            Bundle::open_in(Box::new(Cursor::new(bytes.to_vec())), 0, &mut left).map(|_| left)
        };
        // Flat: each file states truly what it becomes.
        let part = vec![b' '; 300];
        let flat = packed(&[("a.txt", &part), ("b.txt", &part), ("c.txt", &part)]);
        assert_eq!(measured(&flat, 1000), Ok(100));
        let expands = ReadError::Expands { part: "c.txt".into(), limit: 200 };
        assert_eq!(measured(&flat, 800), Err(expands));
        // Nested: each of the inner ones alone would do.
        let nested = packed(&[("1.zip", &flat), ("2.zip", &flat)]);
        assert!(flat.len() < 500 && measured(&nested, 3000).is_ok());
        assert!(matches!(measured(&nested, 2000), Err(ReadError::Expands { .. })));
        // A file that states less than it becomes.
        let mut lying = packed(&[("a.txt", &[b' '; 5000])]);
        let stated = memchr::memmem::find_iter(&lying, &5000u32.to_le_bytes()).collect::<Vec<_>>();
        for at in stated {
            lying[at..at + 4].copy_from_slice(&9u32.to_le_bytes());
        }
        let mut bundle = open(lying).unwrap();
        assert_eq!(bundle.document(0), Err(ReadError::Damaged { part: "a.txt".into() }));
    }
}
