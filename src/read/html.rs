//! A page → lines and tables.
//!
//! Only html5ever's tokenizer is used: its tree is not needed, and a list of what opens and closes
//! costs time linear in the page, however its tags are nested. Invariant: nothing is executed or
//! fetched; nothing recurses; what is shown stays in order; a line is a block, a cell's lines name it.

use std::cell::RefCell;
use std::collections::HashMap;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use super::draft::Content;
use super::page::{Element, ElementId, Event, Kind, Page};
use crate::knowledge::debris::Debris;

/// Elements nested deeper than this are read as if their tags were not there.
const DEEPEST: usize = 300;
/// So are those after so many.
const MOST: usize = 1 << 21;
/// A cell reaches over no more rows or columns than this.
const WIDEST_SPAN: usize = 200;

/// Whether a file is a page: by its name and a tag, or by its beginning.
pub(super) fn is_html(extension: &str, string: &str) -> bool {
    let named = matches!(extension, "html" | "htm" | "xhtml" | "shtml");
    named && string.contains("</") || begins(string.as_bytes())
}

/// Whether a file begins as pages do.
pub(super) fn begins(bytes: &[u8]) -> bool {
    let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    let begins =
        |tag: &str| start.get(..tag.len()).is_some_and(|s| s.eq_ignore_ascii_case(tag.as_bytes()));
    ["<!doctype html", "<html", "<head", "<body", "<?xml"].into_iter().any(begins)
}

/// Reads a page.
pub(super) fn read(string: &str, debris: &Debris) -> Content {
    let builder = Builder { state: RefCell::new(State::default()), debris };
    let tokenizer = Tokenizer::new(builder, TokenizerOpts::default());
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from_slice(string));
    // The sink never asks for a script to be run, so one call takes everything.
    let _ = tokenizer.feed(&queue);
    tokenizer.end();
    let mut state = tokenizer.sink.state.into_inner();
    state.close_to(0);
    state.page.content()
}

struct Builder<'d> {
    state: RefCell<State>,
    debris: &'d Debris,
}

#[derive(Default)]
struct State {
    page: Page,
    /// Open elements, outermost first, with their names.
    open: Vec<(ElementId, String)>,
    /// How many of each name are open.
    names: HashMap<String, usize>,
    /// The element whose text is no text of the page, such as a script.
    raw: Option<String>,
}

