//! One bearer of duties: what it is, its tasks by role, with whom it shares them and when they are due.

mod duties;
mod feed;
mod ledger;
mod partners;
mod print;
mod timeline;

use std::cmp::Reverse;
use std::collections::HashSet;

use askama::Template;
use serde::Deserialize;
use serde_json::Value;

use crate::web::api::records::Document;
use crate::web::api::tables::Tables;
use crate::web::error::WebError;
use crate::web::facets::{Chip, Facet, Question, by_count};
use crate::web::filters;
use crate::web::labels::Label;
use crate::web::paging::Paging;
use crate::web::site::{Row, Site};
use duties::{Duties, Limit, Task, duties};
use partners::Partner;
use timeline::Year;

pub(super) use feed::answer as feed;
pub(super) use ledger::table;
pub(super) use print::build as printed;

/// Tasks on a page, and partners that are shown at once.
const SIZE: usize = 30;
const FEW: usize = 8;

const AGENCY: &str = include_str!("../../queries/agency.rq");
const NAMES: &str = include_str!("../../queries/agency_names.rq");
const FAMILY: &str = include_str!("../../queries/agency_family.rq");
const BEARERS: &str = include_str!("../../queries/api_responsibilities.rq");

/// What the address asks for; an empty value asks for all.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct Asked {
    /// The code of a role; without one, the page shows the first that the bearer has, and an export all.
    role: String,
    year: String,
    /// The path of a document's IRI.
    document: String,
    /// A year, month or day; `none`, where no day is said.
    due: String,
    page: String,
    /// `ledger` for the page to print.
    pub(super) view: String,
}

#[derive(Template)]
#[template(path = "agency.html")]
pub(super) struct Agency {
    iri: String,
    name: String,
    kind: Option<Label>,
    place: Option<(String, String)>,
    rule: Option<String>,
    names: Vec<String>,
    above: Vec<Relative>,
    below: Vec<Relative>,
    tabs: Vec<Tab>,
    groups: Vec<Group>,
    facets: Vec<Facet>,
    chips: Vec<Chip>,
    years: Vec<YearLinks>,
    paging: Paging,
    /// How many tasks the bearer has in the role that is shown, whatever else is asked for.
    total: usize,
    /// Where all of them are.
    whole: String,
    partners: Vec<Partner>,
    network: Value,
    to_print: String,
}

struct Relative {
    name: String,
    href: String,
}

/// A role that the bearer has.
struct Tab {
    code: &'static str,
    label: Label,
    count: usize,
    href: String,
    chosen: bool,
}

/// Tasks of one document that follow each other.
struct Group {
    title: String,
    href: String,
    year: String,
    /// Of a draft or an unofficial text.
    tier: Option<Label>,
    /// What it carries out or rests on.
    higher: Vec<Policy>,
    entries: Vec<Entry>,
}

struct Policy {
    relation: Label,
    title: String,
    href: String,
}

/// A task with those who share it, and the sentences that say so.
struct Entry {
    task: Task,
    roles: Vec<Shared>,
    proofs: Vec<Proof>,
}

struct Shared {
    code: String,
    label: Label,
    bearers: Vec<Bearer>,
}

struct Bearer {
    surface: String,
    href: Option<String>,
    /// Whether it is the one that the page is about.
    is_this: bool,
}

struct Proof {
    words: String,
    href: String,
}

/// A year of the time line, and where its tasks are listed.
struct YearLinks {
    year: Year,
    href: String,
    chosen: bool,
    /// Where each month's tasks are; and whether they are what is listed.
    months: Vec<(String, bool)>,
}

impl Asked {
    /// Whether it asks for this task; for the sake of counting choices, whatever `except` is.
    fn wants(&self, site: &Site, task: &Task, except: &str) -> bool {
        let is = |name: &str, asked: &str, value: &str| {
            name == except || asked.is_empty() || asked == value
        };
        let due = match self.due.as_str() {
            "" => true,
            "none" => task.due.is_empty(),
            day => task.due.iter().any(|due| due.starts_with(day)),
        };
        is("year", &self.year, task.document.year.as_deref().unwrap_or_default())
            && is("document", &self.document, path(site, &task.document.id))
            && (except == "due" || due)
    }

    /// What of a bearer's tasks it asks for, in all roles if it names none.
    fn of(&self, site: &Site, mut all: Vec<Duties>) -> Vec<Duties> {
        all.retain(|duties| self.role.is_empty() || self.role == duties.code);
        for duties in &mut all {
            duties.tasks.retain(|task| self.wants(site, task, ""));
        }
        all.retain(|duties| !duties.tasks.is_empty());
        all
    }

