//! What the lists of a document tell about the names in them: a tail that several share
//! (`甲开发区、乙新区管委会`), the places that a collective name hands on, and two names of one body.
//!
//! Invariant: nothing is said of a name that is not joined by 、 or a link to the one it depends on.

use foldhash::{HashMap, HashMapExt};

use super::agency::{Context, Named, sure};
use crate::knowledge::agencies::Agencies;
use crate::knowledge::names::{Class, Ending};
use crate::model::{AgencyKind, Responsibility, Text};

impl Context<'_> {
    /// Finds out how the document prints its bodies.
    pub fn look_at_bearers(&mut self) {
        let names = &self.agencies.names;
        let bare = |s: &&String| names.level(s).is_none() && self.placed(s).is_none();
        let unplaced: Vec<&String> = self.surfaces.iter().filter(bare).collect();
        let offices = unplaced.iter().filter(|s| names.ending(s) == Some(Ending::Unit)).count();
        let known =
            unplaced.iter().filter(|s| s.ends_with('局') && self.agencies.is_form(s)).count();
        let leveled = self
            .surfaces
            .iter()
            .filter(|s| names.level(s).is_some_and(|(_, rest)| self.agencies.is_form(rest)));
        let leveled = leveled.count();
        let inward = self.department.is_some() && offices > 2 && offices > known;
        let elides = !inward && known > 2 && known > leveled;
        (self.inward, self.elides) = (inward, elides);
    }

    /// Finds the names that are others of the document's names with words left out.
    pub fn find_same(&mut self, text: &str) {
        let mut named: Vec<Named> = self.surfaces.iter().map(|s| self.name(s)).collect();
        named.retain(|n| n.kind == AgencyKind::Body);
        // `招商引资领导小组办公室` where the text has the 招商引资工作领导小组.
        let (group, longer) = self.agencies.names.same.group();
        let printed: Vec<&str> = text.match_indices(&longer).map(|(at, _)| &text[..at]).collect();
        let place = self.home.map(|home| self.divisions.display(home)).unwrap_or_default();
        for at in 0..named.len() {
            let long = named[at].name.replacen(group, &longer, 1);
            let bare = long.strip_prefix(&*place).and_then(|l| l.split_once(&longer));
            if long != named[at].name
                && bare.is_some_and(|(stem, _)| {
                    stem.chars().count() > SUBJECT && printed.iter().any(|p| p.ends_with(stem))
                })
            {
                named.push(Named { name: long, ..named[at].clone() });
            }
        }
        named.sort_by(|a, b| b.name.len().cmp(&a.name.len()).then_with(|| a.name.cmp(&b.name)));
        named.dedup_by(|a, b| a.name == b.name);
        // Only names that are alike without those words are looked at beside each other, the longest first.
        let mut alike: HashMap<String, Vec<&Named>> = HashMap::new();
        for one in &named {
            alike.entry(self.agencies.names.same.core(&one.name)).or_default().push(one);
        }
        let rules = &self.agencies.names.same;
        let mut same = HashMap::new();
        for names in alike.values() {
            for (at, long) in names.iter().enumerate() {
                let shorter = names[at + 1..].iter().filter(|s| s.place == long.place);
                let is_short = |short: &&&Named| rules.is_short_for(&short.name, &long.name);
                for short in shorter.filter(is_short) {
                    same.entry(short.name.clone()).or_insert_with(|| (*long).clone());
                }
            }
        }
        self.same = same;
    }

    /// An office printed by single characters of a name that the document has in full: `市审改办`.
    pub fn acronym(&self, surface: &str) -> Option<Named> {
        let home = self.home?;
        let (place, short) = match self.agencies.names.level(surface) {
            Some((level, rest)) => (self.level(level)?, rest),
            None => (home, surface),
        };
        if place.code != home.code || short.chars().count() < 3 || !short.ends_with('办') {
            return None;
        }
        let display = self.divisions.display(home);
        let mut full = self.offices.iter().filter(|name| {
            name.strip_prefix(&*display).is_some_and(|rest| is_acronym(short, rest))
        });
        let name = full.next()?;
        full.next().is_none().then(|| self.body(name.clone(), Some(home), sure::PREFIXED))
    }
}

