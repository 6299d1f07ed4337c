//! Bearers of duties in running text: `教育部门要…`, `由A会同B制定…`, `联合A等部门…`.
//!
//! Not bearers: the X of 督促X, permissions (X可), names that point back (牵头部门); see
//! `seeds/prose.toml` for the words and for examples both ways.

use std::ops::Range;

use super::assignment::Grammar;
use crate::knowledge::agencies::Agencies;
use crate::knowledge::marks::marks;
use crate::knowledge::prose::ProseRules;
use crate::knowledge::recognise::Recognition;
use crate::knowledge::roles::Roles;
use crate::model::Role;

mod partner;
mod subject;

use partner::supporters;

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
/// What stands in no list of names.
const NO_NAME: [char; 6] = ['。', '；', '“', '《', '：', ':'];
/// A quotation inside a name is at most this long, in characters.
const QUOTED: usize = 12;
const MODAL: f32 = 0.8;
const BARE: f32 = 0.6;

/// The bearers in `sentence`, which begins where a sentence begins.
pub fn bearers(sentence: &str, rules: &ProseRules, grammar: Grammar) -> Vec<Bearer> {
    let Grammar { roles, agencies } = grammar;
    let joins = rules.joins(sentence);
    let reader = Reader { sentence, rules, roles, agencies, joins };
    let mut out: Vec<Bearer> = Vec::new();
    let mut before: Option<Range<usize>> = None;
    let mut adverbial = false;
    let all = clauses(sentence, rules);
    for (i, (clause, begins)) in all.iter().cloned().enumerate() {
        // `自2024年起，市教育局组织…`: the subject follows what only says when, how or on what ground.
        let place = match (begins, adverbial) {
            (true, _) => Place::Begins,
            (false, true) => Place::AfterAdverbial,
            (false, false) => Place::Within,
        };
        let s = &sentence[clause.clone()];
        adverbial = place != Place::Within && rules.is_adverbial(s);
        if let Some(subject) = before.take().filter(|_| reader.is_predicate(clause.clone())) {
            let long = reader.long_subject(subject.clone());
            out.extend(match long.is_empty() && !rules.is_passive(s) {
                true => reader.described_subject(subject),
                false => long,
            });
        }
        let known = out.len();
        reader.clause(clause.clone(), place, &mut out);
        if out.len() == known {
            out.extend(reader.called(&all, i));
        }
        // `各县（市），各部门要…`: a list of names that goes on behind the comma.
        let subject = out.get(known).filter(|b| b.range.start == clause.start);
        if let Some(role) = subject.map(|b| b.role)
            && let Some((list, true)) = i.checked_sub(1).map(|last| all[last].clone())
            && let Some(names) = reader.names(list).filter(|_| place == Place::Within)
        {
            let others = names.into_iter().map(|range| Bearer { role, range, confidence: BARE });
            out.splice(known..known, others);
        }
        if out.len() > known
            && rules.ends_adverbial(s)
            && let Some(next) = all.get(i + 1).map(|(next, _)| &sentence[next.clone()])
        {
            // `各市在指标下达前，可先行使用`: permitted; `市教育局在开学前，会同市公安局…`: leads.
            if rules.permits(next) {
                out.truncate(known);
            } else if rules.leads_others(next) {
                let bearers = out[known..].iter_mut();
                bearers.filter(|b| b.role == Role::Responsible).for_each(|b| b.role = Role::Lead);
            }
        }
        before = begins.then_some(clause);
    }
    out.dedup_by(|b, a| a.role == b.role && a.range == b.range);
    out
}

/// Where a clause stands in its sentence.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// It begins the sentence or a part of it.
    Begins,
    /// Only clauses that say when, how or on what ground stand before it.
    AfterAdverbial,
    Within,
}

struct Reader<'a> {
    sentence: &'a str,
    rules: &'a ProseRules,
    roles: &'a Roles,
    agencies: &'a Agencies,
    /// Whether the sentence holds a joint word.
    joins: bool,
}

