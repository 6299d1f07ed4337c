//! Markdown → lines and tables: CommonMark with tables and footnotes as GitHub writes them.
//!
//! Marks of layout are no text; numbers of items are. A line break in a paragraph stays one, unlike in a
//! browser: Chinese writers end lines of a letter with it, and lines of print are joined later for all formats.

use std::sync::LazyLock;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, TextMergeWithOffset};
use regex::Regex;

use super::draft::Content;
use super::page::{Element, ElementId, Event as Written, Kind, Page};
use super::plain::without_tags;

/// Whether a file of this ending is Markdown.
pub(super) fn is_markdown(extension: &str) -> bool {
    matches!(extension, "md" | "markdown")
}

/// Reads Markdown.
pub(super) fn read(string: &str) -> Content {
    let options = Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES;
    let mut writer = Writer {
        breaks: string.match_indices('\n').map(|(at, _)| at).collect(),
        page: Page::default(),
        open: Vec::new(),
        number: None,
        keeps_lines: false,
    };
    let events = Parser::new_ext(string, options).into_offset_iter();
    for (event, range) in TextMergeWithOffset::new(events) {
        let line = 1 + writer.breaks.partition_point(|&at| at < range.start);
        match event {
            Event::Start(tag) => writer.start(&tag, &string[range]),
            Event::End(tag) => writer.end(tag),
            Event::Text(text) | Event::Html(text) if writer.keeps_lines => {
                writer.write_lines(&text, line);
            }
            Event::Text(text) => writer.write(&without_marks(&text), line),
            Event::Code(text) => writer.write(&text, line),
            Event::SoftBreak | Event::HardBreak => writer.page.events.push(Written::Break),
            Event::InlineHtml(tag) if tag.starts_with("<br") => {
                writer.page.events.push(Written::Break);
            }
            _ => {}
        }
    }
    writer.page.content()
}

/// Without marks of strong text that CommonMark takes for none, since they stand between Chinese punctuation and
/// a word: `**一是推进。**各部门要`. Where neither end is punctuation they are what stands there: `下降**%`.
fn without_marks(text: &str) -> std::borrow::Cow<'_, str> {
    static STRONG: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\*\*([^*\s][^*\n]*\p{P}|\p{P}[^*\n]*[^*\s])\*\*").expect("a constant pattern")
    });
    if text.contains("**") { STRONG.replace_all(text, "$1") } else { text.into() }
}

struct Writer {
    /// Where the lines of the source end.
    breaks: Vec<usize>,
    page: Page,
    open: Vec<ElementId>,
    /// Number of the item whose text begins.
    number: Option<String>,
    /// Within code or HTML.
    keeps_lines: bool,
}

impl Writer {
    fn start(&mut self, tag: &Tag<'_>, source: &str) {
        match tag {
            Tag::CodeBlock(_) | Tag::HtmlBlock => self.keeps_lines = true,
            // The number as it is written, of the first item and the others.
            Tag::Item if source.starts_with(|c: char| c.is_ascii_digit()) => {
                self.number = source.split_inclusive(['.', ')']).next().map(str::to_owned);
            }
            _ => {}
        }
        if let Some(kind) = kind(tag.to_end()) {
            let element = Element::new(kind, kind == Kind::Skipped, false, (1, 1));
            self.open.push(self.page.open(element, self.open.last().copied()));
        }
    }

    fn end(&mut self, tag: TagEnd) {
        self.keeps_lines = false;
        if kind(tag).is_some()
            && let Some(id) = self.open.pop()
        {
            self.page.close(id);
        }
    }

    fn write(&mut self, text: &str, line: usize) {
        let inside = self.open.last().copied();
        if let Some(number) = self.number.take() {
            self.page.add_text(inside, &number, line);
        }
        self.page.add_text(inside, text, line);
    }

    /// Writes what keeps its lines.
    fn write_lines(&mut self, text: &str, first: usize) {
        for (line, text) in (first..).zip(text.lines()) {
            self.write(without_tags(text).as_deref().unwrap_or(text), line);
            self.page.events.push(Written::Break);
        }
    }
}

/// What an element does to the text in it; nothing where that is nothing.
fn kind(tag: TagEnd) -> Option<Kind> {
    match tag {
        TagEnd::Table => Some(Kind::Table),
        TagEnd::TableHead | TagEnd::TableRow => Some(Kind::Row),
        TagEnd::TableCell => Some(Kind::Cell),
        // Its text is for those who do not see it.
        TagEnd::Image => Some(Kind::Skipped),
        TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link => None,
        _ => Some(Kind::Block),
    }
}

#[cfg(test)]
mod tests {
    use super::super::draft::assemble;
    use super::*;
    use crate::model::Text;

    fn text(markdown: &str) -> Text {
        assemble(read(markdown))
    }

    #[test]
    fn marks_of_layout_are_no_text() {
        let text = text(
            "# 工作*方案*\n\n> **1.健全机制。**落实`责任`\\*，见[通知](http://a.cn)[^1]。\n青澜市教育局\n\n- 牵头单位：市教育局\n\
             - 时限：年底\n\n---\n\n```\n甲\n乙\n```\n![图](a.png)\n\n达到**%\n\n[^1]: 指青澜。\n",
        );
        assert_eq!(
            text.as_str(),
            "工作方案\n1.健全机制。落实责任*，见通知。\n青澜市教育局\n牵头单位：市教育局\n时限：年底\n甲\n乙\n达到**%\n指青澜。"
        );
        let line = |needle: &str| text.source_line(text.as_str().find(needle).unwrap());
        assert_eq!((line("健全"), line("青澜市"), line("时限"), line("乙")), (3, 4, 7, 13));
    }

    #[test]
    fn numbers_of_items_are_text() {
        let text = text("3. 修路\n   1) 选线\n4. 架桥\n\n（一）**选址**\n");
        assert_eq!(text.as_str(), "3.修路\n1)选线\n4.架桥\n（一）选址");
    }

    #[test]
    fn tables_have_cells() {
        let text =
            text("| 序号 | 任务 |\n|:-:|---|\n| 1 | 建**学校**<br>2所 |\n| 2 | 修路\\|桥 |\n");
        let rows: Vec<Vec<_>> = text.tables[0]
            .rows
            .iter()
            .map(|r| r.iter().map(|&c| text.slice(c)).collect())
            .collect();
        assert_eq!(rows, [["序号", "任务"], ["1", "建学校\n2所"], ["2", "修路|桥"]]);
    }
}
