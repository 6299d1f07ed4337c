//! Time limits of tasks: in brackets, cells and behind labels, and in running text.
//!
//! Invariant: a deadline quotes the time alone, without label and verb; one task states the same
//! text once. A time in running text counts only where the clause limits something by it: years in
//! titles, names of events, bases of comparison and past times are left out. The target extractor
//! depends on the result.

use foldhash::{HashSet, HashSetExt};

use super::clause::{Clause, clauses};
use crate::knowledge::deadlines::{DeadlineRules, Strength, Time};
use crate::model::{Deadline, Document, NodeId, NodeKind, Precision, ROOT, Span};

/// The deadlines of a document, in the order of its nodes: of those that one task states in the same
/// words, the first.
pub fn deadlines(document: &Document, rules: &DeadlineRules) -> Vec<Deadline> {
    distinct(document, every(document, rules))
}

/// `found` without the deadlines that a task repeats in the same words.
pub fn distinct(document: &Document, mut found: Vec<Deadline>) -> Vec<Deadline> {
    let mut seen = HashSet::new();
    found.retain(|d| seen.insert((d.task, squeezed(document.text.slice(d.quote)))));
    found
}

/// The deadlines of a document with those that are repeated, for what hangs on their places.
pub fn every(document: &Document, rules: &DeadlineRules) -> Vec<Deadline> {
    let reader = Reader { document, rules, text: document.text.as_str() };
    let mut found = Vec::new();
    for (id, node) in document.nodes() {
        let task = match node.kind {
            NodeKind::Root | NodeKind::Section => ROOT,
            _ => id,
        };
        for &span in &node.assignments {
            reader.assignment(task, span, &mut found);
        }
        if node.kind != NodeKind::Practice {
            for &span in &node.own {
                if node.kind != NodeKind::Section || node.heading != Some(span) {
                    let covering = node.kind == NodeKind::Section && node.number.is_none();
                    reader.prose(task, covering, span, &mut found);
                }
            }
        }
    }
    found
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

struct Reader<'a> {
    document: &'a Document,
    rules: &'a DeadlineRules,
    text: &'a str,
}