    fn question(&self) -> Question {
        Question::new(&[
            ("role", &self.role),
            ("year", &self.year),
            ("document", &self.document),
            ("due", &self.due),
        ])
    }
}

/// What follows the base in an IRI.
fn path<'i>(site: &Site, iri: &'i str) -> &'i str {
    iri.strip_prefix(site.store.base().as_str()).unwrap_or(iri)
}

/// The name of a bearer.
pub(super) fn name(site: &Site, iri: &str) -> Result<String, WebError> {
    let row = site.row(AGENCY, &[("agency", iri)])?;
    Ok(row.ok_or_else(|| site.not_found(iri.to_owned()))?.text("name"))
}

/// The page of the bearer that `iri` names.
pub(super) fn build(site: &Site, iri: &str, mut asked: Asked) -> Result<Agency, WebError> {
    let given = [("agency", iri)];
    let row = site.row(AGENCY, &given)?.ok_or_else(|| site.not_found(iri.to_owned()))?;
    let family = site.rows(FAMILY, &given)?;
    let relatives = |above: bool| {
        let rows = family.iter().filter(move |row| row.is_true("above") == above);
        let relative =
            |row: &Row| Relative { name: row.text("name"), href: site.href(&row.text("other")) };
        rows.map(relative).collect::<Vec<_>>()
    };
    let tables = site.tables.now(site);
    let all = duties(site, iri)?;
    let name = row.text("name");
    let tasks: HashSet<&str> =
        all.iter().flat_map(|duties| &duties.tasks).map(|task| task.iri.as_str()).collect();
    let partners = partners::partners(site, &tables, iri, &tasks)?;
    let network = partners::network(site, &tables, (iri, &name), &tasks, &partners)?;
    let shown = all.iter().position(|duties| duties.code == asked.role).unwrap_or(0);
    asked.role = all.get(shown).map(|duties| duties.code.to_owned()).unwrap_or_default();
    let in_role = all.get(shown).map_or(&[][..], |duties| &duties.tasks);
    let found: Vec<&Task> = in_role.iter().filter(|task| asked.wants(site, task, "")).collect();
    let question = [
        ("role", &*asked.role),
        ("year", &asked.year),
        ("document", &asked.document),
        ("due", &asked.due),
    ];
    let paging = Paging::new(found.len(), SIZE, asked.page.parse().unwrap_or(1), &question);
    let mut facets = facets(site, &asked, in_role);
    facets.retain(|facet| facet.narrows(found.len()));
    let mut chips = Facet::chips(&facets);
    let due = asked.due.as_str();
    if !due.is_empty() && due != "none" {
        let text = format!("{}{due}", site.say("时限 ", "due "));
        chips.push(Chip { text, href: asked.question().with("due", "") });
    }
    Ok(Agency {
        tabs: tabs(&all, &asked),
        groups: groups(site, &tables, iri, paging.cut(found, SIZE))?,
        years: years(site, &asked, in_role),
        facets,
        chips,
        total: in_role.len(),
        whole: Question::new(&[("role", &asked.role)]).with("", ""),
        paging,
        partners,
        network,
        to_print: asked.question().with("view", "ledger"),
        iri: iri.to_owned(),
        name,
        kind: row.get("kind").map(|kind| site.labels.of(&kind)),
        place: row.get("place").map(|place| (row.text("placeName"), site.href(&place))),
        rule: row.get("rule"),
        names: site.rows(NAMES, &given)?.iter().map(|row| row.text("name")).collect(),
        above: relatives(true),
        below: relatives(false),
    })
}

/// The roles that the bearer has, each with how much of it the rest of the question leaves.
fn tabs(all: &[Duties], asked: &Asked) -> Vec<Tab> {
    let tab = |duties: &Duties| Tab {
        code: duties.code,
        label: duties.role.clone(),
        count: duties.tasks.len(),
        // What narrows one role may leave nothing of another.
        href: Question::new(&[]).with("role", duties.code),
        chosen: duties.code == asked.role,
    };
    all.iter().map(tab).collect()
}

