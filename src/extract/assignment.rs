//! Reads the text of one assignment: who has which role.
//!
//! Finds, for example, in `（市教育局牵头，市财政局、各县（市、区）政府按职责分工负责，6月底前完成）` 市教育局 as
//! lead, 市财政局 and 各县（市、区）政府 as responsible; in `牵头单位：A；配合单位：B、C` the roles of the
//! labels; in `A会同B负责` A as lead and B as support.

use std::borrow::Cow;
use std::ops::Range;

use crate::knowledge::agencies::Agencies;
use crate::knowledge::marks::marks;
use crate::knowledge::recognise::Recognition;
use crate::knowledge::roles::{Label, PositionRule, Roles, closes, opens};
use crate::model::Role;

/// A name in an assignment.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    pub role: Role,
    /// Where it stands in the assignment's text (bytes).
    pub range: Range<usize>,
    /// Which comma-separated group of its label it stands in.
    pub group: usize,
    /// 0 to 1: how sure the reading is.
    pub confidence: f32,
}

/// What an assignment says.
#[derive(Clone, Debug, Default)]
pub struct Assignment {
    pub names: Vec<Named>,
    /// The position rule that it states (`排在第一位的为牵头单位，下同`).
    pub position: Option<PositionRule>,
    /// The names that share in all that follows too (`以下均需A落实，不再列出`), by their place in `names`.
    pub standing: Range<usize>,
}

/// Confidence of a name under a label or before a verb.
const SURE: f32 = 0.97;
/// … of a name that is known to be none of the usual sort.
const UNKNOWN: f32 = 0.75;
/// … of a name in a bare list of bodies behind a sentence.
const LISTED: f32 = 0.85;
/// … of a role that is guessed from the other names' roles.
const GUESSED: f32 = 0.5;

/// The grammar's two halves.
#[derive(Clone, Copy)]
pub struct Grammar<'a> {
    pub roles: &'a Roles,
    pub agencies: &'a Agencies,
}

/// Reads an assignment. `column` is the role that the head of a table's column gives.
pub fn read(text: &str, grammar: Grammar, column: Option<Role>) -> Assignment {
    let named = without_remarks(text, grammar.roles);
    let mut reader = Reader {
        text: &named,
        grammar,
        label: column,
        pending: vec![],
        out: Assignment { position: grammar.roles.position_rule(text), ..Assignment::default() },
        group: 0,
        verbs: 0,
        standing: None,
    };
    for clause in clauses(&named, grammar.roles) {
        reader.clause(clause);
    }
    reader.flush_at_end();
    if let Some(from) = reader.standing {
        let names = &reader.out.names;
        let first = names.iter().position(|n| n.range.start >= from).unwrap_or(names.len());
        reader.out.standing = first..names.len();
    }
    reader.out
}

struct Reader<'a> {
    text: &'a str,
    grammar: Grammar<'a>,
    /// The role of the label that holds.
    label: Option<Role>,
    /// Names that wait for their verb.
    pending: Vec<Waiting>,
    out: Assignment,
    group: usize,
    /// How many role verbs were read.
    verbs: usize,
    /// Where the names begin that share in all that follows.
    standing: Option<usize>,
}

/// What may be a name.
struct Part {
    range: Range<usize>,
    /// Whether it is known to be one.
    known: bool,
}

struct Waiting {
    name: Part,
    group: usize,
}

