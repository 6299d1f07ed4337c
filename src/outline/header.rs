//! The head of a document: title, covering notice, number, issuers, dates, genre, tier.
//!
//! A text may open with a covering notice (`X关于印发〈Y〉的通知`) and print Y after it; then Y is
//! the document, and the notice is kept apart. Parts of a document follow GB/T 9704-2012.

use std::sync::LazyLock;

use regex::{Match, Regex};

use super::date;
use super::issuers;
use super::lines::{Line, trim};
use super::table;
use crate::knowledge::agencies::Agencies;
use crate::knowledge::outline::{MetaLabel, OutlineRules};
use crate::knowledge::roomy;
use crate::knowledge::words::without_draft_note;
use crate::model::{Genre, Header, Span, Stated, Table, Text};

/// The head, and where the parts of the text begin. Indices count the lines that are not blank.
#[derive(Debug, Default)]
pub struct Head {
    pub header: Header,
    /// The lines of the covering notice's body.
    pub notice: std::ops::Range<usize>,
    /// The first line of the document's own body.
    pub body: usize,
}

/// How many lines a title may be broken over.
const TITLE_LINES: usize = 5;
/// The red head stands at most so many lines above the title.
const RED_HEAD: usize = 3;
/// How many lines from the top a title is looked for in.
const HEAD_LINES: usize = 40;
/// A title is printed again within so many lines.
const REPEATED: usize = 12;
/// A paragraph, not a line of the head, in bytes.
const PARAGRAPH: usize = 240;

static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^[（(]?\s*((?:\p{Han}{2,20}令\s*)?第\s*\d{1,4}\s*号(?:令)?|\p{Han}[\p{Han}\s]{0,14}[〔\[（(【﹝［]\s*(?:19|20)\d{2}\s*[〕\]）)】﹞］]\s*(?:第\s*)?\d{1,5}\s*号?)\s*[）)]?$",
    )
    .expect("a constant pattern")
});
/// The words of `ISSUED` and `ISSUED_BARE`: a quick look before the patterns.
static ISSUING: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("印发|转发|发布|公布|征求|发给").expect("a constant pattern"));
static ISSUED: LazyLock<Regex> = LazyLock::new(|| {
    roomy(r"(?:印发|转发|发布|公布|征求)(?:[^《》〈〉，。]{2,30}制[定订]的)?\s*(?:了)?\s*[《〈](.+?)[》〉](?:(?:（[^）]*）)?(?:公开)?(?:的)?意见|等?的?通知|\s*(?:印发|转发|发布|予以|给)|[，,。]|$)|((?:《[^》]+》(?:（[^）]*）)?\s*[、和及与]?\s*)+)[^《。]{0,30}?(?:印发|发给|转发)")
        .expect("a constant pattern")
});
/// `（2022年6月20日青澜市人民政府令第47号公布）`: the number of an order and who gave it.
static ORDER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:\d\s*日|[（(])\s*((\p{Han}{2,20})令\s*第\s*\d{1,4}\s*号)")
        .expect("a constant pattern")
});
static ISSUED_BARE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"关于(?:印发|转发|发布|公布)\s*([^《》〈〉]+?)的通知").expect("a constant pattern")
});
/// `关于印发X方案`, still without `的通知`.
static NAMES_ISSUED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"关于(?:印发|转发|发布|公布)[^《]+[^通告知函定令]$").expect("a constant pattern")
});
/// `X印发《Y》`.
static ISSUES: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^([^《关]{4,60}?)印发《(.+)》$").expect("a constant pattern"));
/// Reads the head of a text.
pub fn read(text: &Text, lines: &[Line], rules: &OutlineRules, agencies: &Agencies) -> Head {
    let first_item = lines
        .iter()
        .enumerate()
        .skip(1)
        .find(|(_, l)| {
            let line = text.slice(l.span);
            rules.number(line, |_| 0).is_some_and(|n| rules.styles[n.style].rank <= 6)
        })
        .map_or(lines.len(), |(i, _)| i);
    let opening = labelled_title(text, lines, rules)
        .or_else(|| opening_title(text, lines, rules, agencies, first_item));
    let mut head = Head::default();
    let after_opening = opening.as_ref().map_or(0, |(_, end)| *end);
    let printed =
        printed_document(text, lines, rules, opening.as_ref().map(|(t, _)| t), after_opening);
    let front = printed.as_ref().map_or(after_opening, |p| p.lines.start);
    match printed {
        Some(p) => {
            head.notice = after_opening..p.lines.start;
            head.body = p.lines.end;
            head.header.title = Some(p.title);
            head.header.notice = opening.map(|(title, _)| title);
        }
        None => {
            head.body = after_opening;
            head.header.title = opening.map(|(title, _)| title);
            split_bare_notice(text, rules, &mut head.header);
        }
    }
    let end_of_head = head.body.max(first_item.min(HEAD_LINES)).min(lines.len());
    read_meta(text, lines, rules, agencies, end_of_head, &mut head.header);
    let before_items = first_item.max(head.body).min(lines.len());
    read_number(text, lines, before_items, &mut head.header);
    read_promulgated(text, &lines[..before_items], &mut head.header);
    let signer = issuers::Reader { text, lines, rules, agencies };
    signer.signature(&head.notice, front, &mut head.header);
    head.body = skip_subtitle(text, lines, rules, head.body, &head.header);
    let at_once = lines.get(head.body).map(|l| text.slice(l.span));
    if at_once.is_some_and(|s| rules.number(s, |_| 0).is_some()) {
        without_notice(text, &mut head.header);
    }
    read_genre(text, lines, rules, head.body, &mut head.header);
    signer.fill(&mut head.header);
    let h = &mut head.header;
    h.year = h
        .title
        .as_ref()
        .and_then(|t| year_in(&t.value))
        .or_else(|| h.notice.as_ref().and_then(|t| year_in(&t.value)))
        .or_else(|| h.written.as_ref().or(h.published.as_ref()).map(|d| d.value.year()));
    head
}

