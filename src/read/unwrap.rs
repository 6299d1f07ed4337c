//! Undoes the line breaks of print: hard-wrapped lines → paragraphs.
//!
//! A document is wrapped if its lines crowd at one width and break in mid-sentence there. PDF
//! extraction further breaks a printed line after punctuation, so that only the sum of several
//! pieces has that width; the sums tell whether a piece goes on with the paragraph before it.
//! Invariant: no text is lost or moved; where nothing tells, lines stay apart, since two items on
//! one line do more harm than one item on two.

use super::draft::{Kind, Line};
use super::pieces::{AHEAD, Edge, INDENT, Pieces, SLACK, Width, edge, is_close, is_open};
use crate::knowledge::debris::{Debris, Start};

/// Titles are printed among the first lines.
const TITLE_LINES: usize = 6;

/// The paragraphs of `lines`, which may hold blank lines and page breaks. True if it was wrapped.
pub(super) fn unwrap(lines: Vec<Line>, debris: &Debris) -> (Vec<Line>, bool) {
    let lines = settle_blanks(lines);
    let pieces = Pieces::new(&lines, debris);
    let widths = pieces.widths();
    let unwrapped = Width { columns: usize::MAX, indent: 0 };
    let out = join(&pieces, |state, i| match widths.get(i) {
        Some(&width) => (pieces.goes_on(state, i, width), width),
        None => (pieces.closes_bracket(state, i, 2), unwrapped),
    });
    (out, !widths.is_empty())
}

/// Drops the blank lines at page breaks and those that merely space the lines out, so that a blank
/// line that is left says something: an empty cell, a pause.
fn settle_blanks(lines: Vec<Line>) -> Vec<Line> {
    let mut gaps = [0usize; 2];
    let mut run = None;
    for line in &lines {
        match (line.kind, &mut run) {
            (Kind::Text, None) => run = Some(0),
            (Kind::Text, Some(blanks)) => {
                gaps[usize::from(*blanks > 0)] += 1;
                *blanks = 0;
            }
            (Kind::Blank, Some(blanks)) => *blanks += 1,
            (Kind::Page, _) => run = None,
            _ => {}
        }
    }
    let spaced = gaps[1] > 4 && gaps[1] * 10 > (gaps[0] + gaps[1]) * 6;
    let mut out: Vec<Line> = Vec::with_capacity(lines.len());
    let mut blanks = Vec::new();
    for line in lines {
        match line.kind {
            Kind::Blank => blanks.push(line),
            Kind::Page => {
                blanks.clear();
                if out.last().is_some_and(|l| l.kind != Kind::Page) {
                    out.push(line);
                }
            }
            Kind::Text => {
                // In a spaced text every empty line of its own comes with the space around it.
                let kept = if spaced { blanks.len() / 2 } else { blanks.len().min(1) };
                if out.last().is_some_and(Line::is_text) {
                    out.extend(blanks.drain(..).take(kept));
                }
                blanks.clear();
                out.push(line);
            }
        }
    }
    out
}

/// The paragraph that is being put together.
struct State {
    line: Line,
    /// Columns of its printed line so far.
    column: usize,
    /// Brackets that are open at its end.
    open: usize,
    /// Whether it holds a full stop.
    stopped: bool,
    /// How many commas it holds.
    commas: usize,
    /// Number of its pieces.
    pieces: usize,
    /// Number of paragraphs before it.
    index: usize,
    /// It is a date or a document number.
    alone: bool,
    /// It begins an item.
    starts: bool,
}

