//! The choices beside a list of tasks or targets, and how many each would leave.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::{Asked, Known, NO, NONE, TWO, Thing, YES, fails, path};
use crate::rdf::vocab::{genre, gm, role};
use crate::store::QueryError;
use crate::web::api::links::last;
use crate::web::facets::{Choice, Facet, Question};
use crate::web::labels::Label;
use crate::web::site::Site;

/// Choices of one facet that are listed.
const MOST: usize = 30;

/// What a parameter asks for.
pub(in crate::web) fn title(name: &str) -> Label {
    let (zh, en) = match name {
        "place" => ("地区", "Jurisdiction"),
        "agency" => ("机构", "Agency"),
        "role" => ("角色", "Role"),
        "genre" => ("文种", "Genre"),
        "tier" => ("效力", "Standing"),
        "year" => ("年度", "Year"),
        "document" => ("文件", "Document"),
        "section" => ("章节", "Section"),
        "policy" => ("落实的文件", "Policy carried out"),
        "lead" => ("牵头", "Lead"),
        "deadline" => ("时限", "Deadline"),
        "target" => ("目标", "Target"),
        "names" => ("名称", "Names"),
        "indicator" => ("指标", "Indicator"),
        "unit" => ("单位", "Unit"),
        "comparator" => ("比较", "Comparison"),
        _ => ("文字", "Words"),
    };
    Label::new(zh, en)
}

/// What it is to have something, or not.
pub(super) fn has(name: &str, value: &str) -> Label {
    let (zh, en) = match (name, value) {
        ("lead", YES) => ("有牵头单位", "with a lead"),
        ("lead", TWO) => ("两个以上牵头单位", "with two leads or more"),
        ("lead", _) => ("未写明牵头单位", "no lead named"),
        ("deadline", YES) => ("写明时限", "with a deadline"),
        ("deadline", _) => ("未写明时限", "no deadline said"),
        ("target", YES) => ("有量化目标", "with a target"),
        ("target", _) => ("无量化目标", "without a target"),
        (_, _) => ("有未识别名称", "with an unresolved name"),
    };
    Label::new(zh, en)
}

