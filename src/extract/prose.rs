//! Bearers of duties in running text: `教育部门要…`, `由A会同B制定…`, `联合A等部门…`.
//!
//! Not bearers: the X of 督促X, permissions (X可), names that point back (牵头部门); see
//! `seeds/prose.toml` for the words and for examples both ways.

use std::ops::Range;

use super::assignment::Grammar;
use crate::knowledge::agencies::Agencies;
use crate::knowledge::prose::ProseRules;
use crate::knowledge::recognise::Recognition;
use crate::knowledge::roles::Roles;
use crate::model::Role;

/// A bearer in a sentence.
#[derive(Clone, Debug, PartialEq)]
pub struct Bearer {
    pub role: Role,
    /// Where the name stands in the text that was read (bytes).
    pub range: Range<usize>,
    /// 0 to 1.
    pub confidence: f32,
}

/// Endings of a list that names only some.
const OPEN_END: [&str; 4] = ["等部门", "等单位", "等机构", "等"];
/// A subject is at most this long, in bytes.
const SUBJECT: usize = 240;
/// The name of a partner is at most this long, in characters.
const PARTNER: usize = 24;
const MODAL: f32 = 0.8;
const BARE: f32 = 0.6;
const LOOSE: f32 = 0.5;
const JOINT: f32 = 0.75;

/// The bearers in `sentence`, which begins where a sentence begins.
pub fn bearers(sentence: &str, rules: &ProseRules, grammar: Grammar) -> Vec<Bearer> {
    let Grammar { roles, agencies } = grammar;
    let reader = Reader { sentence, rules, roles, agencies };
    let mut out = Vec::new();
    let mut before = None;
    for (clause, opens) in clauses(sentence) {
        if let Some(subject) = before.take().filter(|_| reader.is_predicate(clause.clone())) {
            out.extend(reader.long_subject(subject));
        }
        reader.clause(clause.clone(), opens, &mut out);
        before = opens.then_some(clause);
    }
    out.dedup_by(|b, a| a.role == b.role && a.range == b.range);
    out
}

struct Reader<'a> {
    sentence: &'a str,
    rules: &'a ProseRules,
    roles: &'a Roles,
    agencies: &'a Agencies,
}