/// The span of a table whose first row names its columns.
fn headed(text: &Text, table: &Table) -> Option<Span> {
    let numbered = table.rows.first()?.iter().any(|&cell| table::opens(text.slice(cell)));
    let cells = table.rows.iter().flatten().copied();
    if numbered { cells.reduce(Span::cover) } else { None }
}

/// The title that the text opens with, its line breaks undone, and the line after it.
fn opening_title(
    text: &Text,
    lines: &[Line],
    rules: &OutlineRules,
    agencies: &Agencies,
    first_item: usize,
) -> Option<(Stated<String>, usize)> {
    let tables: Vec<Span> = text.tables.iter().filter_map(|table| headed(text, table)).collect();
    let mut fallback = None;
    for start in 0..lines.len().min(HEAD_LINES).min(first_item.max(1)) {
        let line = before_date(text.slice(lines[start].span));
        if rules.is_meta(line) || is_furniture(line) || !line.contains(is_han) {
            continue;
        }
        // A sheet may have nothing but its table.
        if tables.iter().any(|table| table.contains(lines[start].span)) {
            continue;
        }
        // The red head above a title that begins with the same issuer.
        let again = |l: &Line| {
            text.slice(l.span).len() > line.len() && text.slice(l.span).starts_with(line)
        };
        if line.len() >= 9 && lines[start + 1..].iter().take(RED_HEAD).any(again) {
            continue;
        }
        let next = lines.get(start + 1).map(|l| text.slice(l.span));
        if next.is_some_and(|next| is_above_title(line, next, rules, agencies)) {
            continue;
        }
        if line.len() > PARAGRAPH || line.ends_with(['：', ':', '。', '；']) {
            // An addressee or a paragraph: the title stands before it, or the notice has none.
            break;
        }
        let mut unfinished = None;
        for end in start + 1..=(start + TITLE_LINES).min(lines.len()) {
            let last = text.slice(lines[end - 1].span);
            if last.len() > PARAGRAPH
                || (end > start + 1
                    && (rules.is_meta(last)
                        || last.ends_with(['：', ':', '。'])
                        || is_furniture(last) && !is_remark(last)))
            {
                break;
            }
            let span = lines[start].span.cover(lines[end - 1].span);
            let title = bare_title(text, span);
            if rules.ends_as_title(strip_notes(text.slice(title))) && balanced(text.slice(title)) {
                // The title of a notice that issues another work ends as a notice's.
                if !NAMES_ISSUED.is_match(text.slice(title)) {
                    return Some((stated(text, title), end));
                }
                unfinished.get_or_insert((stated(text, title), end));
            }
        }
        if unfinished.is_some() {
            return unfinished;
        }
        if fallback.is_none() && (18..=PARAGRAPH).contains(&line.len()) && first_item > start {
            fallback = Some((stated(text, bare_title(text, lines[start].span)), start + 1));
        }
    }
    fallback
}