impl Known<'_> {
    /// The facets of a list.
    pub(in crate::web::pages) fn facets<T>(
        &self,
        asked: &Asked,
        things: &[Thing<'_, T>],
    ) -> Result<Vec<Facet>, QueryError> {
        let site = self.site;
        let unsaid = || site.say("未载明", "not said").to_owned();
        let concept = |namespace: &'static str| {
            move |code: &str| match code {
                NONE => unsaid(),
                code => site.labels.of(&format!("{namespace}{code}")).of(site.lang).to_owned(),
            }
        };
        let is_targets = things.first().is_some_and(|thing| thing.target.is_some());
        let mut facets = vec![self.places(asked, things)?];
        if is_targets {
            facets.push(indicators(asked, things));
        }
        facets.extend(self.parts(asked, things)?);
        facets.push(newest_first(facet(
            asked,
            ("year", fails::YEAR),
            things,
            |thing| Some(thing.document.year.as_deref().unwrap_or(NONE)),
            |year| match year {
                NONE => unsaid(),
                year => site.say("{} 年", "{}").replace("{}", year),
            },
        )));
        facets.push(facet(
            asked,
            ("genre", fails::GENRE),
            things,
            |thing| Some(thing.document.genre.as_ref().map_or(NONE, |genre| genre.code())),
            concept(genre::NAMESPACE),
        ));
        facets.push(facet(
            asked,
            ("tier", fails::TIER),
            things,
            |thing| Some(thing.document.tier.as_ref().map_or(NONE, |tier| tier.code())),
            concept(gm::NAMESPACE),
        ));
        if is_targets {
            facets.push(facet(
                asked,
                ("comparator", fails::COMPARATOR),
                things,
                |thing| thing.target.map(|target| target.comparator.code()),
                concept(gm::NAMESPACE),
            ));
            facets.push(facet(
                asked,
                ("unit", fails::UNIT),
                things,
                |thing| thing.target.map(|target| target.unit.as_deref().unwrap_or(NONE)),
                |unit| if unit == NONE { unsaid() } else { unit.to_owned() },
            ));
        }
        facets.push(self.policies(asked, things)?);
        let said = |is: bool| Some(if is { YES } else { NO });
        if !is_targets {
            let mut leads =
                flag(site, asked, ("lead", fails::LEAD), things, |thing| said(thing.leads > 0));
            let two = flag(site, asked, ("lead", fails::LEAD), things, |thing| {
                (thing.leads > 1).then_some(TWO)
            });
            leads.choices.extend(two.choices);
            facets.push(leads);
        }
        facets.push(flag(site, asked, ("deadline", fails::DEADLINE), things, |thing| {
            said(thing.has_deadline)
        }));
        if !is_targets {
            facets.push(flag(site, asked, ("target", fails::TARGET), things, |thing| {
                said(thing.has_target)
            }));
        }
        facets.push(flag(site, asked, ("names", fails::NAMES), things, |thing| {
            self.is_unresolved(thing).then_some("unresolved")
        }));
        Ok(facets)
    }

    /// The agencies that have a part, in the role that is asked for; the roles, of the agency that is.
    fn parts<T>(&self, asked: &Asked, things: &[Thing<'_, T>]) -> Result<[Facet; 2], QueryError> {
        let site = self.site;
        let meant = self.agencies(asked)?;
        let (mut agencies, mut roles) = (HashMap::new(), HashMap::new());
        for thing in things.iter().filter(|thing| thing.is_wanted_but(fails::PARTS)) {
            let (mut of_thing, mut its_roles) = (BTreeSet::new(), BTreeSet::new());
            for part in thing.parts {
                let agency = part.agency.as_deref();
                if asked.role.is_empty() || *part.role == *asked.role {
                    of_thing.extend(agency);
                }
                let is_meant = |meant: &HashSet<&str>| agency.is_some_and(|a| meant.contains(a));
                if meant.as_ref().is_none_or(is_meant) {
                    its_roles.insert(&*part.role);
                }
            }
            for iri in of_thing {
                *agencies.entry(iri).or_default() += 1;
            }
            for code in its_roles {
                *roles.entry(code).or_default() += 1;
            }
        }
        let tables = self.tables;
        // A bearer that is no agency of the tables has no name to be listed by.
        tables.agencies(site)?;
        let name = |iri: &str| match tables.agency(site, iri) {
            Ok(Some(agency)) => agency.name.clone(),
            _ => last(iri).to_owned(),
        };
        let role = |code: &str| {
            site.labels.of(&format!("{}{code}", role::NAMESPACE)).of(site.lang).to_owned()
        };
        Ok([
            counted(asked, "agency", agencies, |iri| path(site, iri), name),
            counted(asked, "role", roles, |code| code, role),
        ])
    }

    /// The divisions, each below the one it lies in and with all that lie in it.
    fn places<T>(&self, asked: &Asked, things: &[Thing<'_, T>]) -> Result<Facet, QueryError> {
        let rest = things.iter().filter(|thing| thing.is_wanted_but(fails::PLACE));
        let codes =
            rest.map(|thing| thing.document.jurisdiction.as_ref().map(|place| &*place.code));
        tree(self, &asked.question(), &asked.place, codes)
    }

    fn policies<T>(&self, asked: &Asked, things: &[Thing<'_, T>]) -> Result<Facet, QueryError> {
        let site = self.site;
        let mut counts = HashMap::new();
        for thing in things.iter().filter(|thing| thing.is_wanted_but(fails::POLICY)) {
            let policies = thing.policies.iter().map(|policy| &**policy);
            for iri in policies.collect::<BTreeSet<&str>>() {
                *counts.entry(iri).or_default() += 1;
            }
        }
        let tables = self.tables;
        tables.policies(site)?;
        let name = |iri: &str| match tables.policy(site, iri) {
            Ok(Some(policy)) => policy.title.clone(),
            _ => last(iri).to_owned(),
        };
        Ok(counted(asked, "policy", counts, |iri| path(site, iri), name))
    }
}

/// The facet of a property that things have once at most.
fn facet<'t, 'v, 's: 't, T: 't>(
    asked: &Asked,
    (name, bit): (&'static str, u32),
    things: &'t [Thing<'s, T>],
    value: impl Fn(&'t Thing<'s, T>) -> Option<&'v str>,
    text: impl Fn(&str) -> String,
) -> Facet {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let rest = things.iter().filter(|thing| thing.is_wanted_but(bit));
    for value in rest.filter_map(value) {
        *counts.entry(value).or_default() += 1;
    }
    counted(asked, name, counts, |value| value, text)
}

/// The facet of whether things have something.
fn flag<'s, T>(
    site: &Site,
    asked: &Asked,
    (name, bit): (&'static str, u32),
    things: &[Thing<'s, T>],
    value: impl Fn(&Thing<'s, T>) -> Option<&'static str>,
) -> Facet {
    let text = |value: &str| has(name, value).of(site.lang).to_owned();
    facet(asked, (name, bit), things, value, text)
}

/// The facet of values that have been counted, the most frequent first; `code` is what addresses have, `text` what is
/// shown.
pub(in crate::web::pages) fn counted(
    asked: &Asked,
    name: &'static str,
    counts: HashMap<&str, usize>,
    code: impl Fn(&str) -> &str,
    text: impl Fn(&str) -> String,
) -> Facet {
    let pairs = asked.pairs();
    let chosen = pairs.iter().find(|(other, _)| *other == name).map_or("", |(_, value)| value);
    let question = asked.question();
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_by(|(a, one), (b, other)| other.cmp(one).then_with(|| a.cmp(b)));
    let mut choices = Vec::new();
    for (at, &(value, count)) in counts.iter().enumerate() {
        let is_chosen = code(value) == chosen;
        if at < MOST || is_chosen {
            let href = question.with(name, if is_chosen { "" } else { code(value) });
            choices.push(Choice { text: text(value), count, href, chosen: is_chosen, depth: 0 });
        }
    }
    let left_off = counts.len() - choices.len();
    Facet { label: title(name), choices, left_off }
}

/// The indicators with the characters that are asked for. Each leads to all whose indicators have its own, which is
/// what one compares, and counts them so.
fn indicators<T>(asked: &Asked, things: &[Thing<'_, T>]) -> Facet {
    let wanted = things.iter().filter(|thing| thing.is_wanted());
    let all: Vec<&str> = wanted.filter_map(|thing| thing.target?.indicator.as_deref()).collect();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for indicator in &all {
        *counts.entry(indicator).or_default() += 1;
    }
    let mut facet = counted(asked, "indicator", counts, |value| value, str::to_owned);
    for choice in &mut facet.choices {
        choice.count = all.iter().filter(|other| other.contains(&*choice.text)).count();
    }
    facet.choices.sort_by_key(|choice| std::cmp::Reverse(choice.count));
    facet
}

/// The newest first; what is not said goes last.
pub(in crate::web::pages) fn newest_first(mut facet: Facet) -> Facet {
    facet.choices.sort_by_cached_key(|choice| {
        let is_year = choice.text.starts_with(|c: char| c.is_ascii_digit());
        std::cmp::Reverse((is_year, choice.text.clone()))
    });
    facet
}

/// Divisions as a tree; `codes` are those of the things that are counted.
pub(in crate::web::pages) fn tree<'c>(
    known: &Known<'c>,
    question: &Question,
    asked: &str,
    codes: impl Iterator<Item = Option<&'c str>>,
) -> Result<Facet, QueryError> {
    let mut own: HashMap<Option<&str>, usize> = HashMap::new();
    for code in codes {
        *own.entry(code).or_default() += 1;
    }
    let mut counted: BTreeMap<&str, usize> = BTreeMap::new();
    for (code, count) in &own {
        for code in code.map_or(Ok(Vec::new()), |code| known.tables.chain(known.site, code))? {
            *counted.entry(code).or_default() += count;
        }
    }
    places(known, question, asked, counted, own.get(&None).copied().unwrap_or(0))
}

/// The same of divisions that have been counted with what lies in them; `without` more things are in none.
pub(in crate::web::pages) fn places(
    known: &Known<'_>,
    question: &Question,
    asked: &str,
    counted: BTreeMap<&str, usize>,
    without: usize,
) -> Result<Facet, QueryError> {
    let (site, tables) = (known.site, known.tables);
    // By the codes from the highest down, so that each stands behind the one it lies in.
    let mut ways: BTreeMap<Vec<&str>, usize> = BTreeMap::new();
    for (&code, &count) in &counted {
        let mut way = tables.chain(site, code)?;
        way.reverse();
        ways.insert(way, count);
    }
    let divisions = tables.divisions(site)?;
    let choice = |code: &str, text: String, count, depth| {
        let chosen = code == asked;
        let href = question.with("place", if chosen { "" } else { code });
        Choice { text, count, href, chosen, depth }
    };
    let mut choices: Vec<Choice> = Vec::with_capacity(ways.len() + 1);
    for (way, count) in ways {
        let Some(code) = way.last() else { continue };
        let text = divisions.get(*code).map_or(*code, |division| &division.name).to_owned();
        choices.push(choice(code, text, count, way.len() - 1));
    }
    if without > 0 {
        choices.push(choice(NONE, site.say("未载明", "not said").to_owned(), without, 0));
    }
    Ok(Facet { label: title("place"), choices, left_off: 0 })
}