impl Reader<'_> {
    /// Brackets, label lines and cells: a time counts where it stands alone or is a limit by its wording.
    fn assignment(&self, task: NodeId, span: Span, found: &mut Vec<Deadline>) {
        let text = self.document.text.slice(span);
        let mut previous: Option<usize> = None;
        for time in self.rules.times(text, self.document.header.year) {
            let alone = stands_alone(text, &time);
            let taken = match time.strength {
                Strength::Bound => true,
                Strength::Edge | Strength::Open | Strength::Cell => alone,
            };
            if !taken
                || self.rules.is_past(text[..time.start].trim_end(), &text[time.start..time.end])
            {
                continue;
            }
            // `2023年12月底前并长期坚持` is one limit
            if time.precision == Precision::Ongoing
                && let Some(end) = previous
                && let Some(last) = found.last_mut()
                && joined(&text[end..time.start])
            {
                last.ongoing = true;
                last.quote.end = span.start + time.end;
                previous = None;
                continue;
            }
            previous = time.date.map(|_| time.end);
            let confidence = if alone { 0.97 } else { 0.9 };
            found.push(self.deadline(
                task,
                &time,
                span.start,
                line_of(self.text, span, &time),
                confidence,
            ));
        }
    }

    /// `covering`: whether the text is that of a covering notice or the like, before the items.
    fn prose(&self, task: NodeId, covering: bool, span: Span, found: &mut Vec<Deadline>) {
        let text = self.document.text.slice(span);
        let times = self.rules.times(text, self.document.header.year);
        if times.is_empty() {
            return;
        }
        let clauses = clauses(self.text, span);
        let mut recurring: Option<Span> = None;
        for mut time in times {
            let place = Span::new(span.start + time.start, span.start + time.end);
            let at = clauses.partition_point(|c| c.span.end < place.end);
            if !clauses.get(at).is_some_and(|c| c.span.contains(place)) {
                continue;
            }
            let sentence = clauses[at].sentence;
            // `每年1月底前申报，2月底前审核`: the second recurs with the first
            let printed = &self.text[place.start..place.end];
            if time.precision == Precision::Recurring && printed.starts_with("每年") {
                recurring = Some(sentence);
            } else if recurring == Some(sentence)
                && matches!(time.precision, Precision::Day | Precision::Month)
                && !printed.contains('年')
            {
                time = Time { precision: Precision::Recurring, date: None, ..time };
            }
            // when to comment on a draft or to report on the whole concerns no task
            let comment = covering
                && time.precision != Precision::Recurring
                && self.rules.is_comment(&self.text[sentence.start..sentence.end]);
            if comment {
                continue;
            }
            if let Some(confidence) = self.limits(&time, place, &clauses, at) {
                found.push(self.deadline(task, &time, span.start, sentence, confidence));
            }
        }
    }

    /// How surely a time in running text is a limit; none where it is not.
    fn limits(&self, time: &Time, place: Span, clauses: &[Clause], at: usize) -> Option<f32> {
        let clause = clauses[at];
        let whole = &self.text[clause.span.start..clause.span.end];
        let printed = &self.text[place.start..place.end];
        let before = self.text[clause.span.start..place.start].trim_end();
        let after = self.text[place.end..clause.span.end].trim_start();
        // `“拿地即开工、年内须竣工”`, `一季度开门红、二季度增长稳`: mottos
        let motto = time.strength != Strength::Bound && in_quotes(before)
            || time.precision == Precision::Quarter && before.contains("季度");
        if motto || in_title(before) || self.is_gone(time, printed) || concerns(before, after) {
            return None;
        }
        if self.carries_on(time, printed, before, after) {
            return Some(0.8);
        }
        if self.rules.is_past(before, printed)
            || self.rules.is_start(behind_bracket(after))
            || self.rules.is_validity(whole)
        {
            return None;
        }
        // a single day in brackets is that of a document's writing, one before 印发 that of its print
        let single_day = time.precision == Precision::Day
            && time.strength == Strength::Open
            && !is_window(printed);
        let written = alone_in_bracket(before, after) && !after.starts_with("前");
        if single_day && (written || after == "印发") {
            return None;
        }
        if alone_in_bracket(before, after) && !self.rules.is_name(before) {
            return Some(0.85);
        }
        let behind_label = before.is_empty()
            && at.checked_sub(1).map(|i| clauses[i].span).is_some_and(|label| {
                self.text[label.end..place.start].starts_with(['：', ':'])
                    && self.rules.is_label(&self.text[label.start..label.end])
            });
        // a clause that is nothing but the time limits the next one
        let scope = if after.is_empty() {
            clauses
                .get(at + 1)
                .filter(|c| c.sentence == clause.sentence)
                .map_or("", |c| &self.text[c.span.start..c.span.end])
        } else {
            after
        };
        if scope.starts_with('是') {
            return None;
        }
        let reached = self.rules.reached(scope).filter(|&at| scope[..at].chars().count() <= 30);
        // 当年 is the year of whatever the clause is about
        let counted = time.date.is_some() && !printed.starts_with(['当', '本']);
        let reached = reached.or_else(|| counts(scope).filter(|_| counted));
        let leads_in = self.rules.leads_in(before);
        match time.strength {
            Strength::Bound => Some(0.9),
            Strength::Edge => reached.map(|_| 0.8),
            Strength::Open if leads_in && reached.is_some() => Some(0.85),
            Strength::Open if before.is_empty() && reached.is_some() => Some(0.75),
            Strength::Open if reached == Some(0) && !after.is_empty() => Some(0.7),
            Strength::Open | Strength::Cell => behind_label.then_some(0.8),
        }
    }

    /// Whether a policy is carried out until then: `执行期限至2023年12月31日`, or the clause is nothing but
    /// the days from and to which it is (`自2023年1月1日至12月31日，`).
    fn carries_on(&self, time: &Time, printed: &str, before: &str, after: &str) -> bool {
        let day = matches!(time.precision, Precision::Day | Precision::Month | Precision::Year);
        if !day || time.date.is_none() {
            return false;
        }
        let until = before.strip_suffix(['至', '到', '为']);
        let until = until.or_else(|| printed.starts_with(['至', '到']).then_some(before));
        if until.is_some_and(|word| self.rules.lasts(word)) && !self.rules.is_start(after) {
            return true;
        }
        let from = before.strip_suffix(['自', '从', '于']).unwrap_or(before);
        time.precision == Precision::Day && is_window(printed) && from.is_empty() && {
            let after = after.trim_start_matches(['止', '期', '间']);
            after.is_empty()
        }
    }

    /// Whether the time lay in the past when the document was written.
    fn is_gone(&self, time: &Time, printed: &str) -> bool {
        let Some(date) = time.date else { return false };
        let header = &self.document.header;
        let written = header.written.as_ref().or(header.published.as_ref());
        // `3月底前` is printed in April too; 当年 may be any year
        let same_year = time.strength == Strength::Bound
            && header.year == Some(date.year())
            && !printed.starts_with('当');
        written.is_some_and(|w| date < w.value && !same_year)
            || header.year.is_some_and(|y| date.year() < y)
    }

    fn deadline(
        &self,
        task: NodeId,
        time: &Time,
        base: usize,
        evidence: Span,
        confidence: f32,
    ) -> Deadline {
        Deadline {
            task,
            quote: Span::new(base + time.start, base + time.end),
            date: time.date,
            ongoing: time.precision == Precision::Ongoing,
            precision: time.precision,
            evidence,
            confidence,
        }
    }
}