fn facets(site: &Site, asked: &Asked, tasks: &[Task]) -> Vec<Facet> {
    let question = asked.question();
    let rest = |except: &'static str| tasks.iter().filter(move |t| asked.wants(site, t, except));
    let mut years = by_count(rest("year").filter_map(|task| task.document.year.as_deref()));
    years.sort_unstable_by_key(|(year, _)| Reverse(*year));
    let years = years
        .into_iter()
        .map(|(year, count)| (year, site.say("{} 年", "{}").replace("{}", year), count));
    let documents = by_count(
        rest("document").map(|task| (path(site, &task.document.id), title(site, &task.document))),
    );
    let documents =
        documents.into_iter().map(|((path, title), count)| (path, title.to_owned(), count));
    let without = rest("due").filter(|task| task.due.is_empty()).count();
    let without = Some(without).filter(|without| *without > 0);
    let without =
        without.map(|without| ("none", site.say("未写明", "not said").to_owned(), without));
    vec![
        Facet::new(&question, ("due", Label::new("时限", "Deadline")), &asked.due, without),
        Facet::new(
            &question,
            ("year", Label::new("文件年度", "Year of document")),
            &asked.year,
            years,
        ),
        Facet::new(
            &question,
            ("document", Label::new("文件", "Document")),
            &asked.document,
            documents,
        ),
    ]
}

fn years(site: &Site, asked: &Asked, tasks: &[Task]) -> Vec<YearLinks> {
    let question = asked.question();
    let link = |due: &str| {
        let chosen = asked.due == due;
        (question.with("due", if chosen { "" } else { due }), chosen)
    };
    let wanted = tasks.iter().filter(|task| asked.wants(site, task, "due"));
    let years = timeline::years(wanted, &site.today).into_iter().map(|year| {
        let (href, chosen) = link(&year.year);
        let months = year.months.iter().map(|month| link(&month.code)).collect();
        YearLinks { href, chosen, months, year }
    });
    years.collect()
}

fn title<'d>(site: &Site, document: &'d Document) -> &'d str {
    document.title.as_deref().unwrap_or(site.say("（无题）", "(untitled)"))
}

fn groups(
    site: &Site,
    tables: &Tables,
    iri: &str,
    tasks: Vec<&Task>,
) -> Result<Vec<Group>, WebError> {
    let mut groups: Vec<Group> = Vec::new();
    let mut last = "";
    for task in tasks {
        let document = &task.document;
        if last != document.id {
            last = &document.id;
            groups.push(Group {
                title: title(site, document).to_owned(),
                href: site.href(&document.id),
                year: document.year.clone().unwrap_or_default(),
                tier: document.tier.as_ref().filter(|_| document.draft).map(|tier| tier.label()),
                higher: higher(site, tables, &document.id)?,
                entries: Vec::new(),
            });
        }
        if let Some(group) = groups.last_mut() {
            group.entries.push(Entry::read(site, iri, task.clone())?);
        }
    }
    Ok(groups)
}

/// What a document as a whole carries out or rests on.
fn higher(site: &Site, tables: &Tables, work: &str) -> Result<Vec<Policy>, WebError> {
    let mut higher = Vec::new();
    for link in tables.higher_of(site, work)? {
        if let Some(policy) = tables.policy(site, &link.policy)? {
            higher.push(Policy {
                relation: site.labels.of_citation(&link.relation),
                title: policy.title.clone(),
                href: site.href(&link.policy),
            });
        }
    }
    Ok(higher)
}

impl Entry {
    fn read(site: &Site, agency: &str, mut task: Task) -> Result<Self, WebError> {
        task.limit(site)?;
        let mut roles: Vec<Shared> = Vec::new();
        let mut proofs: Vec<Proof> = Vec::new();
        for row in parts(site, &task)? {
            let role = row.text("role");
            let code = role.rsplit('/').next().unwrap_or_default().to_owned();
            let other = row.get("agency");
            let is_this = other.as_deref() == Some(agency);
            if is_this {
                let proof =
                    Proof { words: row.text("words"), href: site.href(&row.text("evidence")) };
                if proofs.iter().all(|known| known.words != proof.words) {
                    proofs.push(proof);
                }
            }
            let href = other.map(|iri| site.href(&iri));
            let bearer = Bearer { surface: row.text("surface"), href, is_this };
            match roles.iter_mut().find(|known| known.code == code) {
                Some(known) if known.bearers.iter().any(|b| b.surface == bearer.surface) => {}
                Some(known) => known.bearers.push(bearer),
                None => {
                    let label = site.labels.of(&role);
                    roles.push(Shared { code, label, bearers: vec![bearer] });
                }
            }
        }
        let place = |role: &Shared| duties::ROLES.iter().position(|code| *code == role.code);
        roles.sort_by_key(|role| place(role).unwrap_or(usize::MAX));
        Ok(Self { task, roles, proofs })
    }
}

/// Who has which part in a task, in the order of the text: the first of several leads is the one in charge.
fn parts(site: &Site, task: &Task) -> Result<Vec<Row>, WebError> {
    let mut rows = site.rows(BEARERS, &[("task", &task.iri)])?;
    rows.sort_by_cached_key(|row| {
        (row.number("start"), row.text("words").find(&row.text("surface")))
    });
    Ok(rows)
}