impl Reader<'_> {
    fn clause(&self, clause: Range<usize>, opens: bool, out: &mut Vec<Bearer>) {
        let s = &self.sentence[clause.clone()];
        // `A指导，B落实`: a clause of names and a verb of role.
        if let Some(verb) = self.roles.verb_at_end(s)
            && let Some(names) = self.names(clause.start..clause.start + verb.start)
        {
            let role = verb.role;
            out.extend(names.into_iter().map(|range| Bearer { role, range, confidence: MODAL }));
            return;
        }
        if let Some((names, modal, end)) = self.subject(clause.clone(), opens) {
            let rest = &s[end - clause.start..];
            let partners = self.partners(end..clause.end);
            let role = if !partners.is_empty() || self.rules.leads(rest) {
                Role::Lead
            } else if self.rules.supports(rest) {
                Role::Support
            } else {
                Role::Responsible
            };
            let confidence = if modal { MODAL } else { BARE };
            out.extend(names.into_iter().map(|range| Bearer { role, range, confidence }));
            out.extend(supporters(partners));
        } else if let Some((names, end)) = self.agent(clause.clone()) {
            let rest = &self.sentence[end..clause.end];
            let partners = self.partners(end..self.sentence.len());
            let lead = !partners.is_empty() || self.rules.leads(rest);
            let role = match lead {
                true => Role::Lead,
                false if self.rules.supports(rest) => Role::Support,
                false => Role::Responsible,
            };
            out.extend(names.into_iter().map(|range| Bearer { role, range, confidence: MODAL }));
            out.extend(supporters(partners));
        } else if s.starts_with(|c: char| c.is_alphabetic()) {
            out.extend(supporters(self.partners(clause.clone())));
        }
    }

    /// The list of names that a clause begins with, if a duty follows: (names, whether a modal
    /// says so, where the duty begins).
    fn subject(
        &self,
        clause: Range<usize>,
        opens: bool,
    ) -> Option<(Vec<Range<usize>>, bool, usize)> {
        let s = &self.sentence[clause.clone()];
        let mut limit = s.len().min(SUBJECT);
        while !s.is_char_boundary(limit) {
            limit -= 1;
        }
        let markers: Vec<_> = self.rules.markers(&s[..limit]).collect();
        // A modal is the surer sign: 组织 in `共青团组织要…` is part of the name.
        for modal in [true, false] {
            for marker in markers.iter().filter(|m| m.modal == modal && m.start > 0) {
                if !modal && !opens {
                    break;
                }
                let names = self.names(clause.start..clause.start + marker.start);
                if let Some(names) = names {
                    let bound = !self.rules.not_bound(&s[marker.start..]);
                    return bound.then_some((names, modal, clause.start + marker.start));
                }
            }
        }
        None
    }

    /// Whether a clause begins with the duty itself: `…，要依托…`.
    fn is_predicate(&self, clause: Range<usize>) -> bool {
        let first = self.rules.markers(&self.sentence[clause]).next();
        first.is_some_and(|m| m.modal && m.start == 0)
    }

    /// The bearers in a subject that is a clause of its own, with what it says of them: `各职能部门特别是
    /// 应急管理、民政等承担值守的部门以及公用事业单位，要…`. It must begin with a name.
    fn long_subject(&self, clause: Range<usize>) -> Vec<Bearer> {
        let s = &self.sentence[clause.clone()];
        if s.len() > SUBJECT * 2 {
            return vec![];
        }
        let mut names = Vec::new();
        let mut from = 0;
        let cuts = self.rules.links(s).chain(std::iter::once(s.len()..s.len()));
        for cut in cuts {
            // What is said of a name stands before it: `…密切相关的公用事业单位`.
            let part = &s[from..cut.start];
            let start = from + part.rfind('的').map_or(0, |at| at + '的'.len_utf8());
            let name = s[start..cut.start].trim();
            let known = match self.agencies.recognise(name) {
                Recognition::Body | Recognition::Group | Recognition::Generic => true,
                Recognition::None => self.agencies.is_function(name),
                Recognition::Unit | Recognition::Organisation => false,
            };
            if known && self.rules.is_whole_name(name) && !self.rules.bears_none(name) {
                let at = clause.start + (name.as_ptr() as usize - s.as_ptr() as usize);
                names.push(at..at + name.len());
            }
            from = cut.end;
        }
        if names.first().is_none_or(|first| first.start != clause.start) || names.len() < 2 {
            return vec![];
        }
        let role = Role::Responsible;
        names.into_iter().map(|range| Bearer { role, range, confidence: LOOSE }).collect()
    }

    /// The names behind `由`: (names, where they end).
    fn agent(&self, clause: Range<usize>) -> Option<(Vec<Range<usize>>, usize)> {
        let s = &self.sentence[clause.clone()];
        for at in self.rules.by(s) {
            let rest = &s[at..];
            for marker in self.rules.markers(rest) {
                let names = clause.start + at..clause.start + at + marker.start;
                if let Some(names) = self.names(names) {
                    return Some((names, clause.start + at + marker.start));
                }
            }
        }
        None
    }

    /// The names behind a joint word (`会同X等部门`), up to what they do together.
    fn partners(&self, range: Range<usize>) -> Vec<Range<usize>> {
        let s = &self.sentence[range.clone()];
        let Some(joint) = self.rules.joints(s).find(|j| {
            // Only at the start of a clause or right behind the subject and its adverbs.
            j.start == 0 || s[..j.start].chars().count() <= 8 || s[..j.start].ends_with(['，', ','])
        }) else {
            return vec![];
        };
        let start = range.start + joint.end;
        let clause =
            s[joint.end..].find(['，', ',', '；', ';', '。']).unwrap_or(s.len() - joint.end);
        let rest = &s[joint.end..joint.end + clause];
        let markers = self.rules.markers(rest).map(|m| m.start);
        // Where no word of action follows, the longest beginning that is a name.
        let beginnings = rest.char_indices().skip(2).take(PARTNER).map(|(at, _)| at);
        markers
            .chain([rest.len()])
            .chain(beginnings.collect::<Vec<_>>().into_iter().rev().filter(|_| self.placed(rest)))
            .find_map(|end| self.names(start..start + end))
            .unwrap_or_default()
    }

    /// Whether `text` begins as only a name does: with a level (`市教育局`) or a class (`各部门`).
    fn placed(&self, text: &str) -> bool {
        self.agencies.names.level(text).is_some() || text.starts_with(['各', '有', '相'])
    }

    /// The names in a stretch that is a list of bearers and nothing else.
    fn names(&self, range: Range<usize>) -> Option<Vec<Range<usize>>> {
        let s = &self.sentence[range.clone()];
        if !self.agencies.may_end_list(s) || s.contains(['。', '；', '“', '《', '：', ':']) {
            return None;
        }
        let parts = self.agencies.split_names(s);
        let open_ended = OPEN_END.iter().any(|tail| s.trim_end().ends_with(tail));
        let mut out = Vec::with_capacity(parts.len());
        for (i, part) in parts.iter().enumerate() {
            let mut part = part.clone();
            let whole = &s[part.clone()];
            if let Some(at) = whole.find(['（', '(']).filter(|&at| whole[at..].contains("简称"))
            {
                part.end = part.start + at;
            }
            let name = s[part.clone()].trim();
            let last = i + 1 == parts.len();
            let known = match self.agencies.recognise(name) {
                Recognition::Body | Recognition::Group | Recognition::Generic => {
                    self.rules.is_whole_name(name)
                        && !(parts.len() == 1 && self.agencies.is_function(name))
                }
                Recognition::Organisation => self.rules.is_whole_name(name) && parts.len() > 1,
                // `教育、财政部门`: functions before the last name; `天府新区、各县`: places.
                Recognition::None => {
                    let function = (!last || open_ended) && self.agencies.is_function(name);
                    parts.len() > 1 && (function || is_place(name))
                }
                Recognition::Unit => false,
            };
            if !known || self.rules.bears_none(name) {
                return None;
            }
            out.push(range.start + part.start..range.start + part.end);
        }
        (!out.is_empty()).then_some(out)
    }
}

