//! Quantified aims, results and rules.
//!
//! Invariant: a target quotes the clause that states it and takes its deadline from that clause,
//! else from the sentence before it, else from the only time limit its item is given in a bracket
//! or cell; none is invented. One target a quantity, two for a range, one for all `全覆盖` of a clause.

mod label;
mod limit;

use std::sync::LazyLock;

use foldhash::{HashMap, HashMapExt};

use super::bound::{bound, strip};
use super::clause::{Clause, clauses};
use super::judge::{Place, Silence, judge};
use super::quantity::{Amount, Quantity, quantities};
use crate::knowledge::targets::{TargetRules, UnitKind};
use crate::knowledge::words::Chars;
use crate::model::{
    Comparator, Deadline, Document, Genre, NodeId, NodeKind, ROOT, Span, Target, TargetClass, Value,
};

/// Bytes of a clause, and of what is read before it; prose has none longer, and so the work stays
/// linear in the document.
const LONGEST: usize = 3000;

/// The targets of a document, in the order of its nodes; `deadlines` are those of the same document.
pub fn targets(document: &Document, rules: &TargetRules, deadlines: &[Deadline]) -> Vec<Target> {
    read(document, rules, deadlines).targets
}

/// The quantities of a document that the words around them show to be no aims (conditions, bases,
/// names, the parts of something), in the order of its nodes.
pub fn passed_over(document: &Document, rules: &TargetRules) -> Vec<Span> {
    read(document, rules, &[]).passed_over
}

/// What was read in a document, and what was understood to state nothing.
#[derive(Default)]
struct Found {
    targets: Vec<Target>,
    passed_over: Vec<Span>,
}

fn read(document: &Document, rules: &TargetRules, deadlines: &[Deadline]) -> Found {
    let mut by_task: HashMap<NodeId, Vec<&Deadline>> = HashMap::new();
    for deadline in deadlines {
        by_task.entry(deadline.task).or_default().push(deadline);
    }
    let mut times: Vec<Span> = deadlines.iter().map(|d| d.quote).collect();
    times.sort_unstable();
    let reader = Reader { document, rules, text: document.text.as_str(), by_task, times };
    let mut found = Found::default();
    let told_nodes = under(document, |heading| names_the_past(heading, rules));
    let wanting = under(document, |heading| rules.words.wanting.is_in(heading));
    for (id, node) in document.nodes() {
        let whole = matches!(node.kind, NodeKind::Root | NodeKind::Section);
        let told = matches!(document.header.genre, Some(Genre::Report | Genre::News));
        if told && wanting[id] {
            continue;
        }
        let class = if node.kind == NodeKind::Practice || whole && told || told_nodes[id] {
            TargetClass::Achievement
        } else if document.header.genre == Some(Genre::Regulation) {
            // a regulation sets rules, no aims
            TargetClass::Limit
        } else {
            TargetClass::Target
        };
        for &span in &node.own {
            // the heading of a section is a slogan, no statement
            if node.kind != NodeKind::Section || node.heading != Some(span) {
                reader.read(if whole { ROOT } else { id }, id, class, span, &mut found);
            }
        }
    }
    found
}

/// For each node, whether it is or stands below a section with such a heading.
fn under(document: &Document, such: impl Fn(&str) -> bool) -> Vec<bool> {
    let mut found = vec![false; document.nodes.len()];
    for (id, node) in document.nodes() {
        let own = matches!(node.kind, NodeKind::Section | NodeKind::Practice)
            && node.heading.is_some_and(|h| such(document.text.slice(h)));
        found[id] = own || id != ROOT && found[node.parent];
    }
    found
}

/// Whether a heading is that of what was reached (`发展现状`) and not of what to do (`提升工作成效`).
fn names_the_past(heading: &str, rules: &TargetRules) -> bool {
    let w = &rules.words;
    let heading = heading.trim_end().trim_end_matches(['。', '：', ':']);
    let rest = rules.told.iter().find_map(|word| heading.strip_suffix(word.as_str()));
    rest.is_some_and(|rest| !w.aim.is_in(rest) && !w.rise.is_in(rest))
}