impl Reader<'_> {
    fn clause(&mut self, mut range: Range<usize>) {
        let roles = self.grammar.roles;
        // Labels may follow each other without a comma.
        loop {
            let s = &self.text[range.clone()];
            match roles.label_at_start(s) {
                Some((label, at)) => {
                    self.flush(None);
                    self.group = 0;
                    self.label = match label {
                        Label::Role(role) => Some(role),
                        _ => return,
                    };
                    range.start += at;
                }
                None => match roles.find_label(s) {
                    Some(found) if found.start > 0 => {
                        let middle = range.start + found.start;
                        self.clause(range.start..middle);
                        range.start = middle;
                    }
                    _ => break,
                },
            }
        }
        let s = &self.text[range.clone()];
        if s.trim().is_empty() {
            return;
        }
        if roles.is_remark(s.trim_matches(|c: char| !c.is_alphanumeric()))
            || roles.position_rule(s).is_some()
        {
            return;
        }
        self.group += 1;
        let opening = roles.standing_opening(s);
        range.start += opening;
        let s = &self.text[range.clone()];
        if opening > 0 {
            // What was said before is no part of it.
            self.flush(None);
            self.standing.get_or_insert(range.start);
        }
        if let Some(standing) = roles.standing(s) {
            if roles.is_for_all(self.text) {
                self.standing.get_or_insert(range.start);
            }
            self.names_before(range.start..range.start + standing.start);
            self.flush(Some(Role::Responsible));
            return;
        }
        if self.label == Some(Role::Leader) {
            self.people(range);
            return;
        }
        self.parties(range);
    }

    /// The names of a clause and the verbs behind them.
    fn parties(&mut self, mut range: Range<usize>) {
        let roles = self.grammar.roles;
        let by = self.text[range.clone()].trim_start().strip_prefix('由');
        range.start = by.map_or(range.start, |names| range.end - names.len());
        let mut forced = None;
        loop {
            let s = &self.text[range.clone()];
            let Some((mid, joint)) = roles.mid_verb(s) else { break };
            let rest = &s[mid.end..];
            let goes_on = joint || roles.verb_at_end(rest).is_none_or(|v| v.start > 0);
            if rest.trim().is_empty() || !goes_on || mid.start == 0 && !joint {
                break;
            }
            if !joint && self.names(range.start + mid.end..range.end).is_empty() {
                break;
            }
            self.names_before(range.start..range.start + mid.start);
            self.verbs += 1;
            self.flush(Some(Role::Lead));
            forced = joint.then_some(Role::Support);
            range.start += mid.end;
        }
        let s = &self.text[range.clone()];
        let verb = roles.verb_at_end(s);
        let end = verb.map_or(range.end, |v| range.start + v.start);
        self.names_before(range.start..end);
        match (verb, forced) {
            (_, Some(role)) => self.flush(Some(role)),
            (Some(v), None) => {
                self.verbs += 1;
                self.flush(Some(v.role));
            }
            (None, None) => {}
        }
    }

    fn names_before(&mut self, range: Range<usize>) {
        let group = self.group;
        let names = self.names(range).into_iter().map(|name| Waiting { name, group });
        self.pending.extend(names);
    }

    /// The names in a stretch of text.
    fn names(&self, range: Range<usize>) -> Vec<Part> {
        let s = &self.text[range.clone()];
        let mut out = Vec::new();
        for part in self.grammar.agencies.split_names(s) {
            let part = range.start + part.start..range.start + part.end;
            if let Some(name) = self.clean(part) {
                out.push(name);
            }
        }
        out
    }

    /// A part of a list without remarks in brackets and white space; none if it is no name.
    fn clean(&self, mut part: Range<usize>) -> Option<Part> {
        let s = &self.text[part.clone()];
        // The bracket of a remark that was taken out.
        if let Some(at) = s.find(opens).filter(|&at| at > 0)
            && !s[at..].contains(char::is_alphanumeric)
        {
            part.end = part.start + at;
        }
        let s = &self.text[part.clone()];
        let trimmed = s.trim_matches(|c: char| {
            c.is_whitespace()
                || matches!(c, '。' | '：' | ':' | '—' | '-' | '/' | '、' | '，' | '；')
        });
        let start = part.start + (trimmed.as_ptr() as usize - s.as_ptr() as usize);
        let range = start..start + trimmed.len();
        let count = trimmed.chars().filter(|c| !c.is_whitespace()).count();
        let dated = trimmed.contains(|c: char| c.is_ascii_digit())
            && trimmed.contains(['年', '月', '日', '季']);
        let known = self.grammar.agencies.recognise(trimmed) != Recognition::None;
        // The 市 of `市、县（区）人民政府`.
        let level = count == 1
            && trimmed.starts_with(['省', '市', '州', '县'])
            && self.text[range.end..].starts_with('、');
        let possible = level || (2..=30).contains(&count) && (known || !dated && count >= 3);
        (possible && !self.grammar.roles.is_remark(trimmed)).then_some(Part { range, known })
    }

    /// Gives the waiting names their role: that of the label, unless a verb is more exact.
    fn flush(&mut self, verb: Option<Role>) {
        let role = match (self.label, verb) {
            (Some(label), None | Some(Role::Responsible)) => Some(label),
            (_, verb) => verb,
        };
        if let Some(role) = role {
            let pending = std::mem::take(&mut self.pending);
            for Waiting { name: Part { range, known }, group } in pending {
                // `责任单位：A，B指导`: a verb goes no further back than its comma where a label governs.
                let role = self.label.filter(|_| group < self.group).unwrap_or(role);
                // Before a verb only a name can stand; under a label nearly everything is one.
                if known || self.label.is_some() || self.verbs > 0 {
                    let confidence = if known { SURE } else { UNKNOWN };
                    self.out.names.push(Named { role, range, group, confidence });
                }
            }
        }
    }

    /// Names that no verb and no label claims.
    fn flush_at_end(&mut self) {
        if self.label.is_some() {
            self.flush(None);
            return;
        }
        let (role, confidence) = match self.verbs {
            0 => (Role::Responsible, LISTED),
            _ => (Role::Support, GUESSED),
        };
        for Waiting { name: Part { range, known }, group } in std::mem::take(&mut self.pending) {
            if known {
                self.out.names.push(Named { role, range, group, confidence });
            }
        }
    }

    /// Persons: parted by spaces or commas; a name of two characters may be padded (`胡 辉`).
    fn people(&mut self, range: Range<usize>) {
        let s = &self.text[range.clone()];
        let mut start = None;
        let mut letters = 0;
        let mut names = Vec::new();
        for (at, c) in s.char_indices().chain([(s.len(), '、')]) {
            let name = c.is_alphanumeric() || c == '·';
            // One character before a space is half a padded name.
            if name || c.is_whitespace() && letters == 1 {
                start.get_or_insert(at);
                letters += usize::from(name);
                continue;
            }
            if let Some(from) = start.take().filter(|_| (2..=6).contains(&letters)) {
                names.push(range.start + from..range.start + at);
            }
            letters = 0;
            if c == '（' || c == '(' {
                break;
            }
        }
        let group = self.group;
        self.out.names.extend(names.into_iter().map(|range| Named {
            role: Role::Leader,
            range,
            group,
            confidence: SURE,
        }));
    }
}