/// Whether a name has the ending of a place.
fn is_place(name: &str) -> bool {
    name.chars().count() >= 3 && name.ends_with(['市', '县', '区', '州', '旗', '盟'])
}

fn supporters(names: Vec<Range<usize>>) -> impl Iterator<Item = Bearer> {
    names.into_iter().map(|range| Bearer { role: Role::Support, range, confidence: JOINT })
}

/// The clauses of a sentence: parted by commas that stand outside of brackets and not inside a list
/// of names (`A，B要…` is two clauses, the second with the modal); each with whether a sentence or
/// a part of one begins with it.
fn clauses(sentence: &str) -> Vec<(Range<usize>, bool)> {
    let mut out = Vec::new();
    let (mut from, mut depth, mut opens) = (0, 0i32, true);
    for (at, c) in sentence.char_indices() {
        match c {
            '（' | '(' | '〔' | '《' | '“' => depth += 1,
            '）' | ')' | '〕' | '》' | '”' => depth -= 1,
            '，' | ',' | '；' | ';' | '。' if depth <= 0 => {
                out.push((from..at, opens));
                opens = !matches!(c, '，' | ',');
                from = at + c.len_utf8();
            }
            _ => {}
        }
    }
    out.push((from..sentence.len(), opens));
    for (range, _) in &mut out {
        let s = &sentence[range.clone()];
        range.start += s.len() - s.trim_start().len();
    }
    out.retain(|(r, _)| r.start < r.end);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::examples::entries;
    use crate::knowledge::prose::SOURCE;

    #[test]
    fn reads_its_examples_and_not_its_counter_examples() {
        let (rules, roles, agencies) =
            (ProseRules::embedded(), Roles::embedded(), Agencies::embedded());
        let grammar = Grammar { roles: &roles, agencies: &agencies };
        for entry in entries(SOURCE, "sentences") {
            for example in &entry.examples {
                let (sentence, wanted) = example.split_once('|').unwrap();
                let found: Vec<_> = bearers(sentence, &rules, grammar)
                    .into_iter()
                    .map(|b| {
                        let role = toml::Value::try_from(b.role).unwrap();
                        format!("{} {}", role.as_str().unwrap(), &sentence[b.range])
                    })
                    .collect();
                assert_eq!(found.join("|"), wanted, "{sentence}");
            }
            for sentence in &entry.counter_examples {
                assert_eq!(bearers(sentence, &rules, grammar), [], "{sentence}");
            }
        }
    }
}