/// `goes_on` says of a piece whether it goes on with the paragraph, and the width around it.
fn join(pieces: &Pieces, goes_on: impl Fn(&State, usize) -> (bool, Width)) -> Vec<Line> {
    let mut out: Vec<Line> = Vec::with_capacity(pieces.all.len());
    let mut blanks = pieces.blanks.iter().peekable();
    let mut state: Option<State> = None;
    for (i, piece) in pieces.all.iter().enumerate() {
        let mut indent = INDENT;
        if let Some(state) = &mut state {
            let (joined, width) = goes_on(state, i);
            indent = width.indent;
            if joined {
                state.line.join(glue(&state.line.text, &piece.line.text), piece.line);
                let (closed, opened) = piece.brackets;
                state.open = state.open.saturating_sub(closed) + opened;
                state.stopped |= piece.stopped;
                state.commas += piece.commas;
                state.pieces += 1;
                let new_line = width.is_full(state.column)
                    || state.column + piece.width > width.columns.saturating_add(SLACK);
                state.column = if new_line { piece.width } else { state.column + piece.width };
                continue;
            }
        }
        let index = state.as_ref().map_or(0, |s| s.index + 1);
        out.extend(state.take().map(|s| s.line));
        while let Some((_, blank)) = blanks.next_if(|(before, _)| *before <= i) {
            out.push((*blank).clone());
        }
        state = Some(State {
            line: piece.line.clone(),
            column: piece.width + indent,
            open: piece.brackets.1,
            stopped: piece.stopped,
            commas: piece.commas,
            pieces: 1,
            index,
            alone: piece.alone,
            starts: piece.starts.is_some(),
        });
    }
    out.extend(state.map(|s| s.line));
    out
}

fn glue(left: &str, right: &str) -> &'static str {
    let latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic());
    if latin(left.chars().next_back()) && latin(right.chars().next()) { " " } else { "" }
}

impl Pieces<'_> {
    /// Whether piece `i` goes on with the paragraph before it, in a text wrapped at `width`.
    fn goes_on(&self, state: &State, i: usize, width: Width) -> bool {
        let piece = &self.all[i];
        let text = state.line.text.as_str();
        if piece.gap || piece.line.cell.is_some() || state.line.cell.is_some() {
            return false;
        }
        if self.closes_bracket(state, i, AHEAD) || heading_goes_on(text, &piece.line.text) {
            return true;
        }
        if piece.starts.is_some() || piece.alone || state.alone {
            return false;
        }
        if figure_goes_on(text, &piece.line.text) {
            return true;
        }
        if matches!(piece.first, Edge::Stop | Edge::Comma | Edge::Close) || is_bare_number(text) {
            return true;
        }
        let last = edge(text.chars().next_back());
        if matches!(last, Edge::Comma | Edge::Open) {
            return true;
        }
        if state.index < TITLE_LINES
            && self.debris.is_unfinished_title(text)
            && !width.is_full(piece.width)
        {
            return last != Edge::Stop;
        }
        // A sentence that was begun goes on, wherever it was broken off; in a cell none needs an end.
        let begun = width.indent > 0
            && (state.stopped
                || state.commas > 0 && (state.pieces > 1 || !state.starts && state.commas > 1));
        let full = width.is_full(state.column);
        match piece.indented {
            Some(true) => return false,
            Some(false) if full => return true,
            _ => {}
        }
        // A nearly full printed line may still take a character, or be full.
        let fits = state.column + piece.width <= width.columns + SLACK;
        let measured = (fits || !full)
            .then(|| self.measure(state.column, i, width))
            .flatten()
            .or_else(|| full.then(|| self.measure(0, i, width)).flatten());
        match last {
            Edge::Plain if full => {
                width.indent == 0
                    || state.stopped
                    || state.commas > 0
                    || text.contains('；')
                    || measured != Some(false)
            }
            Edge::Plain if piece.first != Edge::Open || measured.is_none() => {
                begun && !self.is_heading(i)
            }
            Edge::Close if last_bracket(text).is_some_and(|b| self.debris.is_assignment(b)) => {
                false
            }
            Edge::Close if measured.is_none() => begun && !self.is_heading(i),
            // A colon among the first lines ends the list of those addressed.
            Edge::Stop
                if state.index < TITLE_LINES && !state.starts && text.ends_with(['：', ':']) =>
            {
                false
            }
            Edge::Stop | Edge::Close if full && measured.is_none() => {
                matches!(piece.last, Edge::Stop | Edge::Close)
            }
            _ => measured == Some(true) && !self.is_last_line(i),
        }
    }

    /// Whether a bracket or title that the paragraph leaves open is closed by one of the next pieces.
    fn closes_bracket(&self, state: &State, i: usize, ahead: usize) -> bool {
        if state.open == 0 || state.line.cell.is_some() {
            return false;
        }
        let mut inner = 0;
        for (n, piece) in self.all[i..].iter().take(ahead).enumerate() {
            if piece.gap || piece.line.cell.is_some() {
                return false;
            }
            let (closed, opened) = piece.brackets;
            if closed > inner {
                return true;
            }
            // An item that begins here was not in the bracket: the bracket was never closed.
            if piece.starts == Some(Start::Item) || n > 0 && piece.alone {
                return false;
            }
            inner = inner - closed + opened;
        }
        false
    }
}

