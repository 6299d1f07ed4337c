//! `/matrix`: who has which part in what: agencies by the sections of a document, or by the policies that a place
//! carries out in a year; and what the texts leave open.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use serde::Deserialize;

use super::narrow::{self, Asked as Wanted, Known, NONE, Thing, fails, path};
use super::tasks::cut;
use crate::rdf::vocab::role;
use crate::store::QueryError;
use crate::web::api::tables::Task;
use crate::web::error::WebError;
use crate::web::export::{self, Cell, Column, Form, Table};
use crate::web::facets::{Facet, Question};
use crate::web::filters;
use crate::web::labels::Label;
use crate::web::paging::Paging;
use crate::web::site::{Here, Site, page};

/// Agencies on a page, policies in a row, and examples of what is left open.
const SIZE: usize = 40;
const WIDE: usize = 10;
const FEW: usize = 5;
/// The roles, in the order they stand in a cell, each with its sign.
const ROLES: [(&str, &str); 4] =
    [("lead", "●"), ("responsible", "◆"), ("support", "○"), ("guide", "△")];

/// What the address asks for: a document, or a place, a year or both.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    document: String,
    place: String,
    year: String,
    page: String,
}

#[derive(Template)]
#[template(path = "matrix.html")]
struct Matrix {
    title: Option<(String, Option<String>)>,
    facets: Vec<Facet>,
    columns: Vec<Head>,
    /// Columns that there are beside these.
    left_off: usize,
    rows: Vec<Row>,
    paging: Paging,
    tasks: usize,
    /// Tasks of nobody that is named.
    without: usize,
    signs: Vec<(&'static str, &'static str, Label)>,
    flags: Vec<Flag>,
}

struct Head {
    title: String,
    href: Option<String>,
    tasks: usize,
}

struct Row {
    name: String,
    href: String,
    is_unresolved: bool,
    cells: Vec<Vec<Mark>>,
}

/// A role that the agency of a row has in tasks of a column.
struct Mark {
    code: &'static str,
    sign: &'static str,
    label: Label,
    count: usize,
    href: String,
}

/// Something that texts leave open, with the first that do.
struct Flag {
    label: Label,
    total: usize,
    href: String,
    first: Vec<(String, String)>,
}

/// What is put into the matrix: tasks, and the columns each belongs to.
struct Grid<'t> {
    columns: Vec<Head>,
    /// What a link to the tasks of each column asks for.
    asks: Vec<(&'static str, String)>,
    left_off: usize,
    /// Agency, column, role and how many tasks.
    counts: HashMap<&'t str, BTreeMap<(usize, &'static str), usize>>,
    /// How many tasks each agency has, and leads.
    totals: Vec<(&'t str, usize, usize)>,
}

/// The page.
pub(super) async fn show(
    Here(app): Here,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    page(app, move |site| build(site, &asked)).await
}

/// The cells that are not empty, as a table.
pub(super) async fn table(
    Here(app): Here,
    form: Form,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    export::answer(app, form, move |site| {
        let tables = site.tables.now(site);
        let known = Known::new(site, &tables)?;
        let things = tasks(&known, &asked)?;
        let grid = grid(&known, &asked, &things, usize::MAX)?;
        Ok(tabulate(&known, &grid)?)
    })
    .await
}

impl Asked {
    /// What it asks for of lists.
    fn wanted(&self) -> Wanted {
        Wanted {
            document: self.document.clone(),
            place: self.place.clone(),
            year: self.year.clone(),
            ..Wanted::default()
        }
    }

    fn pairs(&self) -> [(&'static str, &str); 3] {
        [("place", &self.place), ("year", &self.year), ("document", &self.document)]
    }

    fn is_nothing(&self) -> bool {
        self.pairs().iter().all(|(_, value)| value.is_empty())
    }
}

fn tasks<'s>(known: &Known<'s>, asked: &Asked) -> Result<Vec<Thing<'s, Task>>, QueryError> {
    let mut things = known.tasks(&asked.wanted())?;
    things.retain(Thing::is_wanted);
    Ok(things)
}