impl Reader<'_> {
    fn clause(&self, clause: Range<usize>, place: Place, out: &mut Vec<Bearer>) {
        let s = &self.sentence[clause.clone()];
        // `A指导，B落实`: a clause of names and a verb of role.
        if let Some(verb) = self.roles.verb_at_end(s)
            && let names = (clause.start..clause.start + verb.start)
            && let Some(names) = self.names(names.clone()).or_else(|| self.offices(names))
        {
            let role = verb.role;
            out.extend(names.into_iter().map(|range| Bearer { role, range, confidence: MODAL }));
            return;
        }
        // `市教育局：负责…`: the duties of one after another.
        if place == Place::Begins
            && let Some(colon) = s.find(['：', ':'])
            && let Some(names) = self.names(clause.start..clause.start + colon)
            && self.begins_duty(s[colon..].trim_start_matches(['：', ':']))
        {
            let role = Role::Responsible;
            out.extend(names.into_iter().map(|range| Bearer { role, range, confidence: MODAL }));
            return;
        }
        if place == Place::Begins
            && let Some((name, role)) = self.rules.office(s)
            && let Some(names) = self.names(clause.start..clause.start + name)
        {
            out.extend(names.into_iter().map(|range| Bearer { role, range, confidence: MODAL }));
            return;
        }
        if let Some(at) = self.rules.guided(s)
            && let Some(names) = self.names(clause.start + at.start..clause.start + at.end)
        {
            let role = Role::Guide;
            out.extend(names.into_iter().map(|range| Bearer { role, range, confidence: BARE }));
        }
        if let Some((names, modal, end)) = self.subject(clause.clone(), place) {
            let rest = &s[end - clause.start..];
            let partners = self.partners(end..clause.end);
            let role = if !partners.is_empty()
                || self.rules.leads(rest)
                || self.rules.leads_others(rest)
            {
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
            out.extend(self.others_with_roles(rest, end));
        } else if s.starts_with(|c: char| c.is_alphabetic()) {
            out.extend(supporters(self.partners(clause.clone())));
        }
    }

    /// Whether a name can be nothing but a body's, wherever it stands: it is known with its level or as
    /// a function's, or says what its part is.
    fn is_firm(&self, name: &str) -> bool {
        let names = &self.agencies.names;
        names.level(name).is_some_and(|(_, rest)| self.agencies.is_form(rest))
            || self.agencies.function_part(name).is_some()
            || self.agencies.ends_in_known(name) && !is_place(name)
            || names.is_standing(name)
            || self.rules.is_firm(name)
            || self.rules.is_society(name)
    }

    /// Whether the name of an office has no other body's in it: `法规处`, `省局法规处`.
    fn is_own_office(&self, name: &str) -> bool {
        let names = &self.agencies.names;
        let own = names.own_department(name).unwrap_or(name);
        own.chars().count() > 2 && names.level(own).is_none() && !self.rules.holds_body(own)
    }

    /// Whether the name of an office has the body's before it: `市教育局基础教育科`.
    fn is_office_of(&self, name: &str) -> bool {
        let ends = name.match_indices(['局', '委', '厅', '府', '办']);
        ends.map(|(at, c)| at + c.len()).any(|end| {
            let (body, office) = name.split_at(end);
            self.is_firm(body)
                && !self.rules.holds_body(office)
                && self.agencies.recognise(office) == Recognition::Unit
        })
    }

    /// Whether a name is that of one known body, or of the bodies of a function or class.
    fn is_plain(&self, name: &str) -> bool {
        let ends = ["部门", "政府", "单位"];
        let once = || ends.iter().map(|end| name.matches(end).count()).sum::<usize>() == 1;
        let printed = |rest: &str| self.agencies.is_form(rest);
        let shaped = |rest: &str| {
            let ending = self.agencies.names.ending(rest);
            rest.ends_with(['局', '委', '厅']) && ending.is_some() && !rest.contains(['、', '，'])
        };
        self.agencies.names.level(name).is_some_and(|(_, rest)| printed(rest) || shaped(rest))
            || ends.iter().any(|end| name.ends_with(end)) && once()
    }

    /// Whether a name is known, or begins with its level or ends as that of a function's body.
    fn is_sure(&self, name: &str) -> bool {
        self.agencies.names.level(name).is_some()
            || self.agencies.function_part(name).is_some()
            || self.agencies.is_form(name)
            || self.agencies.ends_in_known(name)
            || self.rules.is_level(name)
            || is_place(name)
            || self.rules.is_class(name)
    }

    /// Whether `text` begins with what a body does or shall do.
    fn begins_duty(&self, text: &str) -> bool {
        self.rules.marker_at_start(text).is_some() && !self.rules.not_bound(text)
    }

    /// Whether `text` begins as only a name does: with a level (`市教育局`) or a class (`各部门`).
    fn placed(&self, text: &str) -> bool {
        self.agencies.names.level(text).is_some() || text.starts_with(['各', '有', '相', '其'])
    }

    /// The names in a stretch that is a list of bearers and nothing else.
    fn names(&self, range: Range<usize>) -> Option<Vec<Range<usize>>> {
        let s = &self.sentence[range.clone()];
        if !self.agencies.may_end_list(s) && !self.rules.ends_as_level(s) || breaks_names(s) {
            return None;
        }
        let mut parts = self.agencies.split_names(s).enumerate().peekable();
        let open_ended = OPEN_END.iter().any(|tail| s.trim_end().ends_with(tail));
        let mut out = Vec::new();
        // Enterprises bear no duty of office by themselves.
        let mut official = false;
        while let Some((i, mut part)) = parts.next() {
            let whole = &s[part.clone()];
            if let Some(at) = whole.find(['（', '(']).filter(|&at| whole[at..].contains("简称"))
            {
                part.end = part.start + at;
            }
            let name = s[part.clone()].trim();
            // The rest of a list is not taken apart for a part that is no name in any list.
            let mut last = || parts.peek().is_none();
            let recognised = self.agencies.recognise(name);
            if (recognised != Recognition::None || self.rules.bears_none(name))
                && self.rules.may_be_passed_over(name)
                && !(i == 0 && last())
            {
                continue;
            }
            // `经主管部门`, `向市财政局`
            let others = name.starts_with("其") && self.rules.is_whole_name(name);
            let preposed = self.agencies.names.after_preposition(name).filter(|_| !others);
            let preposed = preposed.is_some_and(|rest| {
                recognised != Recognition::None
                    && !self.is_sure(name)
                    && self.agencies.recognise(rest) != Recognition::None
            });
            if preposed {
                return None;
            }
            let society = self.rules.is_society(name);
            let known = match recognised {
                // `各区按照标准和`: what begins as a collective name must end as one too.
                Recognition::Group if name.starts_with('各') && !self.rules.ends_class(name) => {
                    false
                }
                Recognition::Body | Recognition::Group | Recognition::Generic => {
                    self.rules.is_whole_name(name)
                        && !(i == 0 && !open_ended && self.agencies.is_function(name) && last())
                }
                Recognition::Organisation => {
                    self.rules.is_whole_name(name) && (society || !(i == 0 && last()))
                }
                // `市县两级`, `营商办`
                Recognition::None if self.rules.is_joint_level(name) => true,
                Recognition::None if self.rules.is_short_body(name) => true,
                // `省、市、县`, `市、县（区）人民政府`: each level.
                Recognition::None if self.rules.is_level(name) => !(i == 0 && last()),
                // `教育、财政部门`: functions before the last name; `天府新区、各县`: places.
                Recognition::None => {
                    let function = || self.agencies.is_function(name);
                    let place = || {
                        is_place(name)
                            && self.agencies.names.may_be_name(name)
                            && self.rules.is_whole_name(name)
                    };
                    (function() && (open_ended || !last()) || place()) && !(i == 0 && last())
                }
                // `法规处负责…`: an office of the department that speaks.
                Recognition::Unit => {
                    self.rules.is_whole_name(name)
                        && (self.is_own_office(name) || self.is_office_of(name))
                }
            };
            let whole = name.matches(['（', '(']).count() == name.matches(['）', ')']).count();
            if !known || !whole || self.rules.bears_none(name) || name.contains(['-', '【']) {
                return None;
            }
            if self.rules.joins_levels(name)
                && let Some(first) = out.first_mut().filter(|_| i > 0)
            {
                // `市、县两级财政部门` is one name.
                let first: &mut Range<usize> = first;
                first.end = range.start + part.end;
                out.truncate(1);
                continue;
            }
            official |= recognised != Recognition::Organisation || society;
            out.push(range.start + part.start..range.start + part.end);
        }
        (!out.is_empty() && official).then_some(out)
    }
}