/// Whether a heading that is printed with room between its characters was taken apart (`总` and `则`).
fn heading_goes_on(text: &str, next: &str) -> bool {
    let begun = ["总", "附", "罚"].into_iter().any(|begun| text.ends_with(begun));
    begun && next == "则" && text.chars().count() <= 8 || text == "目" && next == "录"
}

/// Whether a line broke off between a figure and what belongs to it (`90%` and `以上`, `12` and `月31日`).
fn figure_goes_on(text: &str, next: &str) -> bool {
    const BOUNDS: [&str; 5] = ["以上", "以内", "以下", "左右", "个百分点"];
    const UNITS: [&str; 16] = [
        "年", "月", "日", "万", "亿", "个", "家", "项", "名", "所", "人次", "公里", "平方", "小时",
        "分钟", "元",
    ];
    let Some(last) = text.chars().next_back() else { return false };
    let begins = |words: &[&str]| words.iter().any(|word| next.starts_with(word));
    let digit = last.is_ascii_digit();
    // A short line with a figure is a cell or a number.
    text.len() > 24
        && (digit || matches!(last, '%' | '％' | '‰'))
        && (begins(&BOUNDS) || digit && begins(&UNITS))
}

/// Whether `text` is but the number of an item (`（一）`, `12．`).
fn is_bare_number(text: &str) -> bool {
    text.len() <= 6 * 3
        && text.chars().count() <= 6
        && text.chars().all(|c| {
            c.is_ascii_digit()
                || matches!(
                    c,
                    '（' | '）' | '(' | ')' | '.' | '．' | '、' | ' ' | '第' | '条' | '章'
                )
                || "一二三四五六七八九十百①②③④⑤⑥⑦⑧⑨⑩".contains(c)
        })
        && text.ends_with([
            '）', ')', '.', '．', '、', '条', '①', '②', '③', '④', '⑤', '⑥', '⑦', '⑧', '⑨', '⑩',
        ])
}