impl TokenSink for Builder<'_> {
    type Handle = ();

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<()> {
        let mut state = self.state.borrow_mut();
        let line = usize::try_from(line).unwrap_or(usize::MAX);
        match token {
            Token::CharacterTokens(text) => state.text(&text, line),
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => {
                return state.start(&tag, line, self.debris);
            }
            Token::TagToken(tag) => state.end(&tag.name),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl State {
    fn text(&mut self, text: &str, line: usize) {
        match self.raw.as_deref() {
            Some("title") => self.page.title.push_str(text),
            Some(_) => {}
            None => {
                let innermost = self.open.last().map(|&(id, _)| id);
                self.page.add_text(innermost, text, line);
            }
        }
    }

    fn start(&mut self, tag: &Tag, line: usize, debris: &Debris) -> TokenSinkResult<()> {
        let name: &str = &tag.name;
        if name == "meta" {
            let value = |key| attribute(tag, key).unwrap_or_default().trim().to_owned();
            self.page.meta.push((value("name").to_ascii_lowercase(), value("content"), line));
            return TokenSinkResult::Continue;
        }
        let raw = match name {
            "script" => Some(RawKind::ScriptData),
            "style" | "xmp" | "iframe" | "noembed" | "noframes" => Some(RawKind::Rawtext),
            "title" | "textarea" => Some(RawKind::Rcdata),
            _ => None,
        };
        if let Some(kind) = raw {
            self.raw = Some(name.to_owned());
            return TokenSinkResult::RawData(kind);
        }
        let kind = kind(name);
        match kind {
            Kind::Break => self.page.events.push(Event::Break),
            Kind::Void => {}
            _ if tag.self_closing && kind != Kind::Block => {}
            _ => {
                self.close_implied(kind, name);
                self.open(tag, kind, debris);
            }
        }
        TokenSinkResult::Continue
    }

    fn open(&mut self, tag: &Tag, kind: Kind, debris: &Debris) {
        if self.open.len() >= DEEPEST || self.page.elements.len() >= MOST {
            if kind != Kind::Inline {
                self.page.events.push(Event::Break);
            }
            return;
        }
        let marks = [attribute(tag, "id"), attribute(tag, "class")];
        let span = |key| {
            let span = attribute(tag, key).and_then(|v| v.trim().parse().ok()).unwrap_or(1);
            usize::clamp(span, 1, WIDEST_SPAN)
        };
        let skipped = kind == Kind::Skipped
            || is_hidden(tag)
            || is_note_mark(tag)
            || kind == Kind::Block && marks.iter().flatten().any(|mark| debris.is_element(mark));
        let span = if kind == Kind::Cell { (span("rowspan"), span("colspan")) } else { (1, 1) };
        let element = Element::new(kind, skipped, &*tag.name == "a", span);
        let parent = self.open.last().map(|&(id, _)| id);
        let id = self.page.open(element, parent);
        let name = tag.name.to_string();
        *self.names.entry(name.clone()).or_default() += 1;
        self.open.push((id, name));
    }

    /// Closes what the start of an element ends without saying so.
    fn close_implied(&mut self, kind: Kind, name: &str) {
        let closes = |open: &str| match kind {
            Kind::Cell => matches!(open, "td" | "th"),
            Kind::Row => matches!(open, "tr" | "td" | "th"),
            Kind::Rows => matches!(open, "tr" | "td" | "th" | "tbody" | "thead" | "tfoot"),
            Kind::Block if name == "li" => open == "li",
            Kind::Block | Kind::Table => open == "p",
            _ => false,
        };
        // A table or a list keeps what is inside it to itself.
        let bounds = |open: &str| match kind {
            Kind::Cell | Kind::Row | Kind::Rows => open == "table",
            _ => matches!(open, "table" | "td" | "th" | "ul" | "ol" | "div"),
        };
        let mut close = None;
        for (depth, (_, open)) in self.open.iter().enumerate().rev() {
            if closes(open) {
                close = Some(depth);
            } else if bounds(open) {
                break;
            }
        }
        if let Some(depth) = close {
            self.close_to(depth);
        }
    }

    fn end(&mut self, name: &str) {
        if self.raw.take_if(|raw| raw == name).is_some() {
            return;
        }
        if name == "p" || name == "br" {
            self.page.events.push(Event::Break);
        }
        if self.names.get(name).is_none_or(|&n| n == 0) {
            return;
        }
        let table = matches!(kind(name), Kind::Table | Kind::Rows | Kind::Row | Kind::Cell);
        for depth in (0..self.open.len()).rev() {
            let open = self.open[depth].1.as_str();
            if open == name {
                self.close_to(depth);
                return;
            }
            // A stray end tag in a cell does not end what the table stands in.
            if open == "table" || !table && matches!(open, "td" | "th") {
                return;
            }
        }
    }

    /// Closes open elements until `depth` are left.
    fn close_to(&mut self, depth: usize) {
        while self.open.len() > depth {
            if let Some((id, name)) = self.open.pop() {
                if let Some(n) = self.names.get_mut(&name) {
                    *n = n.saturating_sub(1);
                }
                self.page.close(id);
            }
        }
    }
}

fn attribute<'t>(tag: &'t Tag, name: &str) -> Option<&'t str> {
    tag.attrs.iter().find(|a| &*a.name.local == name).map(|a| &*a.value)
}

fn is_hidden(tag: &Tag) -> bool {
    attribute(tag, "hidden").is_some()
        || attribute(tag, "style").is_some_and(|style| {
            let style: String =
                style.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase();
            style.contains("display:none") || style.contains("visibility:hidden")
        })
}

/// Whether an element is the mark of a note, in the text or at the note, as Word and LibreOffice write it.
fn is_note_mark(tag: &Tag) -> bool {
    attribute(tag, "href").and_then(|to| to.strip_prefix('#')).is_some_and(|to| {
        let marks =
            ["_ftn", "_edn", "ftn", "etn", "body_ftn", "body_etn", "sdfootnote", "sdendnote"];
        marks.iter().any(|mark| to.starts_with(mark))
    })
}

fn kind(name: &str) -> Kind {
    match name {
        "br" | "hr" => Kind::Break,
        "area" | "base" | "basefont" | "bgsound" | "col" | "colgroup" | "embed" | "frame"
        | "img" | "input" | "keygen" | "link" | "param" | "source" | "track" | "wbr" => Kind::Void,
        "button" | "canvas" | "datalist" | "footer" | "frameset" | "nav" | "noscript"
        | "object" | "option" | "select" | "svg" | "template" | "audio" | "video" | "math" => {
            Kind::Skipped
        }
        "table" => Kind::Table,
        "tbody" | "thead" | "tfoot" => Kind::Rows,
        "tr" => Kind::Row,
        "td" | "th" => Kind::Cell,
        "pre" => Kind::Pre,
        "a" | "abbr" | "acronym" | "b" | "bdi" | "bdo" | "big" | "cite" | "code" | "data"
        | "del" | "dfn" | "em" | "font" | "i" | "ins" | "kbd" | "label" | "map" | "mark" | "q"
        | "rp" | "rt" | "ruby" | "s" | "samp" | "small" | "span" | "strike" | "strong" | "sub"
        | "sup" | "time" | "tt" | "u" | "var" | "nobr" | "st1" => Kind::Inline,
        // Word's and the sites' own inline elements have a colon or a hyphen in their names.
        name if name.contains([':', '-']) => Kind::Inline,
        _ => Kind::Block,
    }
}

