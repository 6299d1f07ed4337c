//! Bytes → clean text.
//!
//! One way for all formats: a reader of the format → lines and tables → debris out → line breaks of print undone → text with
//! the source line of each piece. Invariant: reading never fails on odd text, only on what is no
//! text at all, and takes time and memory linear in the size of the file. The pipeline depends on
//! this; no later stage sees bytes.

mod archive;
mod bundle;
mod debris;
mod docx;
mod draft;
mod encoding;
mod format;
mod hidden;
mod html;
mod layout;
mod markdown;
mod ofd;
mod page;
mod pdf;
mod pieces;
mod plain;
mod relations;
mod ruled;
mod sheet;
mod shown;
mod spacing;
mod unwrap;
mod workbook;
mod xml;

use crate::knowledge::debris::Debris;
use crate::model::Text;

pub use bundle::{ARCHIVE, Bundle, is_archive};
pub use format::EXTENSIONS;

use draft::Content;
use format::Format;

/// The largest file that is read, in bytes: no government document comes near it.
pub const LIMIT: usize = 64 << 20;

/// Why a file holds no readable text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    #[error("the file is empty")]
    Empty,
    #[error(
        "the file has {size} bytes, more than the {limit} that are read; split it into its documents"
    )]
    TooLarge { limit: usize, size: usize },
    #[error(
        "byte {offset} belongs to no text: this is a binary file; save the document as .txt or .html"
    )]
    Binary { offset: usize },
    #[error("the encoding is none of UTF-8, UTF-16, GB18030 and Big5; save the file as UTF-8")]
    UnknownEncoding,
    #[error(
        "the file holds no text besides markup and site debris; save the page's main text as .txt"
    )]
    NoText,
    #[error(
        "{without} of its {pages} pages have no text, only pictures of it; have the text recognised (OCR) and give \
         the {format} with its text layer, or save the text as .txt"
    )]
    NoTextLayer { format: &'static str, without: usize, pages: usize },
    #[error(
        "the fonts of {without} of its {pages} pages do not tell which characters they print; export it again from \
         the original, or have the text recognised (OCR)"
    )]
    Illegible { without: usize, pages: usize },
    #[error(
        "files of type .{extension} are not read; save the document as one of these: {}",
        kinds()
    )]
    UnsupportedFormat { extension: String },
    #[error("the file is damaged in {part}; save the document anew")]
    Damaged { part: String },
    #[error("the file is encrypted and opens only with a password; save it without one")]
    Encrypted,
    #[error(
        "this is {what}, which is not read; save it as .{to} in Microsoft Office or WPS (另存为), or convert it with `soffice --headless --convert-to {to} FILE`"
    )]
    Convert { what: &'static str, to: &'static str },
    #[error("the file packs {parts} parts, more than the {limit} that are read")]
    TooManyParts { limit: usize, parts: usize },
    #[error(
        "{part} in the file grows beyond {limit} bytes when it is unpacked; a document does not"
    )]
    Expands { part: String, limit: usize },
    #[error("{part} in the file has more than {limit} {what}; split it into its documents")]
    TooMuch { part: String, limit: usize, what: &'static str },
    #[error("the archive stands in more than {limit} others; unpack it and name it by itself")]
    TooDeep { limit: usize },
    #[error("no document in the archive; what is read are files of these kinds: {}", kinds())]
    NoDocument,
    #[error(
        "reading took longer than {seconds} s and was given up, though what was begun still takes a core and \
         memory until it ends; split the document or save it as .txt"
    )]
    TooSlow { seconds: u64 },
}

/// The kinds of files that are read, for people: `.txt, .html`.
pub fn kinds() -> String {
    let read = EXTENSIONS.iter().filter(|ending| !format::REFUSED.contains(ending));
    read.chain([&ARCHIVE]).map(|e| format!(".{e}")).collect::<Vec<_>>().join(", ")
}

