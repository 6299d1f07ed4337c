//! The choices beside a list of tasks or targets, and how many each would leave.

use std::collections::{BTreeMap, BTreeSet};

use super::{Asked, Known, NO, NONE, TWO, Thing, YES, fails, path};
use crate::rdf::vocab::role;
use crate::store::QueryError;
use crate::web::facets::{Choice, Facet, Order, Question};
use crate::web::labels::Label;

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
        let unsaid = || (NONE.to_owned(), site.say("未载明", "not said").to_owned());
        let concept = |concept: Option<&crate::web::api::terms::Concept>| match concept {
            Some(concept) => (concept.code().to_owned(), concept.label().of(site.lang).to_owned()),
            None => unsaid(),
        };
        let is_targets = things.first().is_some_and(|thing| thing.target.is_some());
        let mut facets = vec![self.places(asked, things)?];
        if is_targets {
            facets.push(indicators(asked, things));
        }
        let meant = self.agencies(asked)?;
        let rest = || things.iter().filter(|thing| thing.is_wanted_but(fails::PARTS));
        let mut agencies = Vec::new();
        for thing in rest() {
            let parts =
                thing.parts.iter().filter(|part| asked.role.is_empty() || part.role == asked.role);
            for iri in parts.filter_map(|part| part.agency.as_deref()).collect::<BTreeSet<_>>() {
                if let Some(agency) = self.tables.agency(site, iri)? {
                    agencies.push((path(site, iri).to_owned(), agency.name.clone()));
                }
            }
        }
        let roles = rest().flat_map(|thing| {
            let parts = thing.parts.iter().filter(|part| {
                let is_meant = |meant: &std::collections::HashSet<&str>| {
                    part.agency.as_deref().is_some_and(|agency| meant.contains(agency))
                };
                meant.as_ref().is_none_or(is_meant)
            });
            parts.map(|part| part.role.clone()).collect::<BTreeSet<_>>()
        });
        let roles = roles.map(|code| {
            let label = site.labels.of(&format!("{}{code}", role::NAMESPACE));
            (code, label.of(site.lang).to_owned())
        });
        let question = asked.question();
        facets.push(
            Facet::new(
                &question,
                ("agency", title("agency")),
                &asked.agency,
                Order::Count,
                agencies,
            )
            .at_most(MOST),
        );
        facets.push(Facet::new(
            &question,
            ("role", title("role")),
            &asked.role,
            Order::Count,
            roles,
        ));
        facets.push(newest_first(facet(asked, "year", fails::YEAR, things, |thing| {
            Some(match &thing.document.year {
                Some(year) => (year.clone(), site.say("{} 年", "{}").replace("{}", year)),
                None => unsaid(),
            })
        })));
        facets.push(facet(asked, "genre", fails::GENRE, things, |thing| {
            Some(concept(thing.document.genre.as_ref()))
        }));
        facets.push(facet(asked, "tier", fails::TIER, things, |thing| {
            Some(concept(thing.document.tier.as_ref()))
        }));
        if is_targets {
            facets.push(facet(asked, "comparator", fails::COMPARATOR, things, |thing| {
                thing.target.map(|target| concept(Some(&target.comparator)))
            }));
            let unit = |thing: &Thing<'_, T>| {
                let unit = thing.target?.unit.clone();
                Some(unit.map_or_else(unsaid, |unit| (unit.clone(), unit)))
            };
            facets.push(facet(asked, "unit", fails::UNIT, things, unit).at_most(MOST));
        }
        facets.push(self.policies(asked, things)?);
        let flag = |name, bit, value: &dyn Fn(&Thing<'_, T>) -> Option<&'static str>| {
            facet(asked, name, bit, things, |thing| {
                let value = value(thing)?;
                Some((value.to_owned(), has(name, value).of(site.lang).to_owned()))
            })
        };
        let said = |is: bool| Some(if is { YES } else { NO });
        if !is_targets {
            let mut leads = flag("lead", fails::LEAD, &|thing| said(thing.leads() > 0));
            let two = flag("lead", fails::LEAD, &|thing| (thing.leads() > 1).then_some(TWO));
            leads.choices.extend(two.choices);
            facets.push(leads);
        }
        facets.push(flag("deadline", fails::DEADLINE, &|thing| said(thing.has_deadline)));
        if !is_targets {
            facets.push(flag("target", fails::TARGET, &|thing| said(thing.has_target)));
        }
        facets.push(flag("names", fails::NAMES, &|thing| {
            self.is_unresolved(thing).then_some("unresolved")
        }));
        Ok(facets)
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
        let mut values = Vec::new();
        for thing in things.iter().filter(|thing| thing.is_wanted_but(fails::POLICY)) {
            let policies: BTreeSet<&str> =
                thing.policies.iter().copied().flatten().map(|policy| &**policy).collect();
            for iri in policies {
                let title = self.tables.policy(site, iri)?.map_or(iri, |policy| &policy.title);
                values.push((path(site, iri).to_owned(), title.to_owned()));
            }
        }
        let question = asked.question();
        let label = ("policy", title("policy"));
        Ok(Facet::new(&question, label, &asked.policy, Order::Count, values).at_most(MOST))
    }
}

/// The facet of a property that things have once at most.
fn facet<'t, 's: 't, T: 't>(
    asked: &Asked,
    name: &'static str,
    bit: u32,
    things: &'t [Thing<'s, T>],
    value: impl Fn(&'t Thing<'s, T>) -> Option<(String, String)>,
) -> Facet {
    let rest = things.iter().filter(|thing| thing.is_wanted_but(bit));
    let pairs = asked.pairs();
    let chosen = pairs.iter().find(|(other, _)| *other == name).map_or("", |(_, value)| value);
    Facet::new(&asked.question(), (name, title(name)), chosen, Order::Count, rest.filter_map(value))
}

/// The indicators with the characters that are asked for. Each leads to all whose indicators have its own, which is
/// what one compares, and counts them so.
fn indicators<T>(asked: &Asked, things: &[Thing<'_, T>]) -> Facet {
    let wanted = things.iter().filter(|thing| thing.is_wanted());
    let all: Vec<&str> = wanted.filter_map(|thing| thing.target?.indicator.as_deref()).collect();
    let values = all.iter().map(|indicator| ((*indicator).to_owned(), (*indicator).to_owned()));
    let label = ("indicator", title("indicator"));
    let facet = Facet::new(&asked.question(), label, &asked.indicator, Order::Count, values);
    let mut facet = facet.at_most(MOST);
    for choice in &mut facet.choices {
        choice.count = all.iter().filter(|other| other.contains(&*choice.text)).count();
    }
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
    known: &Known<'_>,
    question: &Question,
    asked: &str,
    codes: impl Iterator<Item = Option<&'c str>>,
) -> Result<Facet, QueryError> {
    let (mut each, mut without) = (Vec::new(), 0);
    for code in codes {
        match code {
            Some(code) => each.push(BTreeSet::from_iter(known.tables.chain(known.site, code)?)),
            None => without += 1,
        }
    }
    places(known, question, asked, each, without)
}

/// The same of things that each have the divisions they are in, higher ones included; `without` more have none.
pub(in crate::web::pages) fn places(
    known: &Known<'_>,
    question: &Question,
    asked: &str,
    each: Vec<BTreeSet<&str>>,
    without: usize,
) -> Result<Facet, QueryError> {
    let (site, tables) = (known.site, known.tables);
    let mut counted: BTreeMap<&str, usize> = BTreeMap::new();
    for code in each.into_iter().flatten() {
        *counted.entry(code).or_default() += 1;
    }
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