/// Whether `line` is no part of the title that begins with `next` and names its issuer: what a page prints above it
/// (`青澜市文件汇编`), not another issuer or half a name.
fn is_above_title(line: &str, next: &str, rules: &OutlineRules, agencies: &Agencies) -> bool {
    let begins = |title: &str| {
        title.split_once("关于").is_some_and(|(issuer, _)| issuers::SUFFIX.is_match(issuer.trim()))
            && agencies.begins_anew(title)
    };
    begins(next)
        && !line.contains("关于")
        && !line.contains(['《', '〈', '、'])
        && !issuers::SUFFIX.is_match(line)
        && !line.ends_with(['省', '市', '县', '区', '州', '旗'])
        && !rules.ends_as_title(strip_notes(line))
}

/// The title that a label of the head gives (`标题：…`), and the line after it.
fn labelled_title(
    text: &Text,
    lines: &[Line],
    rules: &OutlineRules,
) -> Option<(Stated<String>, usize)> {
    let last = lines.get(..HEAD_LINES.min(lines.len()))?.last()?;
    let value = rules.meta_value(MetaLabel::Title, text.slice(Span::new(0, last.span.end)))?;
    let span = bare_title(text, Span::new(value.start, value.end));
    let end = lines.iter().position(|l| l.span.end >= span.end)? + 1;
    (span.len() >= 18).then(|| (stated(text, span), end))
}

fn is_han(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// A line of the site around the text: dates, breadcrumbs, bars.
fn is_furniture(line: &str) -> bool {
    line.contains(['|', '>', '_'])
        || date::whole_line(line).is_some()
        || line.contains("http")
        || is_menu(line)
}

/// A line of links: many short words (`首页 机构概况 新闻中心 政务公开`), or the names of a site's pages.
fn is_menu(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let short = words.all(|word| (2..=5).contains(&word.chars().count()));
    short && line.split_whitespace().nth(3).is_some()
        || line.contains(" - ") && line.split(" - ").any(|part| part.ends_with('网'))
}

/// What stands before a date in brackets: a collection prints it behind the title, sometimes with the
/// addressee on the same line.
fn before_date(line: &str) -> &str {
    static DATED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\s*[（(]\s*(?:19|20)\d{2}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日?\s*[）)]")
            .expect("a constant pattern")
    });
    if !line.contains('年') {
        return line;
    }
    DATED.find(line).map_or(line, |m| &line[..m.start()])
}

/// The span of a title without a leading collection number, a trailing date and outer 《》.
fn bare_title(text: &Text, span: Span) -> Span {
    static LEADING: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(?:\d{1,3}\s*[.．、]\s*|标\s*题\s*[：:]\s*)").expect("a constant pattern")
    });
    static TRAILING: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\s*[\[【][^\[\]【】]{2,8}[\]】]\s*$").expect("a constant pattern")
    });
    let s = text.slice(span);
    let start = LEADING.find(s).map_or(0, |m| m.end());
    let end = TRAILING.find(s).map_or(s.len(), |m| m.start()).min(before_date(s).len());
    let span = trim(text, Span::new(span.start + start, span.start + end.max(start)));
    // That a text is a draft its tier says.
    let span = Span::new(span.start, span.start + without_draft_note(text.slice(span)).len());
    let s = text.slice(span);
    let whole = s.starts_with('《') && s.find('》') == Some(s.len() - '》'.len_utf8());
    if whole { Span::new(span.start + '《'.len_utf8(), span.end - '》'.len_utf8()) } else { span }
}

/// A title without closing remarks in brackets (`（试行）`, `（征求意见稿）`).
fn strip_notes(title: &str) -> &str {
    let mut title = title.trim_end();
    // So a template site calls what it has.
    let sample = |title: &str| title.strip_suffix("范文").map(str::len);
    while let Some(close) = title.chars().next_back().filter(|c| "）)】".contains(*c)) {
        let open = match close {
            '）' | ')' => title.rfind(['（', '(']),
            _ => title.rfind('【'),
        };
        match open {
            Some(at) if at > 0 => title = title[..at].trim_end(),
            _ => break,
        }
    }
    sample(title).map_or(title, |end| &title[..end])
}

