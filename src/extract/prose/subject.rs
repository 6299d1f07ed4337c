//! The subject of a clause: the names that a duty follows (`市教育局要…`), also where it is a clause of
//! its own (`各职能部门特别是民政等部门，要…`, `基础较好的市县，要…`).

use std::ops::Range;

use super::{Bearer, NO_NAME, Place, Reader, breaks_names, is_place, quotation};
use crate::knowledge::recognise::Recognition;
use crate::model::Role;

/// A subject is at most this long, in bytes.
const SUBJECT: usize = 240;
const LOOSE: f32 = 0.5;

impl Reader<'_> {
    /// The list of names that a clause begins with, if a duty follows: (names, whether a modal
    /// says so, where the duty begins).
    pub(super) fn subject(
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
    pub(super) fn may_have_subject(&self, s: &str) -> bool {
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
    pub(super) fn may_act(&self, names: &[Range<usize>], place: Place) -> bool {
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

    /// Whether a clause begins with the duty itself: `…，要依托…`.
    pub(super) fn is_predicate(&self, clause: Range<usize>) -> bool {
        self.rules.marker_at_start(&self.sentence[clause]).is_some_and(|m| m.modal)
    }

    /// The bearers in a subject that is a clause of its own, with what it says of them: `各职能部门特别是
    /// 应急管理、民政等承担值守的部门以及公用事业单位，要…`. It must begin with a name.
    pub(super) fn long_subject(&self, clause: Range<usize>) -> Vec<Bearer> {
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

    /// The subject that is a clause of its own and says what places are meant: `旅游产业基础较好的市县，要…`.
    pub(super) fn described_subject(&self, clause: Range<usize>) -> Vec<Bearer> {
        let s = &self.sentence[clause.clone()];
        let described = self.rules.may_be_described(s) && (s.contains('的') || s.contains("所在"));
        if !described || s.len() > SUBJECT || self.rules.is_adverbial(s) || breaks_names(s) {
            return vec![];
        }
        // `A和B的市县`: two, where A ends as they do.
        let two = s.match_indices('和').find(|&(at, _)| self.rules.may_be_described(&s[..at]));
        let (first, rest) = match two {
            Some((at, and)) => (Some(0..at), at + and.len()..s.len()),
            None => (None, 0..s.len()),
        };
        let bearer = |r: Range<usize>| Bearer {
            role: Role::Responsible,
            range: clause.start + r.start..clause.start + r.end,
            confidence: LOOSE,
        };
        first.into_iter().chain([rest]).map(bearer).collect()
    }
}