/// Reads one file. `name` is its file name: with the content it tells the format.
///
/// # Errors
/// Where the file is empty, beyond a limit, binary, in an unknown encoding, of a format that is not
/// read, damaged or encrypted, holds nothing but markup, or has pages that are pictures.
pub fn read(name: &str, bytes: &[u8], debris: &Debris) -> Result<Text, ReadError> {
    let extension = format::extension(name);
    if bytes.len() > LIMIT {
        return Err(ReadError::TooLarge { limit: LIMIT, size: bytes.len() });
    }
    let mut content = match format::of(&extension, bytes)? {
        Format::Text => text(&extension, bytes, debris)?,
        Format::Docx => docx::read(bytes)?,
        Format::Xlsx => workbook::read(bytes, debris)?,
        Format::Pdf => pdf::read(bytes, debris)?,
        Format::Ofd => ofd::read(bytes, debris)?,
        Format::Doc => {
            let what = "a file of Word 97 to 2003 or WPS";
            return Err(ReadError::Convert { what, to: "docx" });
        }
        // calamine reads these too, but it takes the memory that a file says it needs, and does not tell how numbers
        // are shown.
        Format::Xls => {
            let what = "a workbook of Excel 97 to 2003 or WPS";
            return Err(ReadError::Convert { what, to: "xlsx" });
        }
    };
    let mut lines = content.lines;
    debris::look(&mut lines, debris);
    let mut lines = debris::mark_pages(lines, debris);
    let sites = debris::drop_lines(&mut lines, debris);
    let (mut lines, wrapped) = unwrap::unwrap(lines, debris);
    for line in &mut lines {
        spacing::tidy(line, wrapped);
        debris::cut_parts(line, debris, &sites);
    }
    lines.retain(|l| l.kind == draft::Kind::Blank || !l.text.is_empty());
    if !lines.iter().any(draft::Line::is_text) {
        return Err(ReadError::NoText);
    }
    content.lines = lines;
    Ok(draft::assemble(content))
}