fn balanced(title: &str) -> bool {
    title.matches('《').count() == title.matches('》').count()
        && title.matches(['（', '(']).count() == title.matches(['）', ')']).count()
}

/// A title with its line breaks undone; a space inside is kept where it parts two names.
fn stated(text: &Text, span: Span) -> Stated<String> {
    let lines = text.slice(span).split('\n').map(str::trim);
    let padded = |line: &str| line.split_whitespace().all(|part| part.chars().count() == 1);
    let unpadded =
        |line: &str| if padded(line) { line.split_whitespace().collect() } else { line.to_owned() };
    Stated { value: lines.map(unpadded).collect(), span }
}

struct Printed {
    title: Stated<String>,
    lines: std::ops::Range<usize>,
}

/// The document that a covering notice prints: the lines after the notice that repeat the title
/// which the notice says it issues.
fn printed_document(
    text: &Text,
    lines: &[Line],
    rules: &OutlineRules,
    opening: Option<&Stated<String>>,
    from: usize,
) -> Option<Printed> {
    let mut wanted: Vec<String> = Vec::new();
    let mut want = |s: &str| {
        if !ISSUING.is_match(s) {
            return;
        }
        if s.contains(['《', '〈']) {
            for c in ISSUED.captures_iter(s) {
                let title = c.get(1).map_or("", |m| m.as_str());
                wanted.extend([title, without_draft_note(title)].map(letters));
                let listed = c.get(2).map_or("", |m| m.as_str()).split('》');
                wanted.extend(listed.filter_map(|work| Some(letters(work.split_once('《')?.1))));
            }
        }
        if s.contains("关于") {
            wanted.extend(ISSUED_BARE.captures_iter(s).map(|c| letters(&c[1])));
        }
    };
    if let Some(title) = opening {
        want(&title.value);
    }
    let head = &lines[from.min(lines.len())..lines.len().min(from + HEAD_LINES)];
    for (i, line) in head.iter().enumerate() {
        want(text.slice(line.span));
        // The sentence may go on on the next line.
        if let Some(next) = head.get(i + 1).filter(|_| text.slice(line.span).ends_with('》')) {
            want(text.slice(line.span.cover(next.span)));
        }
    }
    wanted.retain(|w| w.chars().count() >= 6);
    if wanted.is_empty() {
        return None;
    }
    let last = lines.len().min(from + 120);
    let mut close = None;
    // Two titles of one work end alike: a quick look before they are compared.
    let ends_alike = |title: &str| {
        let end = title.chars().rev().find(|&c| is_letter(c));
        end.is_some_and(|end| wanted.iter().any(|w| w.ends_with(end)))
    };
    for start in from..last {
        let line = text.slice(lines[start].span);
        if rules.lists_annexes(line) || date::whole_line(line).is_some() || is_remark(line) {
            continue;
        }
        for end in start + 1..=(start + TITLE_LINES).min(lines.len()) {
            let span = lines[start].span.cover(lines[end - 1].span);
            if span.len() > PARAGRAPH {
                break;
            }
            // A line of the sentence that names it is not the title.
            if text.slice(span).ends_with(['。', '，', '；', '：']) {
                break;
            }
            let title = bare_title(text, span);
            let (full, bare) = (text.slice(title), strip_notes(text.slice(title)));
            if !ends_alike(full) && !ends_alike(bare) {
                continue;
            }
            let found = letters(bare);
            let full = if full == bare { found.clone() } else { letters(full) };
            let printed = || Printed { title: stated(text, title), lines: start..end };
            if wanted.iter().any(|w| *w == found || *w == full) {
                return Some(printed());
            }
            if wanted.iter().any(|w| same_work(w, &found) || same_work(w, &full)) {
                // The latest: a shorter name of the same work.
                close = Some(printed());
            }
        }
    }
    close
}

/// `X方案的通知` without 关于, and `X印发《Y》`, are notices that print only X or Y.
fn split_bare_notice(text: &Text, rules: &OutlineRules, header: &mut Header) {
    let Some(title) = &header.title else { return };
    let printed = text.slice(title.span);
    if let Some(work) = ISSUES.captures(printed).and_then(|c| c.get(2)) {
        let start = title.span.start + work.start();
        header.notice = header.title.replace(stated(text, Span::new(start, start + work.len())));
    } else if let Some(work) = printed.strip_suffix("的通知")
        && !work.contains("关于")
        && rules.ends_as_title(work)
    {
        let span = Span::new(title.span.start, title.span.start + work.len());
        header.notice = header.title.replace(stated(text, span));
    }
}