/// Where the text first counts something in digits, dates aside.
fn counts(text: &str) -> Option<usize> {
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let number = text.len() - rest.len() + at;
        rest = rest[at..].trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let unit = rest.trim_start();
        if !unit.starts_with([
            '年', '月', '日', '号', '时', '点', '届', '级', '-', '—', '―', '〕', '）',
        ]) && !unit.is_empty()
        {
            return Some(number);
        }
    }
    None
}

/// The line of an assignment that holds the time.
fn line_of(text: &str, span: Span, time: &Time) -> Span {
    let (from, to) = (span.start + time.start, span.start + time.end);
    let start = text[span.start..from].rfind('\n').map_or(span.start, |i| span.start + i + 1);
    let end = text[to..span.end].find('\n').map_or(span.end, |i| to + i);
    Span::new(start, end)
}

fn is_edge(c: char) -> bool {
    c.is_whitespace() || "，,。；;、：:（）()〔〕[]［］【】—-".contains(c)
}

/// Whether a time stands between stops, a closing 完成 or the like aside.
fn stands_alone(text: &str, time: &Time) -> bool {
    let before = text[..time.start].chars().next_back();
    let mut after = &text[time.end..];
    for verb in ["前", "完成", "并", "实现", "取得", "落实", "启动", "全部"] {
        if let Some(rest) = after.strip_prefix(verb) {
            after = rest;
            if verb == "并" {
                return before.is_none_or(is_edge);
            }
        }
    }
    let before_ok = before.is_none_or(is_edge) || text[..time.start].ends_with('并');
    before_ok && after.chars().next().is_none_or(is_edge)
}

/// Whether nothing but a stop or 并 stands between a date and `长期坚持`.
fn joined(between: &str) -> bool {
    let rest =
        between.trim_start_matches("完成").trim_matches([' ', '，', ',', '、', '；', ';', '/']);
    matches!(rest, "" | "并" | "且" | "后" | "之后" | "前" | "完成并")
}

fn in_title(before: &str) -> bool {
    before.matches('《').count() > before.matches('》').count()
}

fn in_quotes(before: &str) -> bool {
    before.matches('“').count() > before.matches('”').count()
}