/// What follows a date that a clause begins with: `3月底前各级政府…`.
fn after_date(clause: &str) -> &str {
    if !clause.starts_with(|c: char| c.is_ascii_digit()) {
        return clause;
    }
    let rest =
        clause.trim_start_matches(|c: char| c.is_ascii_digit() || "年月日底初上中下旬".contains(c));
    rest.strip_prefix(['前', '起', '后', '内']).filter(|after| !after.is_empty()).unwrap_or(clause)
}

/// Where the quotation ends that `text` begins with, if it is short enough to be part of a name:
/// `“放管服”改革协调小组`.
fn quotation(text: &str) -> Option<usize> {
    let (at, close) = text.char_indices().take(QUOTED).find(|&(_, c)| c == '”')?;
    let end = at + close.len_utf8();
    text[end..].starts_with(|c: char| c.is_alphabetic()).then_some(end)
}

/// Whether a stretch holds what stands in no list of names.
fn breaks_names(s: &str) -> bool {
    let mut from = 0;
    while let Some(at) = s[from..].find(NO_NAME).map(|at| from + at) {
        match s[at..].starts_with('“').then(|| quotation(&s[at..])).flatten() {
            Some(end) => from = at + end,
            None => return true,
        }
    }
    false
}

/// Whether a name has the ending of a place.
fn is_place(name: &str) -> bool {
    name.chars().count() >= 3 && name.ends_with(['市', '县', '区', '州', '旗', '盟'])
}

/// The clauses of a sentence: parted by commas that stand outside of brackets and not inside a list
/// of names (`A，B要…` is two clauses, the second with the modal); each with whether a sentence or
/// a part of one begins with it.
fn clauses(sentence: &str, rules: &ProseRules) -> Vec<(Range<usize>, bool)> {
    let mut out = Vec::new();
    let (mut from, mut depth, mut opens) = (0, 0i32, true);
    for (at, c) in marks(sentence) {
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
        // `【停车收费】市人民政府…`: the heading of an article in a draft.
        let rest = match s.trim_start().strip_prefix('【').and_then(|s| s.split_once('】')) {
            Some((_, rest)) => rest,
            None => s,
        };
        range.start += s.len() - rules.after_opening(after_date(rest.trim_start())).len();
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