/// Where the items begin at once, nothing of the notice is printed but its title: the document is what
/// it issues.
fn without_notice(text: &Text, header: &mut Header) {
    let Some(title) = header.title.as_ref().filter(|_| header.notice.is_none()) else { return };
    let printed = text.slice(title.span);
    let issued = ISSUED.captures(printed).or_else(|| ISSUED_BARE.captures(printed));
    if let Some(work) = issued.and_then(|c| c.get(1)).filter(|_| printed.ends_with("的通知")) {
        let start = title.span.start + work.start();
        let work = bare_title(text, Span::new(start, start + work.len()));
        header.notice = header.title.replace(stated(text, work));
    }
}

/// A line that is a remark in brackets: `（此件公开发布）`.
fn is_remark(line: &str) -> bool {
    line.starts_with(['（', '(']) && line.ends_with(['）', ')'])
}

/// Whether two titles name one work, one of them with its maker or place before it.
fn same_work(a: &str, b: &str) -> bool {
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    short.chars().count() >= 8 && long.ends_with(short) && long.len() - short.len() <= 45
}

fn is_letter(c: char) -> bool {
    (is_han(c) || c.is_alphanumeric()) && c != '的'
}

/// Letters and digits only, no leading 关于, and no 的, which is often left out.
fn letters(title: &str) -> String {
    let mut all = String::with_capacity(title.len());
    all.extend(title.chars().filter(|&c| is_letter(c)));
    if all.starts_with("关于") {
        all.drain(.."关于".len());
    }
    all
}

fn read_meta(
    text: &Text,
    lines: &[Line],
    rules: &OutlineRules,
    agencies: &Agencies,
    until: usize,
    header: &mut Header,
) {
    let Some(last) = lines[..until].last() else { return };
    let head = Span::new(0, last.span.end);
    let labels = rules.meta_labels(text.slice(head));
    let value = |label| {
        let found =
            labels.contains(&label).then(|| rules.meta_value(label, text.slice(head)))??;
        Some(Span::new(found.start, found.end))
    };
    let dated = |span: Span| date::find(text.slice(span)).map(|(value, _)| Stated { value, span });
    header.written = value(MetaLabel::Written).or_else(|| value(MetaLabel::Sent)).and_then(dated);
    header.published = value(MetaLabel::Published).and_then(dated).or_else(|| {
        // A date with a time of day, or beside the source, is when a site published the text.
        static STAMP: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"(?:19|20)\d{2}-\d{1,2}-\d{1,2}(?:\s+\d{1,2}:\d{2}|\s*来源)")
                .expect("a constant pattern")
        });
        let found = STAMP.find(text.slice(head))?;
        dated(Span::new(found.start(), found.end()))
    });
    if let Some(span) = value(MetaLabel::Number) {
        header.number = Some(number(text, span));
    }
    for label in [MetaLabel::Issuer, MetaLabel::Source] {
        if header.issuers.is_empty()
            && let Some(span) = value(label)
        {
            header.issuers = issuers::names(text, span, agencies);
        }
    }
}

fn number(text: &Text, span: Span) -> Stated<String> {
    Stated { value: text.slice(span).split_whitespace().collect(), span }
}

fn read_number(text: &Text, lines: &[Line], until: usize, header: &mut Header) {
    if header.number.is_some() {
        return;
    }
    let head = &lines[..until.min(lines.len())];
    let at = |l: &Line, m: Match| Span::new(l.span.start + m.start(), l.span.start + m.end());
    header.number = head.iter().find_map(|l| {
        let found = NUMBER.captures(text.slice(l.span))?.get(1)?;
        Some(number(text, at(l, found)))
    });
    if header.number.is_some() {
        return;
    }
    let order = head.iter().filter(|l| is_remark(text.slice(l.span))).find_map(|l| {
        let found = ORDER.captures(text.slice(l.span))?;
        Some((at(l, found.get(1)?), at(l, found.get(2)?)))
    });
    if let Some((order, giver)) = order {
        header.number = Some(number(text, order));
        if header.issuers.is_empty() {
            header.issuers = vec![number(text, giver)];
        }
    }
}