#[cfg(test)]
mod tests {
    use super::super::draft::assemble;
    use super::*;
    use crate::model::Text;

    fn text(page: &str) -> Text {
        let content = read(page, &Debris::embedded());
        assemble(content)
    }

    fn rows(text: &Text) -> Vec<Vec<&str>> {
        text.tables[0].rows.iter().map(|r| r.iter().map(|&c| text.slice(c)).collect()).collect()
    }

    #[test]
    fn pages_are_told_by_name_or_beginning() {
        assert!(is_html("html", "<p>甲</p>"));
        assert!(is_html("txt", "\n<!DOCTYPE html><p>甲"));
        assert!(!is_html("txt", "<legend id=\"a\"></legend>甲"));
        assert!(!is_html("html", "甲\n乙"));
    }

    #[test]
    fn blocks_are_lines_and_what_is_not_shown_is_no_text() {
        let page = "<html><head><title>甲通知_青澜市</title><style>p{}</style></head><body>\n\
            <script>var a = '<p>丑</p>';</script><div class=\"nav\"><a>首页</a></div>\n\
            <p>甲<b>通</b>知</p><p style=\"display: none\">寅</p>乙&nbsp;丙<br>丁<p>戊\n  己 a\n b<!-- 庚 -->\n\
            <footer>辛</footer></body></html>";
        let text = text(page);
        assert_eq!(text.as_str(), "甲通知\n乙 丙\n丁\n戊己 a b");
        assert_eq!(text.source_line(0), 3);
    }

    #[test]
    fn marks_of_notes_are_no_text() {
        let page = "<p>新建<sup><a href=\"#_ftn1\">[1]</a></sup>学校</p><p><a href=\"#sdfootnote1anc\">1</a>指新设的</p>\
            <p>见<a href=\"#a\">附件</a></p>";
        assert_eq!(text(page).as_str(), "新建学校\n指新设的\n见附件");
    }

    #[test]
    fn the_head_says_what_the_body_does_not() {
        let page = "<meta name=\"ArticleTitle\" content=\"青澜市教育工作要点\">\
            <meta name=\"PubDate\" content=\"2024-03-01 10:00\"><p>各学校：</p><p>请落实。</p>";
        assert_eq!(
            text(page).as_str(),
            "青澜市教育工作要点\n发布日期：2024-03-01 10:00\n各学校：\n请落实。"
        );
    }

    #[test]
    fn merged_cells_stand_wherever_they_reach() {
        let page = "<table><tr><th>序号<th colspan=2>单位</tr>\
            <tr><td rowspan=2>1<td><p>市教育局</p><p>市财政局</p><td></tr><tr><td>市科技局<td>长期</table>";
        let text = text(page);
        assert_eq!(
            rows(&text),
            [["序号", "单位", "单位"], ["1", "市教育局\n市财政局", ""], ["1", "市科技局", "长期"]]
        );
    }

    #[test]
    fn a_table_that_lays_the_page_out_is_none() {
        let article = "市教育局牵头推进。".repeat(80);
        let page = format!(
            "<table><tr><td>甲</td><td>乙</td></tr><tr><td>{article}\
             <table><tr><td>序号</td><td>任务</td></tr><tr><td>1</td><td>德育</td></tr></table></td><td>丙</td></tr></table>"
        );
        let text = text(&page);
        assert_eq!(text.tables.len(), 1);
        assert_eq!(rows(&text), [["序号", "任务"], ["1", "德育"]]);
    }

    #[test]
    fn tags_nested_without_end_are_read_in_linear_time() {
        for tag in
            ["<div>", "<table><tr><td>", "<b>", "<a>", "<td rowspan=200 colspan=200>甲", "<ul><li>"]
        {
            let page = format!("<html>市教育局{}市财政局", tag.repeat(20_000));
            let string = text(&page).as_str().to_owned();
            assert!(string.starts_with("市教育局") && string.ends_with("市财政局"), "{tag}");
        }
    }
}