fn build(site: &Site, asked: &Asked) -> Result<Matrix, WebError> {
    let tables = site.tables.now(site);
    let known = Known::new(site, &tables)?;
    let mut things = known.tasks(&asked.wanted())?;
    let facets = facets(&known, asked, &things)?;
    things.retain(Thing::is_wanted);
    // A matrix of everything would show nothing.
    let shown = if asked.is_nothing() { &[][..] } else { &things[..] };
    let grid = grid(&known, asked, shown, WIDE)?;
    let number = asked.page.parse().unwrap_or(1);
    let paging = Paging::new(grid.totals.len(), SIZE, number, &asked.pairs());
    let mut rows = Vec::new();
    for (agency, ..) in paging.cut(grid.totals.clone(), SIZE) {
        rows.push(row(&known, asked, &grid, agency)?);
    }
    let signs = ROLES.map(|(code, sign)| (code, sign, label(site, code)));
    let is_nobodys = |thing: &&Thing<'_, Task>| thing.parts.iter().all(|p| p.agency.is_none());
    Ok(Matrix {
        title: title(&known, asked)?,
        facets,
        columns: grid.columns,
        left_off: grid.left_off,
        rows,
        paging,
        tasks: things.len(),
        without: things.iter().filter(is_nobodys).count(),
        signs: signs.into(),
        flags: flags(&known, asked, &things)?,
    })
}

fn label(site: &Site, code: &str) -> Label {
    site.labels.of(&format!("{}{code}", role::NAMESPACE))
}

fn title(known: &Known<'_>, asked: &Asked) -> Result<Option<(String, Option<String>)>, QueryError> {
    let site = known.site;
    if !asked.document.is_empty() {
        let documents = known.tables.documents(site)?;
        let document = documents.iter().find(|d| path(site, &d.id) == asked.document);
        return Ok(document.map(|d| (known.title(d).to_owned(), Some(site.href(&d.id)))));
    }
    let place = known.tables.divisions(site)?.get(&asked.place).map(|place| place.name.as_str());
    let year = match &*asked.year {
        "" => String::new(),
        NONE => site.say("年度未载明", "year not said").to_owned(),
        year => site.say("{} 年", "{}").replace("{}", year),
    };
    let title = format!("{} {year}", place.unwrap_or_default());
    Ok(Some(title.trim().to_owned()).filter(|title| !title.is_empty()).map(|title| (title, None)))
}