/// When an order was made public: the bracket under its title says so.
fn read_promulgated(text: &Text, head: &[Line], header: &mut Header) {
    static PROMULGATED: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"日[^，。；]*公布").expect("a constant pattern"));
    let said = head
        .iter()
        .filter(|l| is_remark(text.slice(l.span)) && PROMULGATED.is_match(text.slice(l.span)));
    let dated = said.filter_map(|l| {
        let (value, _) = date::find(text.slice(l.span))?;
        Some(Stated { value, span: l.span })
    });
    header.published = header.published.take().or_else(|| dated.into_iter().next());
}

/// Skips the lines between the title and the text: a repeated title, the number, dates, a table of
/// contents.
fn skip_subtitle(
    text: &Text,
    lines: &[Line],
    rules: &OutlineRules,
    mut at: usize,
    header: &Header,
) -> usize {
    let title = header.title.as_ref().map(|t| letters(&t.value)).unwrap_or_default();
    // A labelled title is printed again above the text.
    let repeated = (at..lines.len().min(at + REPEATED)).rev().find(|&i| {
        let line = text.slice(lines[i].span);
        line.chars().rfind(|&c| is_letter(c)) == title.chars().next_back() && {
            let here = letters(line);
            here.chars().count() > 6 && title.ends_with(&here)
        }
    });
    at = repeated.map_or(at, |i| i + 1);
    let mut pending = String::new();
    while let Some(line) = lines.get(at) {
        let s = text.slice(line.span);
        if opens_contents(s) {
            at = after_contents(text, lines, at + 1);
            continue;
        }
        let here = letters(s);
        pending.push_str(&here);
        // A short line from the middle of the title may be the name of a table's column.
        let piece = title.starts_with(&here) || here.chars().count() > 6 && title.contains(&here);
        let repeats = here.chars().count() > 3
            && (piece || letters(strip_notes(s)) == title || pending == title);
        let note = s.starts_with(['（', '(']) && s.ends_with(['）', ')']) && s.len() < 90;
        let skip = repeats
            || rules.is_meta(s)
            || NUMBER.is_match(s)
            || date::whole_line(s).is_some()
            || (note && rules.number(s, |_| 0).is_none())
            || (s.len() < PARAGRAPH && is_furniture(s));
        if !skip {
            break;
        }
        at += 1;
    }
    at
}

/// Whether a line is the title of a table of contents.
pub fn opens_contents(line: &str) -> bool {
    line.starts_with('目') && line.chars().filter(|c| !c.is_whitespace()).eq("目录".chars())
}

/// The line after a table of contents that begins at `from`: where its first entry comes again.
pub fn after_contents(text: &Text, lines: &[Line], from: usize) -> usize {
    let Some(first) = lines.get(from).map(|l| letters(text.slice(l.span))) else { return from };
    let key: String = first.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned();
    (from + 1..lines.len())
        .find(|&i| !key.is_empty() && letters(text.slice(lines[i].span)).starts_with(&key))
        .unwrap_or(from)
}

fn read_genre(text: &Text, lines: &[Line], rules: &OutlineRules, body: usize, header: &mut Header) {
    let title = header.title.as_ref().map(|t| t.value.clone()).unwrap_or_default();
    let from = header.title.as_ref().map_or(0, |t| t.span.start);
    let to = lines.get(body).map_or(text.span().end, |l| l.span.start);
    let top = lines.first().map_or(0, |l| l.span.start);
    let head = text.slice(Span::new(from.min(to).max(top.min(to)), to));
    header.tier = Some(rules.tier(head, text.as_str()));
    let named = strip_notes(&title);
    let ends = rules.ends_as_title(named);
    // A notice whose printed document is not in the text is filed under what it issues.
    let issued = ISSUED
        .captures(named)
        .and_then(|c| c.get(1))
        .or_else(|| ISSUED_BARE.captures(named).and_then(|c| c.get(1)));
    let named = issued.map_or(named, |m| strip_notes(m.as_str()));
    header.genre = if ends || header.number.is_some() || header.notice.is_some() {
        rules.genre(named)
    } else if header.published.is_some() {
        Some(Genre::News)
    } else {
        rules.genre(named)
    };
}

/// The year that a title names.
fn year_in(title: &str) -> Option<i16> {
    static YEAR: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"((?:19|20)\d{2})\s*年(?:度|工|重|优|实|营|深|全|教|行|$|\p{Han})")
            .expect("a constant pattern")
    });
    YEAR.captures(title)?[1].parse().ok()
}
