//! Plain text → lines: control characters, padding and stray tags dropped.
//!
//! Invariant: a line holds no line break, no control or invisible character, no two spaces in a
//! row and no outer white space; its source line is the one an editor would show.

use std::sync::LazyLock;

use memchr::memchr3;
use regex::Regex;

use super::draft::{Kind, Line};

/// A line of the source as it stands there, or a page break.
#[derive(Clone, Copy, Debug)]
pub(super) enum Raw<'t> {
    /// The line and its number, counted from one.
    Line(&'t str, usize),
    Page(usize),
}

/// The lines of `text`, blank ones and page breaks (form feeds) among them.
#[cfg(test)]
pub(super) fn lines(text: &str) -> Vec<Line> {
    let mut out = Vec::with_capacity(text.len() / 60 + 1);
    raw_lines(text, |raw| push(&mut out, raw));
    out
}

/// Gives the lines of `text` to `take`.
pub(super) fn raw_lines<'t>(text: &'t str, mut take: impl FnMut(Raw<'t>)) {
    let mut rest = text;
    let mut source = 1;
    while !rest.is_empty() {
        let bytes = rest.as_bytes();
        let end = memchr3(b'\n', b'\r', 0x0c, bytes).unwrap_or(rest.len());
        take(Raw::Line(&rest[..end], source));
        let after = match bytes.get(end) {
            Some(0x0c) => {
                take(Raw::Page(source));
                end + 1
            }
            Some(b'\r') if bytes.get(end + 1) == Some(&b'\n') => end + 2,
            Some(_) => end + 1,
            None => end,
        };
        source += usize::from(bytes.get(end).is_some_and(|&b| b != 0x0c));
        rest = &rest[after..];
    }
}

/// Adds the line that `raw` is.
pub(super) fn push(out: &mut Vec<Line>, raw: Raw<'_>) {
    let (raw, source) = match raw {
        Raw::Line(raw, source) => (raw, source),
        Raw::Page(source) => {
            out.push(Line::new(Kind::Page, String::new(), 0, source));
            return;
        }
    };
    let untagged = without_tags(raw);
    let raw_indent = raw.chars().take_while(|c| is_blank(*c)).map(columns).sum();
    let text = squeeze(untagged.as_deref().unwrap_or(raw));
    // Between stray tags stand the numbers and dots of the lists they made.
    let empty = text.is_empty() || untagged.is_some() && !text.chars().any(char::is_alphabetic);
    if empty {
        if untagged.is_none() {
            out.push(Line::new(Kind::Blank, String::new(), 0, source));
        }
        return;
    }
    out.push(Line::new(Kind::Text, text, raw_indent, source));
}

/// `raw` without HTML tags, if it has any.
pub(super) fn without_tags(raw: &str) -> Option<String> {
    // A tag has either the name of an HTML element or an attribute; `<关于…>` is a title.
    static TAG: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(concat!(
            r"(?i)<(?:!--.{0,400}?-->|/?(?:a|abbr|address|area|article|aside|audio|b|base|big|blockquote|body|br|",
            r"button|canvas|center|code|col|colgroup|dd|del|div|dl|dt|em|fieldset|figure|font|footer|form|h[1-6]|head|",
            r"header|hr|html|i|iframe|img|input|ins|label|legend|li|link|main|map|mark|meta|nav|noscript|object|ol|",
            r"option|p|pre|q|s|samp|script|section|select|small|span|strike|strong|style|sub|sup|table|tbody|td|",
            r"textarea|tfoot|th|thead|title|tr|tt|u|ul|var|video|wbr)\s*/?>",
            r#"|[a-z][a-z0-9:-]{0,30}(?:\s+[a-z:_-]{1,30}\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>=]+))+\s*/?>"#,
            r"|/[a-z][a-z0-9:-]{0,30}\s*>)"
        ))
        .expect("a constant pattern")
    });
    if !raw.contains('<') || !TAG.is_match(raw) {
        return None;
    }
    Some(TAG.replace_all(raw, "").into_owned())
}

/// Without invisible characters and outer white space, inner white space as one space.
pub(super) fn squeeze(raw: &str) -> String {
    let raw = raw.trim_matches(is_blank);
    if is_clean(raw.as_bytes()) {
        return raw.to_owned();
    }
    let mut out = String::with_capacity(raw.len());
    let mut gap = false;
    for c in raw.chars() {
        if is_blank(c) {
            gap = !out.is_empty();
        } else if !is_invisible(c) {
            if gap {
                out.push(' ');
                gap = false;
            }
            out.push(c);
        }
    }
    out
}

/// Whether UTF-8 text without outer white space surely holds nothing to drop: a quick look at bytes
/// that spares nearly every line the slow way.
fn is_clean(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    loop {
        rest = match rest {
            [] => return true,
            [b'!'..=b'~', rest @ ..]
            | [b' ', b'!'..=b'~', rest @ ..]
            | [b' ', 0xe4..=0xe9, _, _, rest @ ..] => rest,
            // The ideographs; CJK, general and full-width punctuation but for its spaces.
            [0xe4..=0xe9, _, _, rest @ ..]
            | [0xe3, 0x80, 0x81..=0xbf, rest @ ..]
            | [0xe2, 0x80, 0x90..=0xa6, rest @ ..]
            | [0xe2, 0x82..=0x9f, _, rest @ ..]
            | [0xef, 0xbc | 0xbd, _, rest @ ..] => rest,
            _ => return false,
        }
    }
}

fn columns(c: char) -> usize {
    match c {
        '\t' => 8,
        c if c.is_ascii() => 1,
        '\u{a0}' => 1,
        _ => 2,
    }
}

pub(super) fn is_blank(c: char) -> bool {
    c == ' ' || c == '\t' || c == '\u{3000}' || (c >= '\u{80}' && c.is_whitespace())
}

fn is_invisible(c: char) -> bool {
    match c {
        ' '..='~' => false,
        '\u{00ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffc}'
        | '\u{e000}'..='\u{f8ff}' => true,
        c => c.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        lines(text).into_iter().map(|l| l.text).collect()
    }

    #[test]
    fn line_breaks_of_all_systems() {
        assert_eq!(texts("甲\r\n乙\r丙\n\n丁"), ["甲", "乙", "丙", "", "丁"]);
        let mut line = lines("甲\r\n乙\r丙");
        let last = line.pop().unwrap();
        let mut whole = Line::new(Kind::Text, String::new(), 0, 1);
        whole.join("", &last);
        let content = super::super::draft::Content { lines: vec![whole], ..Default::default() };
        assert_eq!(super::super::draft::assemble(content).source_line(1), 3);
    }

    #[test]
    fn padding_is_one_space_and_invisible_characters_go() {
        assert_eq!(texts("\u{3000}\u{3000}效 \u{a0}果\u{200b}:\u{ad} \t好\u{7} "), ["效 果: 好"]);
        assert_eq!(lines("\u{3000}\u{3000}甲")[0].indent, 4);
    }

    #[test]
    fn stray_tags_go_and_titles_in_angle_brackets_stay() {
        assert_eq!(
            texts("<legend id=\"h4\"></legend>\n  • <input id=\"h4\">\n 1. <wbr>\n甲"),
            ["甲"]
        );
        assert_eq!(texts("《青澜市<关于X的意见>方案》 a<b"), ["《青澜市<关于X的意见>方案》 a<b"]);
        assert_eq!(texts("<delect id=\"a\"></delect>甲<br/>乙"), ["甲乙"]);
    }
}