/// Where one chooses what the matrix is of: another place or year of all documents, or a document of these.
fn facets(
    known: &Known<'_>,
    asked: &Asked,
    things: &[Thing<'_, Task>],
) -> Result<Vec<Facet>, QueryError> {
    let site = known.site;
    let of_any = Wanted { document: String::new(), ..asked.wanted() };
    let but = |bit: u32| {
        let rest = things.iter().filter(move |thing| thing.is_wanted_but(bit | fails::DOCUMENT));
        rest.map(|thing| thing.document)
    };
    let codes = but(fails::PLACE).map(|d| d.jurisdiction.as_ref().map(|place| &*place.code));
    let places = narrow::facets::tree(known, &of_any.question(), &asked.place, codes)?;
    let (mut years, mut documents) = (HashMap::new(), HashMap::new());
    for document in but(fails::YEAR) {
        *years.entry(document.year.as_deref().unwrap_or(NONE)).or_default() += 1;
    }
    let mut titles: HashMap<&str, &str> = HashMap::new();
    for document in but(0) {
        *documents.entry(&*document.id).or_default() += 1;
        titles.insert(&document.id, known.title(document));
    }
    let year = |year: &str| match year {
        NONE => site.say("未载明", "not said").to_owned(),
        year => site.say("{} 年", "{}").replace("{}", year),
    };
    let years = narrow::facets::counted(&of_any, "year", years, |year| year, year);
    let title = |iri: &str| titles.get(iri).copied().unwrap_or(iri).to_owned();
    let wanted = asked.wanted();
    let documents =
        narrow::facets::counted(&wanted, "document", documents, |iri| path(site, iri), title);
    Ok(vec![places, narrow::facets::newest_first(years), documents])
}

/// The sections of a document that tasks stand in, as high as there are; those below, where one would have more than
/// half of all tasks and each of these stands in one.
fn sections<'t>(known: &Known<'t>, things: &[Thing<'t, Task>]) -> Result<Vec<&'t str>, QueryError> {
    let mut all = Vec::with_capacity(things.len());
    let mut of_top: HashMap<&str, (usize, bool)> = HashMap::new();
    for thing in things {
        let sections = known.tables.sections(known.site, thing.item)?;
        if let Some(top) = sections.first() {
            let (count, is_split) = of_top.entry(top).or_insert((0, true));
            *count += 1;
            *is_split &= sections.len() > 1;
        }
        all.push(sections);
    }
    let is_split = |top: &str| {
        of_top.get(top).is_some_and(|(count, is_split)| *is_split && count * 2 > things.len())
    };
    let choose = |sections: Vec<&'t str>| match sections[..] {
        [top, below, ..] if is_split(top) => below,
        [top, ..] => top,
        [] => NONE,
    };
    Ok(all.into_iter().map(choose).collect())
}

/// Puts tasks into columns and counts the parts of agencies in them; no more columns than `wide`.
fn grid<'t>(
    known: &Known<'t>,
    asked: &Asked,
    things: &[Thing<'t, Task>],
    wide: usize,
) -> Result<Grid<'t>, QueryError> {
    let (site, tables) = (known.site, known.tables);
    let mut of_column: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    if !asked.document.is_empty() {
        for (at, section) in sections(known, things)?.into_iter().enumerate() {
            of_column.entry(section).or_default().push(at);
        }
    }
    for (at, thing) in things.iter().enumerate().filter(|_| asked.document.is_empty()) {
        let policies: HashSet<&'t str> = thing.policies.iter().map(|policy| &**policy).collect();
        for policy in &policies {
            of_column.entry(policy).or_default().push(at);
        }
        if policies.is_empty() {
            of_column.entry(NONE).or_default().push(at);
        }
    }
    let mut keys: Vec<(&str, Vec<usize>)> = of_column.into_iter().collect();
    let outline = tables.outline(site)?;
    match asked.document.is_empty() {
        true => keys.sort_by_key(|(key, tasks)| (*key == NONE, Reverse(tasks.len()))),
        false => keys.sort_by_key(|(key, _)| outline.get(*key).map_or(usize::MAX, |p| p.order)),
    }
    let left_off = match asked.document.is_empty() {
        true => keys.len().saturating_sub(wide),
        false => 0,
    };
    keys.truncate(keys.len() - left_off);
    let (mut columns, mut asks) = (Vec::new(), Vec::new());
    let mut counts: HashMap<&str, BTreeMap<(usize, &'static str), usize>> = HashMap::new();
    for (column, (key, tasks)) in keys.into_iter().enumerate() {
        let (title, href, ask) = match (key, asked.document.is_empty()) {
            (NONE, true) => (
                site.say("未写明落实何文件", "no policy named").to_owned(),
                None,
                ("policy", NONE.to_owned()),
            ),
            (NONE, false) => (
                site.say("不在章节中", "in no section").to_owned(),
                None,
                ("section", NONE.to_owned()),
            ),
            (policy, true) => {
                let title = tables.policy(site, policy)?.map_or(policy, |policy| &policy.title);
                let href = format!("{}policy/{}", site.root(), path(site, policy));
                (title.to_owned(), Some(href), ("policy", path(site, policy).to_owned()))
            }
            (item, false) => {
                let place = outline.get(item);
                let title =
                    place.map(|p| format!("{} {}", p.number, p.heading)).unwrap_or_default();
                let href = things.first().map(|thing| known.at(thing.document, item));
                (title.trim().to_owned(), href, ("section", path(site, item).to_owned()))
            }
        };
        columns.push(Head { title: cut(&title), href, tasks: tasks.len() });
        asks.push(ask);
        for at in tasks {
            let mut seen = HashSet::new();
            for part in things[at].parts {
                let role = ROLES.iter().find(|(code, _)| **code == *part.role);
                let (Some(agency), Some((code, _))) = (part.agency.as_deref(), role) else {
                    continue;
                };
                if seen.insert((agency, *code)) {
                    *counts.entry(agency).or_default().entry((column, *code)).or_default() += 1;
                }
            }
        }
    }
    let mut in_all: HashMap<&str, [HashSet<usize>; 2]> = HashMap::new();
    for (at, thing) in things.iter().enumerate() {
        for part in thing.parts {
            let Some(agency) = part.agency.as_deref() else { continue };
            let [all, led] = in_all.entry(agency).or_default();
            all.insert(at);
            if part.leads() {
                led.insert(at);
            }
        }
    }
    let mut totals: Vec<(&str, usize, usize)> = in_all
        .into_iter()
        .filter(|(agency, _)| counts.contains_key(agency))
        .map(|(agency, [all, led])| (agency, all.len(), led.len()))
        .collect();
    totals.sort_by_key(|(agency, all, led)| (Reverse(*led), Reverse(*all), *agency));
    Ok(Grid { columns, asks, left_off, counts, totals })
}

fn row(known: &Known<'_>, asked: &Asked, grid: &Grid<'_>, iri: &str) -> Result<Row, QueryError> {
    let site = known.site;
    let name = known.tables.agency(site, iri)?.map_or(iri, |agency| &agency.name).to_owned();
    let none = BTreeMap::new();
    let counts = grid.counts.get(iri).unwrap_or(&none);
    let cells = (0..grid.columns.len()).map(|column| {
        let marks = ROLES.iter().filter_map(|(code, sign)| {
            let count = *counts.get(&(column, *code))?;
            let (name, value) = &grid.asks[column];
            let question = Question::new(&asked.pairs());
            let question =
                question.and(name, value).and("agency", path(site, iri)).and("role", code);
            let href = format!("{}tasks{}", site.root(), question.with("", ""));
            Some(Mark { code, sign, label: label(site, code), count, href })
        });
        marks.collect()
    });
    Ok(Row {
        cells: cells.collect(),
        name,
        href: site.href(iri),
        is_unresolved: known.unresolved.contains(iri),
    })
}

/// What is left open in what is asked for.
fn flags(
    known: &Known<'_>,
    asked: &Asked,
    things: &[Thing<'_, Task>],
) -> Result<Vec<Flag>, QueryError> {
    let site = known.site;
    let of_tasks = |wanted: Wanted, label, is_meant: &dyn Fn(&Thing<'_, Task>) -> bool| {
        let found: Vec<_> = things.iter().filter(|thing| is_meant(thing)).collect();
        let first = found.iter().take(FEW);
        Flag {
            label,
            total: found.len(),
            href: format!("{}tasks{}", site.root(), wanted.question().with("", "")),
            first: first.map(|t| (cut(t.said), known.at(t.document, t.item))).collect(),
        }
    };
    let lead = |lead: &str| Wanted { lead: lead.to_owned(), ..asked.wanted() };
    let names = Wanted { names: "unresolved".to_owned(), ..asked.wanted() };
    let wanted = Wanted { deadline: narrow::NO.to_owned(), ..asked.wanted() };
    let mut targets = known.targets(&wanted)?;
    targets.retain(Thing::is_wanted);
    let first = targets.iter().take(FEW);
    let targets = Flag {
        label: Label::new("未写明时限的目标", "Targets with no deadline said"),
        total: targets.len(),
        href: format!("{}targets{}", site.root(), wanted.question().with("", "")),
        first: first.map(|t| (cut(t.said), site.href(&t.of.evidence))).collect(),
    };
    let no_lead = Label::new("未写明牵头单位的任务", "Tasks with no lead named");
    let two_leads = Label::new("有两个以上牵头单位的任务", "Tasks with two leads or more");
    let unresolved = Label::new("有未识别名称的任务", "Tasks with an unresolved name");
    Ok(vec![
        of_tasks(lead(narrow::NO), no_lead, &|thing| thing.leads == 0),
        of_tasks(lead(narrow::TWO), two_leads, &|thing| thing.leads > 1),
        targets,
        of_tasks(names, unresolved, &|thing| known.is_unresolved(thing)),
    ])
}

fn tabulate(known: &Known<'_>, grid: &Grid<'_>) -> Result<Table, QueryError> {
    let site = known.site;
    let column = |key, zh, en, width| Column::new(key, site.say(zh, en), width);
    let mut rows = Vec::new();
    for (iri, ..) in &grid.totals {
        let name = known.tables.agency(site, iri)?.map_or(*iri, |agency| &agency.name);
        let counts = grid.counts.get(iri);
        for (at, head) in grid.columns.iter().enumerate() {
            let count =
                |code| counts.and_then(|counts| counts.get(&(at, code))).copied().unwrap_or(0);
            let roles = ROLES.map(|(code, _)| count(code));
            if roles.iter().sum::<usize>() > 0 {
                let mut row = vec![Cell::link(name, site.href(iri)), head.title.as_str().into()];
                row.extend(roles.map(Cell::from));
                rows.push(row);
            }
        }
    }
    let notes = site.say(
        "每行是一个机构在一个章节或一项政策中的任务数；一项任务落实几项政策的，各计一次。",
        "A row is how many tasks an agency has in a section or policy; a task that carries out several counts for each.",
    );
    Ok(Table {
        name: site.say("分工矩阵", "Matrix").to_owned(),
        sheet: site.say("分工矩阵", "Matrix").to_owned(),
        columns: vec![
            column("agency", "机构", "Agency", 36.0),
            column("column", "章节或政策", "Section or policy", 50.0),
            column("lead", "牵头", "Lead", 8.0),
            column("responsible", "责任", "Responsible", 8.0),
            column("support", "配合", "Support", 8.0),
            column("guide", "指导", "Guide", 8.0),
        ],
        rows,
        notes: vec![notes.to_owned()],
        things: grid.totals.iter().map(|(iri, ..)| (*iri).to_owned()).collect(),
        frozen: 1,
    })
}