/// What the bracket holds with which `text` ends.
fn last_bracket(text: &str) -> Option<&str> {
    let inner = text.strip_suffix(is_close)?;
    let mut depth = 0;
    for (at, c) in inner.char_indices().rev() {
        if is_close(c) {
            depth += 1;
        } else if is_open(c) {
            if depth == 0 {
                return Some(&inner[at + c.len_utf8()..]);
            }
            depth -= 1;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::{debris::look, pieces::width, plain};
    use super::*;

    fn paragraphs(text: &str) -> Vec<String> {
        let debris = Debris::embedded();
        let mut lines = plain::lines(text);
        look(&mut lines, &debris);
        let lines = unwrap(lines, &debris).0;
        lines.into_iter().map(|l| l.text).collect()
    }

    /// Prints paragraphs as a PDF would give them: 40 characters a line, the first two blank.
    fn print(paragraphs: &[&str]) -> String {
        let mut out = String::new();
        for paragraph in paragraphs {
            let mut column = 2;
            for c in paragraph.chars() {
                if column == 40 {
                    out.push('\n');
                    column = 0;
                }
                out.push(c);
                column += 1;
            }
            out.push('\n');
        }
        out
    }

    const ITEMS: [&str; 5] = [
        "一、总体要求",
        "以高质量发展为目标，加强部门协同，完善工作机制，推动各项改革任务落到实处，不断提升企业和群众的获得感与满意度，为建设青澜提供有力支撑。",
        "（一）优化审批流程。全面梳理审批事项，压减材料，缩短时限，在全市范围内推行并联审批和容缺受理，实现企业开办一日办结。（牵头单位：市行政审批局；责任单位：市市场监管局、市公安局）",
        "（二）加强要素保障。统筹土地、资金、人才等要素资源，建立重点项目清单，对纳入清单的项目实行专班服务，确保项目早开工、早投产、早见效。（市发展改革委牵头，各县区按职责分工负责）",
        "青澜市人民政府办公室",
    ];

    #[test]
    fn printed_paragraphs_come_back() {
        assert_eq!(paragraphs(&print(&ITEMS)), ITEMS);
    }

    #[test]
    fn stretched_lines_in_pieces_come_back() {
        // Extraction breaks some full lines after commas; the last line of a paragraph is not full.
        let printed = print(&ITEMS);
        let lines: Vec<String> = printed
            .lines()
            .enumerate()
            .map(|(n, line)| {
                let cut = n % 2 == 0 && width(line) >= 76;
                if cut {
                    line.replace('，', "，\n").replace('。', "。\n")
                } else {
                    line.to_owned()
                }
            })
            .collect();
        assert_eq!(paragraphs(&lines.join("\n")), ITEMS);
    }

    #[test]
    fn indents_tell_paragraphs() {
        let sentence =
            "各部门要密切协作，统筹推进各项改革任务，确保按时完成全部工作目标，切实提高服务水平。";
        let paragraph = sentence.repeat(3);
        let text: String = (0..4)
            .map(|_| print(&[&paragraph]).replace("\n", "\r\n"))
            .map(|p| format!("\u{3000}\u{3000}{p}"))
            .collect();
        assert_eq!(paragraphs(&text), vec![paragraph; 4]);
    }

    #[test]
    fn a_page_break_parts_nothing() {
        let printed = print(&ITEMS);
        let cut = printed.match_indices('\n').nth(1).unwrap().0;
        let paged = format!("{}\n\n\u{c}\n{}", &printed[..cut], &printed[cut + 1..]);
        assert_eq!(paragraphs(&paged), ITEMS);
    }

    #[test]
    fn lines_of_a_page_that_is_not_wrapped_stay() {
        let text = "青澜市教育局\n2024年工作要点\n一、加强领导\n市教育局\n\n市财政局\n要加强部门之间的协同，完善机制。";
        assert_eq!(paragraphs(text), text.split('\n').collect::<Vec<_>>());
    }

    #[test]
    fn a_figure_and_its_unit_are_never_broken() {
        assert!(figure_goes_on("全市学前教育普惠率稳定在90%", "以上，公办园占比达到60%"));
        assert!(figure_goes_on("自2023年1月1日至2023年12", "月31日，对月销售额"));
        assert!(!figure_goes_on("全市学前教育普惠率稳定在90%", "个体工商户要配合"));
        assert!(!figure_goes_on("2", "个体工商户"));
        assert!(heading_goes_on("第五章附", "则") && heading_goes_on("目", "录"));
        assert!(!heading_goes_on("第五章附则", "第一条"));
    }

    #[test]
    fn a_title_in_brackets_is_never_broken() {
        let text = "青澜市关于执行《青澜市教育管理\n条例》的决定\n（未闭合\n一、总则（试行）";
        assert_eq!(
            paragraphs(text),
            ["青澜市关于执行《青澜市教育管理条例》的决定", "（未闭合", "一、总则（试行）"]
        );
    }

    #[test]
    fn a_blank_line_in_a_spaced_text_is_an_empty_cell() {
        let text = "1\n\n德育\n\n长期\n\n \n\n市教育局\n\n2\n\n智育\n\n长期\n\n市科技局";
        assert_eq!(
            paragraphs(text),
            ["1", "德育", "长期", "", "市教育局", "2", "智育", "长期", "市科技局"]
        );
    }

    #[test]
    fn the_last_bracket_is_found_across_nested_ones() {
        assert_eq!(
            last_bracket("工作。（责任单位：各县（市、区））"),
            Some("责任单位：各县（市、区）")
        );
        assert_eq!(last_bracket("工作"), None);
        assert_eq!(last_bracket("工作）"), None);
    }
}
