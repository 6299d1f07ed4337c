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
/// A subject is at most this long, in bytes.
const SUBJECT: usize = 240;
/// A quotation inside a name is at most this long, in characters.
const QUOTED: usize = 12;
/// The name of a partner is at most this long, in characters.
const PARTNER: usize = 24;
const MODAL: f32 = 0.8;
const BARE: f32 = 0.6;
const LOOSE: f32 = 0.5;
const JOINT: f32 = 0.75;

/// The bearers in `sentence`, which begins where a sentence begins.
pub fn bearers(sentence: &str, rules: &ProseRules, grammar: Grammar) -> Vec<Bearer> {
    let Grammar { roles, agencies } = grammar;
    let joins = rules.joins(sentence);
    let reader = Reader { sentence, rules, roles, agencies, joins };
    let mut out: Vec<Bearer> = Vec::new();
    let mut before = None;
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
            out.extend(reader.long_subject(subject));
        }
        let known = out.len();
        reader.clause(clause.clone(), place, &mut out);
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

    /// The list of names that a clause begins with, if a duty follows: (names, whether a modal
    /// says so, where the duty begins).
    fn subject(
        &self,
        clause: Range<usize>,
        place: Place,
    ) -> Option<(Vec<Range<usize>>, bool, usize)> {
        let s = &self.sentence[clause.clone()];
        let mut limit = s.len().min(SUBJECT);
        while !s.is_char_boundary(limit) {
            limit -= 1;
        }
        if !self.may_have_subject(&s[..limit]) {
            return None;
        }
        // `协会在本地设立机构的，…`: a condition.
        if s.trim_end().ends_with('的') {
            return None;
        }
        let markers: Vec<_> = self.rules.markers(&s[..limit]).collect();
        // A modal is the surer sign: 组织 in `共青团组织要…` is part of the name.
        for modal in [true, false] {
            for marker in markers.iter().filter(|m| m.modal == modal && m.start > 0) {
                // In mid-sentence few beginnings can be a subject: asked first, since it is cheap.
                let before = &s[..marker.start];
                let hopeful = self.placed(before)
                    || before.contains('、') && before.contains('等')
                    || self.rules.is_firm(before)
                    || self.rules.is_society(before)
                    || self.agencies.names.is_standing(before);
                if !modal && place == Place::Within && !hopeful {
                    continue;
                }
                // `各部门制定的办法`: what is said of a thing.
                if !modal && s[marker.end..].starts_with('的') {
                    continue;
                }
                let names = self.names(clause.start..clause.start + marker.start);
                let names = names.filter(|names| modal || self.may_act(names, place));
                // A place may begin the name of a body: `青澜市进一步优化服务办公室`.
                let place = |n: &Range<usize>| {
                    let name = &self.sentence[n.clone()];
                    is_place(name) && !name.starts_with('各')
                };
                if !modal && names.as_ref().is_some_and(|names| names.iter().all(place)) {
                    let longer = markers
                        .iter()
                        .filter(|m| m.start > marker.start)
                        .find(|m| self.names(clause.start..clause.start + m.start).is_some());
                    if longer.is_some() {
                        continue;
                    }
                }
                // `涉及的相关部门要…`: what is said of a group stands before it.
                let names = names.or_else(|| {
                    let at = before.rfind('的').filter(|_| modal)? + '的'.len_utf8();
                    let group = before[at..].starts_with(['有', '相', '各']);
                    let names = clause.start + at..clause.start + marker.start;
                    group.then(|| self.names(names)).flatten()
                });
                if let Some(names) = names {
                    let bound = !self.rules.not_bound(&s[marker.start..]);
                    return bound.then_some((names, modal, clause.start + marker.start));
                }
            }
        }
        None
    }

    /// Whether a marker stands behind what may be a list of names: a quick look that spares most
    /// clauses the rest.
    fn may_have_subject(&self, s: &str) -> bool {
        let (mut ends, mut open) = (false, false);
        let mut quoted = 0;
        for (at, c) in s.char_indices() {
            if at < quoted {
                continue;
            }
            if c == '“'
                && let Some(end) = quotation(&s[at..])
            {
                quoted = at + end;
                ends = false;
                continue;
            }
            if ends && self.rules.marker_at_start(&s[at..]).is_some() {
                return true;
            }
            // Nearly all are ideographs, and none of those is one.
            if !matches!(c, '\u{4e00}'..='\u{9fff}') && NO_NAME.contains(&c) {
                return false;
            }
            open |= self.agencies.names.may_open(c);
            ends = open || self.agencies.may_end_list_with(c) || self.rules.may_end_level(c);
        }
        false
    }

    /// Whether names that no modal follows are the subject of a clause that stands there: in mid-sentence
    /// only classes (`各地各部门`) and lists that end 等部门 are, behind adverbials names that are sure.
    fn may_act(&self, names: &[Range<usize>], place: Place) -> bool {
        let name = |n: &Range<usize>| &self.sentence[n.clone()];
        let classes = || names.iter().all(|n| self.rules.is_class(name(n)));
        let last = names.last().map_or(0, |n| n.end);
        let listed = || names.len() > 1 && self.sentence[last..].starts_with('等');
        let sure = || names.iter().all(|n| self.is_sure(name(n)));
        let firm = || names.iter().all(|n| self.is_firm(name(n)));
        match place {
            Place::Begins => true,
            Place::AfterAdverbial => classes() || listed() || sure() || firm(),
            Place::Within => classes() || listed() || firm(),
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

    /// `由A牵头、B参与`: what follows the verb of the first, with a verb of its own.
    fn others_with_roles(&self, rest: &str, at: usize) -> Vec<Bearer> {
        let Some((verb, others)) = rest.split_once('、') else { return vec![] };
        let Some(own) = self.roles.verb_at_end(others) else { return vec![] };
        let from = at + verb.len() + '、'.len_utf8();
        let names = self.names(from..from + own.start).filter(|_| self.rules.leads(verb));
        let bearer = |range| Bearer { role: own.role, range, confidence: MODAL };
        names.unwrap_or_default().into_iter().map(bearer).collect()
    }

    /// Whether `text` begins with what a body does or shall do.
    fn begins_duty(&self, text: &str) -> bool {
        self.rules.marker_at_start(text).is_some() && !self.rules.not_bound(text)
    }

    /// Whether a clause begins with the duty itself: `…，要依托…`.
    fn is_predicate(&self, clause: Range<usize>) -> bool {
        self.rules.marker_at_start(&self.sentence[clause]).is_some_and(|m| m.modal)
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
                // `由市政府确定的牵头部门`: what is said of a thing.
                if rest[marker.end..].starts_with('的') {
                    continue;
                }
                let names = clause.start + at..clause.start + at + marker.start;
                if let Some(names) = self.names(names)
                    && !self.rules.not_bound(&rest[marker.start..])
                {
                    return Some((names, clause.start + at + marker.start));
                }
            }
            // Where no word of action follows, the longest beginning that is a known name.
            let beginnings = rest.char_indices().map(|(end, _)| end).skip(3).take(PARTNER);
            let beginnings: Vec<_> = match self.placed(rest) {
                true => beginnings.collect(),
                false => vec![],
            };
            let known = beginnings.into_iter().rev().find(|&end| {
                let duty = &rest[end..];
                self.is_plain(&rest[..end]) && !duty.contains('的') && !self.rules.not_bound(duty)
            });
            if let Some(end) = known
                && let Some(names) = self.names(clause.start + at..clause.start + at + end)
            {
                return Some((names, clause.start + at + end));
            }
        }
        None
    }

    /// The names behind a joint word (`会同X等部门`), up to what they do together.
    fn partners(&self, range: Range<usize>) -> Vec<Range<usize>> {
        if !self.joins {
            return vec![];
        }
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
        let most = if self.placed(rest) { PARTNER } else { 0 };
        let beginnings = rest.char_indices().skip(2).take(most).map(|(at, _)| at);
        markers
            .chain([rest.len()])
            .chain(beginnings.collect::<Vec<_>>().into_iter().rev())
            .find_map(|end| self.names(start..start + end))
            .unwrap_or_default()
    }

    /// Whether `text` begins as only a name does: with a level (`市教育局`) or a class (`各部门`).
    fn placed(&self, text: &str) -> bool {
        self.agencies.names.level(text).is_some() || text.starts_with(['各', '有', '相', '其'])
    }

    /// The offices that a clause of names and a verb lists behind one that names who leads: `由基教股牵头，
    /// 计财股、项目办配合`. The frame tells that they are names.
    fn offices(&self, range: Range<usize>) -> Option<Vec<Range<usize>>> {
        let before = &self.sentence[..range.start];
        let led = before.trim_end_matches(['，', ',']).ends_with("牵头");
        let list = &self.sentence[range.clone()];
        let parts: Vec<_> = if led { self.agencies.split_names(list).collect() } else { vec![] };
        let office = |part: &Range<usize>| {
            let name = &list[part.clone()];
            (2..=12).contains(&name.chars().count()) && self.rules.is_office(name)
        };
        (!parts.is_empty() && parts.iter().all(office)).then(|| {
            parts.into_iter().map(|p| range.start + p.start..range.start + p.end).collect()
        })
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

fn supporters(names: Vec<Range<usize>>) -> impl Iterator<Item = Bearer> {
    names.into_iter().map(|range| Bearer { role: Role::Support, range, confidence: JOINT })
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