/// Reads characters in an encoding: plain text, Markdown or HTML.
fn text(extension: &str, bytes: &[u8], debris: &Debris) -> Result<Content, ReadError> {
    let string = encoding::decode(bytes)?;
    Ok(if html::is_html(extension, &string) {
        html::read(&string, debris)
    } else if markdown::is_markdown(extension) {
        markdown::read(&string)
    } else {
        ruled::read(&string, debris)
    })
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;

    static DEBRIS: LazyLock<Debris> = LazyLock::new(Debris::embedded);

    fn read_txt(text: &str) -> Result<Text, ReadError> {
        read("a.txt", text.as_bytes(), &DEBRIS)
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        assert_eq!(read_txt("").unwrap_err(), ReadError::Empty);
        assert_eq!(read_txt(" \n<p></p>\n").unwrap_err(), ReadError::NoText);
        assert_eq!(read_txt("甲\0").unwrap_err(), ReadError::Binary { offset: 3 });
        let word = read("a.doc", b"{\\rtf1 a}", &DEBRIS).unwrap_err().to_string();
        assert!(
            word.contains("RTF") && word.contains("另存为") && word.contains("--convert-to docx")
        );
        let damaged = ReadError::Damaged { part: "its list of objects or of pages".into() };
        assert_eq!(read("a.PDF", b"%PDF-1.7", &DEBRIS).unwrap_err(), damaged);
        let size = LIMIT + 1;
        let large = ReadError::TooLarge { limit: LIMIT, size };
        assert_eq!(read("a.txt", &vec![b'a'; size], &DEBRIS).unwrap_err(), large);
    }

    #[test]
    fn a_text_knows_its_source_lines() {
        let text = read_txt("字号： 大 中 小\n青澜市教育局《工作\n要点》\n2024 年3 月").unwrap();
        assert_eq!(text.as_str(), "青澜市教育局《工作要点》\n2024年3月");
        let line = |needle: &str| text.source_line(text.as_str().find(needle).unwrap());
        assert_eq!((line("青澜"), line("要点"), line("2024")), (2, 3, 4));
    }

    #[test]
    fn masked_numbers_stay() {
        assert_eq!(
            read_txt("普惠率达到**.*%，建成***个。").unwrap().as_str(),
            "普惠率达到**.*%，建成***个。"
        );
    }

    /// What every text must be.
    fn check(name: &str, bytes: &[u8]) {
        let Ok(text) = read(name, bytes, &DEBRIS) else { return };
        let string = text.as_str();
        assert!(!string.trim().is_empty() && !string.contains(['\r', '\u{feff}', '\0']));
        let mut last = 1;
        for span in text.lines() {
            let line = text.slice(span);
            assert_eq!(line, line.trim());
        }
        for (at, _) in string.char_indices() {
            let line = text.source_line(at);
            assert!(line >= last, "lines of the source ascend");
            last = line;
        }
        assert!(last <= bytes.len() + 1);
        for &cell in text.tables.iter().flat_map(|t| t.rows.iter().flatten()) {
            text.slice(cell);
        }
    }

    /// A document with what its reader has to tell apart, and the parts it refers to.
    const WORD: &str = r#"<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="2"/><w:vMerge w:val="restart"/></w:tcPr><w:p><w:pPr>
        <w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t>甲</w:t></w:r></w:p></w:tc></w:tr><w:tr><w:tc>
        <w:tcPr><w:vMerge/></w:tcPr></w:tc></w:tr></w:tbl><w:p><w:r><w:footnoteReference w:id="2"/><w:fldChar w:fldCharType="begin"/>
        <mc:AlternateContent><mc:Choice><w:txbxContent><w:p/></w:txbxContent></mc:Choice><mc:Fallback/></mc:AlternateContent>
        <w:t>乙</w:t></w:r></w:p>"#;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            check("a.txt", &bytes);
            check("a.html", &bytes);
        }

        #[test]
        fn no_document_panics(cuts in proptest::collection::vec((0..WORD.len(), 0..60usize, any::<bool>()), 0..6), byte in any::<u8>()) {
            // Pieces of the document's source taken out or said twice: most are no XML any more, many still are.
            let mut source = WORD.to_owned();
            for (at, length, twice) in cuts {
                let tags: Vec<_> = source.match_indices('<').map(|(at, _)| at).collect();
                if tags.is_empty() { break }
                let (from, to) = (tags[at % tags.len()], tags[(at + length) % tags.len()]);
                let piece = source[from.min(to)..from.max(to)].to_owned();
                source.replace_range(from.min(to)..from.max(to), &if twice { piece.repeat(2) } else { String::new() });
            }
            let bytes = docx::tests::document(&source);
            check("a.docx", &bytes);
            let mut damaged = bytes;
            let at = usize::from(byte) * damaged.len() / 256;
            damaged[at] ^= byte;
            check("a.docx", &damaged);
            damaged.truncate(at);
            check("a.docx", &damaged);
        }

        #[test]
        fn no_text_panics(parts in proptest::collection::vec(
            prop::sample::select(vec![
                "\n", "\r\n", "\u{c}", " ", "\u{3000}", "甲", "市教育局", "，", "。", "（", "）", "《", "》", "“",
                "一、", "（一）", "1.", "①", "第一条", "附件", "责任单位：", "2024 年3 月1 日", "# Page 3:", "- 3 -", "3",
                "加强统筹协调完善工作机制推动各项任务落实到位不断提升服务水平和治理能力为青澜发展提供支撑",
                "<p>", "</p>", "<table>", "<tr>", "<td rowspan=2>", "<td>", "</table>", "<br>", "<script>", "&nbsp;",
                "365bet体育在线网址_彩票", "[打印本页]", "欢迎光临 青澜网站名 (http://a.cn)", "相关阅读", "a", "b c",
            ]),
            0..120,
        )) {
            let text: String = parts.concat();
            check("a.txt", text.as_bytes());
            check("a.html", text.as_bytes());
            check("a.md", text.as_bytes());
            check("a.txt", &encoding_rs::GB18030.encode(&text).0);
        }
    }
}