struct Reader<'a> {
    document: &'a Document,
    rules: &'a TargetRules,
    text: &'a str,
    by_task: HashMap<NodeId, Vec<&'a Deadline>>,
    /// Where time limits stand, in order.
    times: Vec<Span>,
}

/// One quantity on its way to a target.
struct Claim {
    class: TargetClass,
    confidence: f32,
    quantity: Quantity,
    comparator: Comparator,
    /// Byte offsets in the clause: where the words that belong to the quantity begin and end.
    head: usize,
    tail: usize,
    /// Whether it shares the words of the quantity before it.
    linked: bool,
}

/// Where the claims of one clause come from.
struct Source<'a> {
    /// What the facts belong to.
    task: NodeId,
    /// The node whose text it is.
    node: NodeId,
    clause: &'a Clause,
    /// The paragraph that it stands in.
    paragraph: Span,
    claims: &'a [Claim],
}

impl Reader<'_> {
    fn read(&self, task: NodeId, node: NodeId, class: TargetClass, span: Span, found: &mut Found) {
        if !may_hold_a_number(self.slice(span)) {
            return;
        }
        let clauses = clauses(self.text, span);
        let mut counted: Option<Span> = None;
        for clause in &clauses {
            let text = self.slice(clause.span);
            if text.len() > LONGEST || !may_hold_a_number(text) {
                continue;
            }
            let continues = counted == Some(clause.sentence);
            // by a day even a regulation aims at something
            let dated = class == TargetClass::Limit
                && self.holds_a_time(clause.span)
                && self.rules.words.exactly.is_in(text);
            let class = if dated { TargetClass::Target } else { class };
            let claims = self.claims(clause, text, class, continues, &mut found.passed_over);
            if claims.iter().any(|c| c.class != TargetClass::Limit && is_counted(c.quantity.kind)) {
                counted = Some(clause.sentence);
            }
            let source = Source { task, node, clause, paragraph: span, claims: &claims };
            for which in 0..claims.len() {
                self.push(&source, which, &mut found.targets);
            }
        }
    }

    /// Where the part of the sentence before a clause begins that is worth reading.
    fn look_back(&self, clause: &Clause) -> usize {
        let mut from = clause.span.start.saturating_sub(LONGEST).max(clause.sentence.start);
        while !self.text.is_char_boundary(from) {
            from += 1;
        }
        from
    }

    /// Where the part of the sentence behind a clause ends that is worth reading.
    fn look_ahead(&self, clause: &Clause) -> usize {
        let mut to = (clause.span.end + LONGEST).min(clause.sentence.end);
        while !self.text.is_char_boundary(to) {
            to -= 1;
        }
        to
    }

    fn slice(&self, span: Span) -> &str {
        &self.text[span.start..span.end]
    }

    fn claims(
        &self,
        clause: &Clause,
        text: &str,
        class: TargetClass,
        continues: bool,
        passed_over: &mut Vec<Span>,
    ) -> Vec<Claim> {
        let w = &self.rules.words;
        let earlier = &self.text[self.look_back(clause)..clause.span.start];
        let later = &self.text[clause.span.end..self.look_ahead(clause)];
        let all = quantities(text, self.rules);
        let mut claims: Vec<Claim> = Vec::new();
        // where the group of quantities that share one bound begins, and where the last one ended
        let (mut group, mut end) = (0, None::<usize>);
        for (which, quantity) in all.iter().enumerate() {
            let right = &text[quantity.end..];
            let linked = end.is_some_and(|end| {
                end <= quantity.start
                    && w.joint.strip_start(text[end..quantity.start].trim()) == Some("")
            });
            if !linked {
                group = quantity.start;
            }
            let left = &text[..group];
            let mut bound = bound(left, right, quantity.kind, self.rules);
            end = Some(quantity.end + bound.suffix);
            let shared = w.respectively.is_in(left) && bound.suffix == 0;
            if shared && let Some(comparator) = self.shared_bound(text, &all[which..]) {
                bound.comparator = if matches!(bound.comparator, Comparator::Inc | Comparator::Dec)
                {
                    bound.comparator
                } else {
                    comparator
                };
            }
            let quantity_span =
                Span::new(clause.span.start + quantity.start, clause.span.start + quantity.end);
            // `印发之日起30日内` is by when
            if quantity.kind == Some(UnitKind::Time) && self.is_within_a_time(quantity_span) {
                continue;
            }
            if self.is_left_behind(text, quantity, all.get(which + 1)) {
                passed_over.push(quantity_span);
                continue;
            }
            let past = class != TargetClass::Achievement
                && self.tells_the_past(clause, clause.span.start + quantity.start);
            let class = if class == TargetClass::Target && self.is_done(later) {
                TargetClass::Achievement
            } else {
                class
            };
            let place = Place { class, left, right, earlier, later, continues, past };
            match judge(quantity, &bound, place, self.rules) {
                Err(Silence::NoAim) => passed_over.push(quantity_span),
                Err(Silence::Unclear) => {}
                Ok((class, confidence)) => claims.push(Claim {
                    class,
                    confidence,
                    comparator: self.stated(text, quantity).unwrap_or(bound.comparator),
                    head: bound.head,
                    tail: quantity.end + bound.suffix,
                    quantity: quantity.clone(),
                    linked,
                }),
            }
        }
        claims.extend(self.full_coverage(clause, class));
        claims.sort_by_key(|claim| claim.quantity.start);
        claims
    }

    /// Whether a quantity is part of a time limit.
    fn is_within_a_time(&self, quantity: Span) -> bool {
        self.times
            .get(..self.times.partition_point(|t| t.start <= quantity.start))
            .and_then(<[Span]>::last)
            .is_some_and(|time| time.contains(quantity) && time.start < quantity.start)
    }

    fn holds_a_time(&self, span: Span) -> bool {
        let next = self.times.partition_point(|time| time.start < span.start);
        self.times.get(next).is_some_and(|time| span.contains(*time))
    }

    /// Whether the sentence goes on to say that it is done (`…等2项举措，我省已落实到位`).
    fn is_done(&self, later: &str) -> bool {
        let w = &self.rules.words;
        let next = later.trim_start_matches(['，', ',']);
        let next = next.split(['，', ',', '；', '。']).next().unwrap_or_default();
        let so_far: String = next.chars().take(6).collect();
        so_far.contains('已') && w.settled.strip_end(next.trim_end()).is_some()
    }

    /// Whether the sentence up to `end` tells what was reached before: a word of the past in the
    /// clause, or a stronger one or a past year in the sentence, and no word of intent behind it.
    fn tells_the_past(&self, clause: &Clause, end: usize) -> bool {
        let w = &self.rules.words;
        let from = self.look_back(clause);
        let so_far = &self.text[from..end];
        let here = clause.span.start - from;
        // 目前尚未完成的 are those to be done
        let told = w
            .past
            .all(&so_far[here..])
            .filter(|&(_, end)| w.not_yet.strip_start(&so_far[here + end..]).is_none())
            .map(|(start, _)| here + start)
            .last();
        let done = w
            .aim
            .all(&so_far[here..])
            .filter(|&(_, end)| w.done.strip_start(&so_far[here + end..]).is_some());
        let told = told.max(done.map(|(start, _)| here + start).last());
        let compared = |at: usize| w.compared.strip_end(&so_far[..at]).is_some();
        let long =
            w.long_past.all(so_far).map(|(start, _)| start).filter(|&at| !compared(at)).last();
        let (past_year, coming_year) = match self.last_year(so_far) {
            Some((start, true)) => (Some(start), None),
            other => (None, other.map(|(start, _)| start)),
        };
        let Some(at) = told.max(long).max(past_year) else { return false };
        let intent = w.modality.last(so_far).map(|(start, _)| start);
        let ahead = intent.max(w.ahead.last(so_far).map(|(start, _)| start)).max(coming_year);
        ahead.is_none_or(|ahead| ahead < at) && !w.base.is_in(&so_far[at..])
    }

    /// Where the last year stands, and whether it was over when the work began; one that is only
    /// compared with is left aside.
    fn last_year(&self, so_far: &str) -> Option<(usize, bool)> {
        let year = self.document.header.year?;
        so_far.match_indices('年').rev().find_map(|(end, _)| {
            let before = so_far[..end].trim_end();
            let start = before.len().checked_sub(4)?;
            let printed: i16 = before.get(start..)?.parse().ok()?;
            let compared = self.rules.words.compared.strip_end(before.get(..start)?).is_some();
            (printed > 1900 && !compared).then_some((start, printed < year))
        })
    }

    /// The bound behind the last of several joint quantities (`90%、60%以上`).
    fn shared_bound(&self, text: &str, rest: &[Quantity]) -> Option<Comparator> {
        let w = &self.rules.words;
        for pair in rest.windows(2) {
            let between = text.get(pair[0].end..pair[1].start)?.trim();
            if w.joint.strip_start(between) != Some("") || pair[0].kind != pair[1].kind {
                return None;
            }
            let right = text[pair[1].end..].trim_start();
            if w.or_more.strip_start(right).is_some() {
                return Some(Comparator::Ge);
            }
            if w.or_less.strip_start(right).is_some() {
                return Some(Comparator::Le);
            }
        }
        None
    }

    /// `由50个工作日压减至45个工作日`: the first of the two.
    fn is_left_behind(&self, text: &str, quantity: &Quantity, next: Option<&Quantity>) -> bool {
        let Some(next) = next.filter(|n| n.kind == quantity.kind) else { return false };
        let Some(between) = text.get(quantity.end..next.start) else { return false };
        let bare = strip(between, self.rules);
        let reaches = self
            .rules
            .words
            .exactly
            .strip_end(bare)
            .is_some_and(|rest| bare.len() - rest.len() > 3)
            || self.rules.words.at_most.strip_end(bare).is_some();
        reaches && text[..quantity.start].contains(['由', '从', '原'])
    }

    /// The comparator of a rank (`前10名`) and of a pledge (`保5`).
    fn stated(&self, text: &str, quantity: &Quantity) -> Option<Comparator> {
        let left = text[..quantity.start].trim_end();
        if left.ends_with('前') && matches!(quantity.unit.as_deref(), None | Some("名" | "位")) {
            return Some(Comparator::Le);
        }
        let secured = quantity.kind.is_none() && left.ends_with(self.rules.pledge.secure.as_str());
        secured.then_some(Comparator::Ge)
    }

    fn full_coverage(&self, clause: &Clause, class: TargetClass) -> Option<Claim> {
        let w = &self.rules.words;
        let text = self.slice(clause.span);
        let (start, end) = w.all.first(text)?;
        let left = &text[..start];
        // `100%全覆盖` is said once
        if left.trim_end().ends_with(['%', '％']) {
            return None;
        }
        // 健全覆盖 is 健全 + 覆盖.
        if w.not_all.strip_end(left).is_some() {
            return None;
        }
        let titled = left.matches('《').count() > left.matches('》').count();
        let right = &text[end..];
        // `实施全覆盖清单管理`, `全覆盖、全流程监管`: what sort of work, not how far it reaches
        let bare = left.trim_end();
        let named = !bare.is_empty()
            && !bare.ends_with(['、', '，'])
            && w.aim.strip_end(bare).is_none()
            && w.make.strip_end(bare).is_none();
        let sort = !right.is_empty() && !named || right.starts_with("、全");
        if titled
            || sort
            || w.base.is_in(&text[end..])
            || left.ends_with(['未', '不'])
            || class != TargetClass::Achievement
                && self.tells_the_past(clause, clause.span.start + start)
        {
            return None;
        }
        Some(Claim {
            class,
            confidence: 0.85,
            quantity: Quantity {
                start,
                end,
                amount: Amount::One("100".into()),
                unit: Some("%".into()),
                kind: Some(UnitKind::Percent),
                chinese: false,
            },
            comparator: Comparator::Eq,
            head: start,
            tail: end,
            linked: false,
        })
    }

    fn push(&self, place: &Source<'_>, which: usize, found: &mut Vec<Target>) {
        let (clause, claim) = (place.clause, &place.claims[which]);
        let quote = self.quote(clause, place.claims, which);
        let deadline = self.deadline(place, claim);
        let at = clause.span.start;
        // behind the time before it, where the two share no words
        let timed = claim.quantity.kind == Some(UnitKind::Time) && !claim.linked;
        let floor = which.checked_sub(1).map(|i| &place.claims[i]);
        let floor = floor.filter(|c| timed && c.quantity.kind == claim.quantity.kind);
        let floor = floor.map_or(0, |c| at + c.tail).min(at + claim.head).max(quote.start);
        let named = Span::new(floor, quote.end);
        let before = &self.text[quote.start..at + claim.quantity.start];
        // 保证金 promises nothing
        let modality = self
            .rules
            .words
            .modality
            .all(before)
            .find(|&(_, end)| !before[end..].starts_with('金'));
        let target = |comparator, value| Target {
            task: place.task,
            class: claim.class,
            indicator: self.indicator(named, at + claim.head, at + claim.tail, deadline.as_ref()),
            comparator,
            value,
            unit: claim.quantity.unit.clone(),
            modality: modality.map(|(s, e)| Span::new(quote.start + s, quote.start + e)),
            deadline: deadline.clone(),
            quote,
            evidence: clause.sentence,
            confidence: claim.confidence,
        };
        match &claim.quantity.amount {
            Amount::One(value) => {
                found.push(target(claim.comparator, Value::Decimal(value.clone())))
            }
            Amount::Ratio(value) => {
                found.push(target(claim.comparator, Value::Ratio(value.clone())))
            }
            Amount::Range(low, high) => {
                found.push(target(Comparator::Ge, Value::Decimal(low.clone())));
                found.push(target(Comparator::Le, Value::Decimal(high.clone())));
            }
        }
    }
}