/// `text` with white space for each inner bracket that holds a rule or remark (`（逗号前为牵头单位，
/// 下同）`), so that places stay.
fn without_remarks<'a>(text: &'a str, roles: &Roles) -> Cow<'a, str> {
    let mut open = Vec::new();
    let mut remarks = Vec::new();
    for (at, c) in marks(text) {
        if opens(c) {
            open.push(at + c.len_utf8());
        } else if closes(c)
            && let Some(from) = open.pop()
        {
            let inside = &text[from..at];
            let remark = roles.position_rule(inside).is_some()
                || inside.split(['，', '；', ',']).any(|p| roles.is_remark(p));
            // The bracket around the whole may end with a remark; it is not one.
            if remark && !open.is_empty() {
                remarks.push(from..at);
            }
        }
    }
    if remarks.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut named = text.to_owned();
    for range in remarks {
        named.replace_range(range.clone(), &" ".repeat(range.len()));
    }
    Cow::Owned(named)
}

/// The clauses of an assignment: parted by commas, semicolons, stops and line breaks outside of
/// inner brackets; the bracket around the whole is dropped, that of a label (`【责任单位】`) is not.
fn clauses(text: &str, roles: &Roles) -> Vec<Range<usize>> {
    let labelled = roles.label_at_start(text).is_some_and(|(_, end)| text[..end].contains(closes));
    let start = text.chars().next().filter(|&c| opens(c) && !labelled).map_or(0, char::len_utf8);
    let mut out = Vec::new();
    let mut depth = 0usize;
    let mut from = start;
    for (at, c) in marks(&text[start..]).map(|(i, c)| (i + start, c)) {
        if opens(c) {
            depth += 1;
        } else if closes(c) {
            if depth == 0 {
                // The end of the bracket; what follows belongs to no clause.
                out.push(from..at);
                from = at + c.len_utf8();
                continue;
            }
            depth -= 1;
        } else if depth == 0 && matches!(c, '，' | ',' | '；' | ';' | '。' | '\n') {
            out.push(from..at);
            from = at + c.len_utf8();
        }
    }
    out.push(from..text.len());
    out.retain(|r| !text[r.clone()].trim().is_empty());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roles_of(text: &str) -> Vec<(Role, &str)> {
        let (roles, agencies) = (Roles::embedded(), Agencies::embedded());
        let grammar = Grammar { roles: &roles, agencies: &agencies };
        read(text, grammar, None).names.into_iter().map(|n| (n.role, &text[n.range])).collect()
    }

    #[test]
    fn reads_the_common_notations() {
        use Role::{Guide, Lead, Leader, Responsible, Support};
        for (text, wanted) in [
            (
                "（牵头单位：市教育局；配合单位：市财政局、团市委）",
                vec![(Lead, "市教育局"), (Support, "市财政局"), (Support, "团市委")],
            ),
            (
                "〔市教育局牵头，市财政局、市司法局配合〕",
                vec![(Lead, "市教育局"), (Support, "市财政局"), (Support, "市司法局")],
            ),
            (
                "(责任单位：市教育局，各县(市、区)政府)",
                vec![(Responsible, "市教育局"), (Responsible, "各县(市、区)政府")],
            ),
            ("（市教育局会同市财政局负责）", vec![(Lead, "市教育局"), (Support, "市财政局")]),
            (
                "（市教育局、市财政局按职责分工负责，2024年6月底前完成）",
                vec![(Responsible, "市教育局"), (Responsible, "市财政局")],
            ),
            ("［市教育局牵头市财政局配合］", vec![(Lead, "市教育局"), (Support, "市财政局")]),
            (
                "（市教育局指导，各县（市、区）政府落实）",
                vec![(Guide, "市教育局"), (Responsible, "各县（市、区）政府")],
            ),
            (
                "责任领导：胡 辉 刘大川、欧阳明",
                vec![(Leader, "胡 辉"), (Leader, "刘大川"), (Leader, "欧阳明")],
            ),
            (
                "(牵头部门：市教育局；责任部门：市财政局、各市(州) 教育局(委）",
                vec![
                    (Lead, "市教育局"),
                    (Responsible, "市财政局"),
                    (Responsible, "各市(州) 教育局(委）"),
                ],
            ),
        ] {
            assert_eq!(roles_of(text), wanted, "{text}");
        }
    }

    #[test]
    fn states_position_rules() {
        let (roles, agencies) = (Roles::embedded(), Agencies::embedded());
        let grammar = Grammar { roles: &roles, agencies: &agencies };
        let read =
            read("（责任单位：市教育局、市财政局，排在第一位的为牵头单位，下同）", grammar, None);
        assert_eq!((read.position, read.names.len()), (Some(PositionRule::First), 2));
    }
}