/// The subject of such a group has more characters.
const SUBJECT: usize = 2;

/// By their place among `bearers`: names of a list in the form they would have alone.
pub fn alone(
    bearers: &[&Responsibility],
    text: &Text,
    agencies: &Agencies,
    elides: bool,
) -> HashMap<usize, String> {
    let mut found = HashMap::new();
    let joined = |at: usize| {
        let (one, next) = (bearers[at], bearers[at + 1]);
        let between = text.as_str().get(one.span.end..next.span.start);
        let link = between.map(str::trim);
        one.evidence == next.evidence
            && link.is_some_and(|l| l == "、" || agencies.names.links.contains(l))
    };
    for at in (0..bearers.len().saturating_sub(1)).rev().filter(|&at| joined(at)) {
        let next = found.get(&(at + 1)).unwrap_or(&bearers[at + 1].surface);
        if let Some(whole) = with_tail(&bearers[at].surface, next, agencies) {
            found.insert(at, whole);
        }
    }
    if !elides {
        let mut places = None;
        for (at, bearer) in bearers.iter().enumerate() {
            let surface = &bearer.surface;
            if at == 0 || !joined(at - 1) {
                places = None;
            }
            match places {
                Some(before) if agencies.is_form(surface) && surface.ends_with('局') => {
                    found.insert(at, format!("{before}{surface}"));
                }
                _ => places = collective(surface, agencies),
            }
        }
    }
    found
}

/// A zone or a level with the tail that the next name of its list has.
fn with_tail(surface: &str, next: &str, agencies: &Agencies) -> Option<String> {
    let names = &agencies.names;
    if surface.chars().count() == 1 {
        // `市、区审批部门`.
        let (_, rest) =
            names.level(next).filter(|_| names.level(&format!("{surface}局")).is_some())?;
        // `市、县（区）财政部门`.
        let rest = match rest.strip_prefix(['（', '(']) {
            Some(places) => places.split_once(['）', ')'])?.1,
            None => rest,
        };
        return rest.ends_with("部门").then(|| format!("{surface}{rest}"));
    }
    let tail = names.shared_tails.ends_of(next).next()?;
    let zones = [surface, next.strip_suffix(tail)?];
    let zone = |name: &&str| names.ending(name) == Some(Ending::Zone);
    zones.iter().all(zone).then(|| format!("{surface}{tail}"))
}

/// The places of `各市、县（区）市场监管局`.
fn collective<'a>(surface: &'a str, agencies: &Agencies) -> Option<&'a str> {
    if agencies.names.class(surface) != Some(Class::Places) || !surface.ends_with('局') {
        return None;
    }
    let at = body_after_places(surface, agencies)?;
    Some(&surface[..at])
}

/// Where the form of a body begins in the name of a group: `各县（市、区）|市场监管局`.
pub fn body_after_places(name: &str, agencies: &Agencies) -> Option<usize> {
    let starts = name.char_indices().skip(1).filter_map(|(at, c)| {
        let place = matches!(c, '市' | '县' | '区' | '旗' | '州' | '盟' | '地' | '）' | ')' | '〕');
        place.then_some(at + c.len_utf8())
    });
    // 市 begins 市场: the places end where a known form begins.
    starts.filter(|&at| agencies.is_form(&name[at..])).last()
}

/// Whether the characters of `short` occur in `full` in their order: `审改办` of
/// `审批制度改革领导小组办公室`.
pub fn is_acronym(short: &str, full: &str) -> bool {
    let mut rest = full.chars();
    short.chars().all(|c| rest.any(|f| f == c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_office_may_be_named_by_single_characters() {
        assert!(is_acronym("审改办", "行政审批制度改革工作小组办公室"));
        assert!(!is_acronym("营商办", "行政审批制度改革工作小组办公室"));
    }

    #[test]
    fn the_body_of_a_group_follows_its_places() {
        let agencies = Agencies::embedded();
        let body = |name: &'static str| body_after_places(name, &agencies).map(|at| &name[at..]);
        assert_eq!(body("各县（市、区）市场监管局"), Some("市场监管局"));
        assert_eq!(body("各区教育局"), Some("教育局"));
        assert_eq!(body("各市县区"), None);
    }
}
