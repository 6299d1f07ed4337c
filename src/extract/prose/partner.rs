//! Bearers that words before them call: `由A牵头、B参与`, `请A于…`, `会同B`.

use std::ops::Range;

use super::{Bearer, MODAL, Reader};
use crate::model::Role;

/// The name of a partner is at most this long, in characters.
const PARTNER: usize = 24;
const JOINT: f32 = 0.75;

impl Reader<'_> {
    /// The names behind 由 or 请 that a comma parts from their duty, with those of the clauses between:
    /// `由A、B，开展…`, `请各部门，各区，于月底前报送…`.
    pub(super) fn called(&self, all: &[(Range<usize>, bool)], i: usize) -> Vec<Bearer> {
        let clause = all[i].0.clone();
        let s = &self.sentence[clause.clone()];
        let first = self.rules.by(s).find_map(|at| self.names(clause.start + at..clause.end));
        let Some(mut names) = first else { return vec![] };
        for (next, begins) in &all[i + 1..] {
            if *begins {
                break;
            }
            if self.begins_duty(&self.sentence[next.clone()]) {
                let role = Role::Responsible;
                let bearer = |range| Bearer { role, range, confidence: MODAL };
                return names.into_iter().map(bearer).collect();
            }
            match self.names(next.clone()).filter(|_| s.starts_with('请')) {
                Some(more) => names.extend(more),
                None => break,
            }
        }
        vec![]
    }

    /// The names behind `由`: (names, where they end).
    pub(super) fn agent(&self, clause: Range<usize>) -> Option<(Vec<Range<usize>>, usize)> {
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
    pub(super) fn partners(&self, range: Range<usize>) -> Vec<Range<usize>> {
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

    /// `由A牵头、B参与`: what follows the verb of the first, with a verb of its own.
    pub(super) fn others_with_roles(&self, rest: &str, at: usize) -> Vec<Bearer> {
        let Some((verb, others)) = rest.split_once('、') else { return vec![] };
        let Some(own) = self.roles.verb_at_end(others) else { return vec![] };
        let from = at + verb.len() + '、'.len_utf8();
        let names = self.names(from..from + own.start).filter(|_| self.rules.leads(verb));
        let bearer = |range| Bearer { role: own.role, range, confidence: MODAL };
        names.unwrap_or_default().into_iter().map(bearer).collect()
    }

    /// The offices that a clause of names and a verb lists behind one that names who leads: `由基教股牵头，
    /// 计财股、项目办配合`. The frame tells that they are names.
    pub(super) fn offices(&self, range: Range<usize>) -> Option<Vec<Range<usize>>> {
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
}

pub(super) fn supporters(names: Vec<Range<usize>>) -> impl Iterator<Item = Bearer> {
    names.into_iter().map(|range| Bearer { role: Role::Support, range, confidence: JOINT })
}
