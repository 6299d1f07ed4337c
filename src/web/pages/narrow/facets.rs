//! The choices beside a list of tasks or targets, and how many each would leave.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::counts::{Counter, Counts, Tally};
use super::{Asked, Known, List, NO, NONE, TWO, YES, path};
use crate::rdf::vocab::{genre, gm, role};
use crate::store::QueryError;
use crate::web::api::columns::{Documents, UNSAID, Values};
use crate::web::api::links::last;
use crate::web::facets::{Choice, Facet, Question};
use crate::web::labels::Label;
use crate::web::site::Site;

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
    pub(in crate::web::pages) fn facets(
        &self,
        asked: &Asked,
        list: &impl List,
        counts: &Counts,
    ) -> Result<Vec<Facet>, QueryError> {
        let (site, tables) = (self.site, self.tables);
        let (rows, documents) = (list.rows(), list.documents());
        let unsaid = || site.say("未载明", "not said").to_owned();
        let concept = |namespace: &'static str| {
            move |code: &str| match code {
                NONE => unsaid(),
                code => site.labels.of(&format!("{namespace}{code}")).of(site.lang).to_owned(),
            }
        };
        let facet = |name, tally: &Tally, values: &Values, text: &dyn Fn(&str) -> String| {
            self.facet(asked, name, tally, values, text)
        };
        let flags = |name, counts: &[(&'static str, usize)]| self.flags(asked, name, counts);
        // A bearer that is no agency of the tables has no name to be listed by.
        tables.agency(site, "")?;
        let agency = |iri: &str| match tables.agency(site, iri) {
            Ok(Some(agency)) => agency.name.clone(),
            _ => last(iri).to_owned(),
        };
        tables.policy(site, "")?;
        let policy = |iri: &str| match tables.policy(site, iri) {
            Ok(Some(policy)) => policy.title.clone(),
            _ => last(iri).to_owned(),
        };
        let places = places(
            self,
            &asked.question(),
            &asked.place,
            divisions(self, documents, &counts.place)?,
            counts.place.unsaid,
        )?;
        let mut facets = vec![places];
        if let (Some(columns), Some(counts)) = (list.measures(), &counts.measures) {
            let values = &columns.indicator.values;
            facets.push(facet("indicator", &counts.indicator, values, &str::to_owned));
        }
        facets.push(facet("agency", &counts.agency, &rows.agencies, &agency));
        facets.push(facet("role", &counts.role, &rows.roles, &concept(role::NAMESPACE)));
        facets.push(newest_first(facet("year", &counts.year, &documents.year.values, &year(site))));
        let genre = concept(genre::NAMESPACE);
        facets.push(facet("genre", &counts.genre, &documents.genre.values, &genre));
        let term = concept(gm::NAMESPACE);
        facets.push(facet("tier", &counts.tier, &documents.tier.values, &term));
        if let (Some(columns), Some(counts)) = (list.measures(), &counts.measures) {
            let values = &columns.comparator.values;
            facets.push(facet("comparator", &counts.comparator, values, &term));
            let unit = |unit: &str| if unit == NONE { unsaid() } else { unit.to_owned() };
            facets.push(facet("unit", &counts.unit, &columns.unit.values, &unit));
        }
        facets.push(facet("policy", &counts.policy, &rows.policies.values, &policy));
        let is_of_tasks = counts.measures.is_none();
        if is_of_tasks {
            let [none, one, more] = counts.leads;
            let mut leads = flags("lead", &[(NO, none), (YES, one + more)]);
            leads.choices.extend(flags("lead", &[(TWO, more)]).choices);
            facets.push(leads);
        }
        let [without, with] = counts.deadline;
        facets.push(flags("deadline", &[(NO, without), (YES, with)]));
        if is_of_tasks {
            let [without, with] = counts.target;
            facets.push(flags("target", &[(NO, without), (YES, with)]));
        }
        facets.push(flags("names", &[("unresolved", counts.unresolved)]));
        Ok(facets)
    }

    /// The facet of values that have been counted; `text` is what is shown of each. IRIs stand in addresses by their
    /// paths.
    pub(in crate::web::pages) fn facet(
        &self,
        asked: &Asked,
        name: &'static str,
        tally: &Tally,
        values: &Values,
        text: impl Fn(&str) -> String,
    ) -> Facet {
        let choices = tally.choices.iter().map(|&(number, count)| {
            let value = if number == UNSAID { NONE } else { values.get(number) };
            (path(self.site, value), text(value), count)
        });
        let choices = Facet::new(&asked.question(), (name, title(name)), asked.of(name), choices);
        Facet { left_off: tally.left_off, ..choices }
    }

    /// The facet of whether things have something.
    fn flags(&self, asked: &Asked, name: &'static str, counts: &[(&'static str, usize)]) -> Facet {
        let mut counts: Vec<_> = counts.iter().filter(|(_, count)| *count > 0).collect();
        counts.sort_by_key(|(_, count)| Reverse(*count));
        let text = |value| has(name, value).of(self.site.lang).to_owned();
        let choices = counts.into_iter().map(|&(value, count)| (value, text(value), count));
        Facet::new(&asked.question(), (name, title(name)), asked.of(name), choices)
    }
}

/// A year in words.
pub(in crate::web::pages) fn year(site: &Site) -> impl Fn(&str) -> String {
    |year| match year {
        NONE => site.say("未载明", "not said").to_owned(),
        year => site.say("{} 年", "{}").replace("{}", year),
    }
}

/// The newest first; what is not said goes last.
pub(in crate::web::pages) fn newest_first(mut facet: Facet) -> Facet {
    facet.choices.sort_by_cached_key(|choice| {
        let is_year = choice.text.starts_with(|c: char| c.is_ascii_digit());
        Reverse((is_year, choice.text.clone()))
    });
    facet
}

/// The divisions that documents are of, each counted with all that lie in it.
pub(in crate::web::pages) fn divisions<'c>(
    known: &Known<'c>,
    documents: &'c Documents,
    counter: &Counter,
) -> Result<BTreeMap<&'c str, usize>, QueryError> {
    let mut counted: BTreeMap<&str, usize> = BTreeMap::new();
    for (place, count) in counter.iter().filter(|(place, _)| *place != UNSAID) {
        for code in known.tables.chain(known.site, documents.place.values.get(place))? {
            *counted.entry(code).or_default() += count;
        }
    }
    Ok(counted)
}

/// The facet of divisions as a tree, that have been counted with what lies in them; `without` more things are in none.
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