fn alone_in_bracket(before: &str, after: &str) -> bool {
    let after = after.strip_prefix("前").unwrap_or(after);
    let after = after.strip_prefix("完成").unwrap_or(after);
    before.ends_with(['（', '(', '〔', '[', '【'])
        && after.starts_with(['）', ')', '〕', ']', '】'])
}

/// Whether the clause goes on to say whom a rule concerns (`2024年底前入驻的`, `对当年新增投资超过1亿元的企业`).
fn concerns(before: &str, after: &str) -> bool {
    after.ends_with('的') || before == "对" && after.contains('的')
}

/// Whether days from and to are printed.
fn is_window(printed: &str) -> bool {
    printed.contains(['至', '到', '-', '—', '－', '–', '~', '～'])
}

/// The text behind a bracket that opens it (`（含当日）以后`).
fn behind_bracket(after: &str) -> &str {
    let inner = after.strip_prefix(['（', '(']);
    inner.and_then(|inner| inner.split_once(['）', ')'])).map_or(after, |(_, behind)| behind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Header, Node, Text};

    fn read(text: &str, in_assignment: bool) -> Vec<(String, Option<String>, bool)> {
        let whole = Span::new(0, text.len());
        let node = |kind, own: Vec<Span>, assignments: Vec<Span>| Node {
            kind,
            parent: ROOT,
            path: String::new(),
            number: None,
            heading: None,
            own,
            assignments,
            span: whole,
            in_table: false,
            columns: vec![],
            counterpart: None,
        };
        let task = if in_assignment {
            node(NodeKind::Task, vec![], vec![whole])
        } else {
            node(NodeKind::Task, vec![whole], vec![])
        };
        let document = Document {
            text: Text::new(text.to_owned(), vec![(0, 1)], vec![]),
            header: Header { year: Some(2023), ..Header::default() },
            nodes: vec![node(NodeKind::Root, vec![], vec![]), task],
        };
        deadlines(&document, &DeadlineRules::embedded())
            .iter()
            .map(|d| {
                (document.text.slice(d.quote).to_owned(), d.date.map(|d| d.to_string()), d.ongoing)
            })
            .collect()
    }

    #[test]
    fn running_text_reads_the_examples_of_the_table() {
        for example in DeadlineRules::embedded().examples() {
            let found = read(&example.text, false);
            let quotes: Vec<_> = found.iter().map(|f| f.0.as_str()).collect();
            match example.quote.as_str() {
                "" => assert!(quotes.is_empty(), "{example:?} {quotes:?}"),
                quote => assert_eq!(quotes, [quote], "{example:?}"),
            }
        }
    }

    #[test]
    fn dates_that_share_a_bound_are_limits_each() {
        for example in DeadlineRules::embedded().shared_examples() {
            let found = read(&example.text, false);
            let dates: Vec<_> = found.iter().filter_map(|f| f.1.clone()).collect();
            assert_eq!(dates, example.dates, "{example:?}");
        }
    }

    #[test]
    fn brackets_and_cells_state_time_limits() {
        let one = |text: &str, date: Option<&str>, ongoing| {
            let found = read(text, true);
            assert_eq!(found.len(), 1, "{text}: {found:?}");
            assert_eq!((found[0].1.as_deref(), found[0].2), (date, ongoing), "{text}");
            found[0].0.clone()
        };
        assert_eq!(
            one("（市教育局牵头，2023年10月底前完成）", Some("2023-10-31"), false),
            "2023年10月底前"
        );
        assert_eq!(one("（市教育局牵头，长期推进）", None, true), "长期推进");
        assert_eq!(
            one("完成时限：2023年12月底前并长期坚持", Some("2023-12-31"), true),
            "2023年12月底前并长期坚持"
        );
        assert_eq!(one("9月", Some("2023-09-30"), false), "9月");
        assert_eq!(read("市政府办公室持续推进专班", true), []);
    }
}