/// A quick look that spares many paragraphs and most clauses the rest.
fn may_hold_a_number(text: &str) -> bool {
    static NUMBERS: LazyLock<Chars> = LazyLock::new(|| {
        "0123456789０１２３４５６７８９一二三四五六七八九十两百半覆".chars().collect()
    });
    let numbers = &*NUMBERS;
    text.contains(|c| numbers.has(c))
}

fn is_counted(kind: Option<UnitKind>) -> bool {
    matches!(kind, Some(UnitKind::Count | UnitKind::Person | UnitKind::Measure | UnitKind::Money))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::deadline::deadlines;
    use crate::knowledge::deadlines::DeadlineRules;
    use crate::model::{Header, Node, Text};

    fn document(text: &str, kind: NodeKind) -> Document {
        let whole = Span::new(0, text.len());
        let node = |kind, own| Node {
            kind,
            parent: ROOT,
            path: String::new(),
            number: None,
            heading: None,
            own,
            assignments: vec![],
            span: whole,
            in_table: false,
            columns: vec![],
            counterpart: None,
        };
        Document {
            text: Text::new(text.to_owned(), vec![(0, 1)], vec![]),
            header: Header { year: Some(2023), ..Header::default() },
            nodes: vec![node(NodeKind::Root, vec![]), node(kind, vec![whole])],
        }
    }

    fn read(text: &str, kind: NodeKind) -> (Document, Vec<Target>) {
        let document = document(text, kind);
        let limits = deadlines(&document, &DeadlineRules::embedded());
        let found = targets(&document, &TargetRules::embedded(), &limits);
        (document, found)
    }

    fn shown(target: &Target) -> String {
        let class = if target.class == TargetClass::Limit { "limit " } else { "" };
        let comparator = format!("{:?}", target.comparator).to_lowercase();
        let (Value::Decimal(value) | Value::Ratio(value)) = &target.value;
        let unit = target.unit.as_ref().map(|u| format!(" {u}")).unwrap_or_default();
        format!("{class}{comparator} {value}{unit}")
    }

    #[test]
    fn reads_the_examples_of_the_table() {
        let rules = TargetRules::embedded();
        let mut wrong = Vec::new();
        for example in rules.examples() {
            let kind = match example.class {
                TargetClass::Achievement => NodeKind::Practice,
                _ => NodeKind::Task,
            };
            let found: Vec<_> = read(&example.text, kind).1.iter().map(shown).collect();
            if found != example.facts {
                wrong.push(format!("{}: {found:?} instead of {:?}", example.text, example.facts));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn a_target_names_what_it_counts_and_by_when() {
        let (document, found) = read(
            "推进扩容，力争2024年底全市学前教育覆盖率达到85%，公办园占比达到40%；新增学位500个。",
            NodeKind::Task,
        );
        let name = |t: &Target| t.indicator.map(|s| document.text.slice(s));
        let date = |t: &Target| t.deadline.as_ref().and_then(|d| d.date).map(|d| d.to_string());
        let names: Vec<_> = found.iter().map(name).collect();
        assert_eq!(names, [Some("全市学前教育覆盖率"), Some("公办园占比"), Some("学位")]);
        let dates: Vec<_> = found.iter().map(date).collect();
        assert_eq!(dates, [Some("2024-12-31".to_owned()), Some("2024-12-31".to_owned()), None]);
        assert_eq!(found[0].modality.map(|s| document.text.slice(s)), Some("力争"));
        assert_eq!(document.text.slice(found[2].quote), "新增学位500个");
    }

    #[test]
    fn full_coverage_may_stand_before_other_quantities() {
        let text = "全覆盖达到85%以上、不少于3次";
        let (document, found) = read(text, NodeKind::Task);
        let quotes: Vec<_> = found.iter().map(|t| document.text.slice(t.quote)).collect();
        assert_eq!(quotes.last(), Some(&"不少于3次"));
    }

    #[test]
    fn a_section_of_what_was_reached_is_known_by_its_heading() {
        let rules = TargetRules::embedded();
        for heading in rules.headings(true) {
            assert!(names_the_past(heading, &rules), "{heading}");
        }
        for heading in rules.headings(false) {
            assert!(!names_the_past(heading, &rules), "{heading}");
        }
    }

    #[test]
    fn conditions_and_bases_are_passed_over_and_the_unknown_is_not() {
        let rules = TargetRules::embedded();
        let passed = |text: &str| {
            let document = document(text, NodeKind::Task);
            let spans = passed_over(&document, &rules);
            spans.iter().map(|s| document.text.slice(*s).to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(passed("500万元以下的项目不再审批"), ["500万元"]);
        assert_eq!(passed("办理时限由50个工作日压减至45个工作日"), ["50个工作日"]);
        assert_eq!(passed("培训教师300人"), Vec::<String>::new());
        assert_eq!(passed("青湖沿岸30公里"), Vec::<String>::new());
    }

    #[test]
    fn items_of_reports_are_achievements() {
        let (_, found) = read("已建成示范学校30所。", NodeKind::Practice);
        assert_eq!(found.iter().map(|t| t.class).collect::<Vec<_>>(), [TargetClass::Achievement]);
    }
}
