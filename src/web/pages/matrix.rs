//! `/matrix`: who has which part in what: agencies by the sections of a document, or by the policies that a place
//! carries out in a year; and what the texts leave open.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use serde::Deserialize;

use super::narrow::facets::divisions;
use super::narrow::{
    self, Asked as Wanted, Counter, Known, List, NONE, Targets, Tasks, fails, ordered, path,
};
use super::tasks::cut;
use crate::rdf::vocab::role;
use crate::store::QueryError;
use crate::web::api::columns::{Documents, Facts, UNSAID};
use crate::web::api::records::Agency;
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
#[derive(Default)]
struct Grid {
    columns: Vec<Head>,
    /// What a link to the tasks of each column asks for.
    asks: Vec<(&'static str, String)>,
    /// The tasks of each column.
    rows: Vec<Vec<u32>>,
    left_off: usize,
    /// The numbers of the agencies, in the order of their rows.
    totals: Vec<u32>,
}

/// By an agency and a column how many tasks there are in each of the roles.
type Cells = HashMap<(u32, usize), [usize; 4]>;

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
        let known = Known::new(site, &tables);
        let list = Tasks::new(&known)?;
        let failures = known.failures(&asked.wanted(), list.documents())?;
        let grid = Grid::new(&known, &asked, &list, &rows(&list, &failures), usize::MAX)?;
        let all = grid.cells(&list, &grid.totals);
        Ok(tabulate(&known, &list, &grid, &all)?)
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

/// The rows of the documents that fail nothing.
fn rows(list: &impl List, failures: &[u32]) -> Vec<u32> {
    let spans = list.rows().spans.iter();
    let wanted = spans.filter(|(document, _)| failures[*document as usize] == 0);
    wanted.flat_map(|(_, rows)| rows.clone()).collect()
}

fn build(site: &Site, asked: &Asked) -> Result<Matrix, WebError> {
    let tables = site.tables.now(site);
    let known = Known::new(site, &tables);
    let list = Tasks::new(&known)?;
    let failures = known.failures(&asked.wanted(), list.documents())?;
    let tasks = rows(&list, &failures);
    // A matrix of everything would show nothing.
    let shown = if asked.is_nothing() { &[][..] } else { &tasks[..] };
    let grid = Grid::new(&known, asked, &list, shown, WIDE)?;
    let number = asked.page.parse().unwrap_or(1);
    let paging = Paging::new(grid.totals.len(), SIZE, number, &asked.pairs());
    let agencies = &grid.totals[paging.part(SIZE)];
    let cells = grid.cells(&list, agencies);
    let mut rows = Vec::with_capacity(agencies.len());
    for agency in agencies {
        rows.push(row(&known, asked, &grid, &cells, (list.rows().agencies.get(*agency), *agency))?);
    }
    let signs = ROLES.map(|(code, sign)| (code, sign, label(site, code)));
    let is_nobodys = |row: &&u32| list.rows().facts[**row as usize].is_nobodys;
    Ok(Matrix {
        title: title(&known, asked, list.documents())?,
        facets: facets(&known, asked, &list, &failures)?,
        rows,
        paging,
        tasks: tasks.len(),
        without: tasks.iter().filter(is_nobodys).count(),
        signs: signs.into(),
        flags: flags(&known, asked, &list, &tasks, &failures)?,
        columns: grid.columns,
        left_off: grid.left_off,
    })
}

fn label(site: &Site, code: &str) -> Label {
    site.labels.of(&format!("{}{code}", role::NAMESPACE))
}

/// What the matrix is of, and the page about it.
type Title = Option<(String, Option<String>)>;

fn title(known: &Known<'_>, asked: &Asked, documents: &Documents) -> Result<Title, QueryError> {
    let site = known.site;
    if !asked.document.is_empty() {
        let document = documents.find(known.of_path(&documents.ids, &asked.document));
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
    list: &Tasks<'_>,
    failures: &[u32],
) -> Result<Vec<Facet>, QueryError> {
    let (wanted, columns) = (asked.wanted(), list.documents());
    let of_any = Wanted { document: String::new(), ..asked.wanted() };
    let mut places = Counter::new(&columns.place.values);
    let mut years = Counter::new(&columns.year.values);
    let mut documents = Counter::new(&columns.ids);
    for (document, rows) in &list.rows().spans {
        let (at, failed) = (*document as usize, failures[*document as usize] & !fails::DOCUMENT);
        if failed & !fails::PLACE == 0 {
            places.add(columns.place.of[at], rows.len());
        }
        if failed & !fails::YEAR == 0 {
            years.add(columns.year.of[at], rows.len());
        }
        if failed == 0 {
            documents.add(*document, rows.len());
        }
    }
    let divisions = divisions(known, columns, &places)?;
    let places =
        narrow::facets::places(known, &of_any.question(), &asked.place, divisions, places.unsaid)?;
    let values = &columns.year.values;
    let chosen = match &*asked.year {
        NONE => UNSAID,
        year => values.wanted(year),
    };
    let in_words = narrow::facets::year(known.site);
    let years = known.facet(&of_any, "year", &years.tally(values, chosen), values, in_words);
    let chosen = known.of_path(&columns.ids, &asked.document);
    let tally = documents.tally(&columns.ids, chosen);
    let title = |iri: &str| {
        let number = columns.ids.number(iri);
        number.map_or(iri, |number| known.title(columns.get(number))).to_owned()
    };
    let documents = known.facet(&wanted, "document", &tally, &columns.ids, title);
    Ok(vec![places, narrow::facets::newest_first(years), documents])
}

/// The sections of a document that tasks stand in, as high as there are; those below, where one would have more than
/// half of all tasks and each of these stands in one.
fn sections<'t>(
    known: &Known<'t>,
    list: &Tasks<'t>,
    tasks: &[u32],
) -> Result<Vec<&'t str>, QueryError> {
    let mut all = Vec::with_capacity(tasks.len());
    let mut of_top: HashMap<&str, (usize, bool)> = HashMap::new();
    for row in tasks {
        let sections = known.tables.sections(known.site, &list.get(*row).iri)?;
        if let Some(top) = sections.first() {
            let (count, is_split) = of_top.entry(top).or_insert((0, true));
            *count += 1;
            *is_split &= sections.len() > 1;
        }
        all.push(sections);
    }
    let is_split = |top: &str| {
        of_top.get(top).is_some_and(|(count, is_split)| *is_split && count * 2 > tasks.len())
    };
    let choose = |sections: Vec<&'t str>| match sections[..] {
        [top, below, ..] if is_split(top) => below,
        [top, ..] => top,
        [] => NONE,
    };
    Ok(all.into_iter().map(choose).collect())
}

impl Grid {
    /// Puts tasks into columns and ranks the agencies that have parts in them; no more columns than `wide`.
    fn new(
        known: &Known<'_>,
        asked: &Asked,
        list: &Tasks<'_>,
        tasks: &[u32],
        wide: usize,
    ) -> Result<Self, QueryError> {
        let mut grid = match asked.document.is_empty() {
            true => Self::of_policies(known, list, tasks, wide)?,
            false => Self::of_sections(known, list, tasks)?,
        };
        grid.totals = grid.ranked(list, tasks);
        Ok(grid)
    }

    fn of_sections(known: &Known<'_>, list: &Tasks<'_>, tasks: &[u32]) -> Result<Self, QueryError> {
        let site = known.site;
        let mut of_section: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        for (section, row) in sections(known, list, tasks)?.into_iter().zip(tasks) {
            of_section.entry(section).or_default().push(*row);
        }
        let outline = known.tables.outline(site)?;
        let mut sections: Vec<(&str, Vec<u32>)> = of_section.into_iter().collect();
        sections.sort_by_key(|(key, _)| outline.get(*key).map_or(usize::MAX, |p| p.order));
        let mut grid = Self::default();
        for (section, rows) in sections {
            let (title, href, asks) = match section {
                NONE => (site.say("不在章节中", "in no section").to_owned(), None, NONE),
                item => {
                    let place = outline.get(item);
                    let title = place.map(|p| format!("{} {}", p.number, p.heading));
                    let document = &list.get(rows[0]).document;
                    let title = title.unwrap_or_default().trim().to_owned();
                    (title, Some(known.at(document, item)), path(site, item))
                }
            };
            grid.push(Head { title, href, tasks: rows.len() }, ("section", asks), rows);
        }
        Ok(grid)
    }

    fn of_policies(
        known: &Known<'_>,
        list: &Tasks<'_>,
        tasks: &[u32],
        wide: usize,
    ) -> Result<Self, QueryError> {
        let (site, policies) = (known.site, &list.rows().policies);
        let mut counter = Counter::new(&policies.values);
        for row in tasks {
            match policies.of.of(*row) {
                [] => counter.add(UNSAID, 1),
                all => all.iter().for_each(|policy| counter.add(*policy, 1)),
            }
        }
        let mut ranked: Vec<(u32, usize)> = counter.iter().collect();
        ranked.sort_by_key(|(policy, tasks)| (*policy == UNSAID, Reverse(*tasks)));
        let mut grid = Self { left_off: ranked.len().saturating_sub(wide), ..Self::default() };
        ranked.truncate(wide);
        let mut column_of: HashMap<u32, usize> = HashMap::new();
        for (policy, tasks) in ranked {
            column_of.insert(policy, grid.columns.len());
            let (title, href, asks) = match policy {
                UNSAID => (site.say("未写明落实何文件", "no policy named").to_owned(), None, NONE),
                policy => {
                    let iri = policies.values.get(policy);
                    let title = known.tables.policy(site, iri)?.map_or(iri, |policy| &policy.title);
                    let href = format!("{}policy/{}", site.root(), path(site, iri));
                    (title.to_owned(), Some(href), path(site, iri))
                }
            };
            grid.push(Head { title, href, tasks }, ("policy", asks), Vec::new());
        }
        for row in tasks {
            let of_row = policies.of.of(*row);
            let none = [UNSAID];
            for policy in if of_row.is_empty() { &none } else { of_row } {
                if let Some(column) = column_of.get(policy) {
                    grid.rows[*column].push(*row);
                }
            }
        }
        Ok(grid)
    }

    fn push(&mut self, head: Head, (name, value): (&'static str, &str), rows: Vec<u32>) {
        self.columns.push(Head { title: cut(&head.title), ..head });
        self.asks.push((name, value.to_owned()));
        self.rows.push(rows);
    }

    /// The numbers of the agencies that have a part in the columns: those first that lead most of all tasks.
    fn ranked(&self, list: &Tasks<'_>, tasks: &[u32]) -> Vec<u32> {
        let rows = list.rows();
        let signs = signs(list);
        let lead = rows.roles.number("lead");
        let mut is_in = vec![false; rows.agencies.len()];
        for part in self.rows.iter().flatten().flat_map(|row| rows.parts.of(*row)) {
            if let Some(is_in) = is_in.get_mut(part.agency as usize) {
                *is_in |= signs[part.role as usize].is_some();
            }
        }
        let (mut all, mut led) = (vec![0_usize; is_in.len()], vec![0_usize; is_in.len()]);
        for row in tasks {
            let mut last = UNSAID;
            for part in rows.parts.of(*row).iter().filter(|part| part.agency != UNSAID) {
                // Those of one agency stand together, each role once.
                all[part.agency as usize] += usize::from(part.agency != last);
                led[part.agency as usize] += usize::from(Some(part.role) == lead);
                last = part.agency;
            }
        }
        let mut ranked: Vec<u32> =
            (0..).zip(&is_in).filter(|(_, is_in)| **is_in).map(|(n, _)| n).collect();
        ranked.sort_by_key(|&agency| {
            (Reverse(led[agency as usize]), Reverse(all[agency as usize]), agency)
        });
        ranked
    }

    /// How many tasks of each column some agencies have in each of the roles.
    fn cells(&self, list: &Tasks<'_>, agencies: &[u32]) -> Cells {
        let rows = list.rows();
        let signs = signs(list);
        let mut is_shown = vec![false; rows.agencies.len()];
        agencies.iter().for_each(|agency| is_shown[*agency as usize] = true);
        let mut cells = Cells::new();
        for (column, tasks) in self.rows.iter().enumerate() {
            for part in tasks.iter().flat_map(|row| rows.parts.of(*row)) {
                let is_shown = is_shown.get(part.agency as usize).is_some_and(|is| *is);
                if let Some(sign) = signs[part.role as usize].filter(|_| is_shown) {
                    cells.entry((part.agency, column)).or_default()[sign] += 1;
                }
            }
        }
        cells
    }
}

/// The place of each role, by its number, among those that are told.
fn signs(list: &Tasks<'_>) -> Vec<Option<usize>> {
    let roles = list.rows().roles.iter();
    roles.map(|role| ROLES.iter().position(|(code, _)| *code == role)).collect()
}

fn row(
    known: &Known<'_>,
    asked: &Asked,
    grid: &Grid,
    cells: &Cells,
    (iri, agency): (&str, u32),
) -> Result<Row, QueryError> {
    let site = known.site;
    let body = known.tables.agency(site, iri)?;
    let name = body.map_or(iri, |agency| &agency.name).to_owned();
    let cells = grid.asks.iter().enumerate().map(|(column, (ask, value))| {
        let counts = cells.get(&(agency, column)).copied().unwrap_or_default();
        let marks = ROLES.iter().zip(counts).filter(|(_, count)| *count > 0);
        let marks = marks.map(|(&(code, sign), count)| {
            let question = Question::new(&asked.pairs());
            let question =
                question.and(ask, value).and("agency", path(site, iri)).and("role", code);
            let href = format!("{}tasks{}", site.root(), question.with("", ""));
            Mark { code, sign, label: label(site, code), count, href }
        });
        marks.collect()
    });
    Ok(Row {
        cells: cells.collect(),
        name,
        href: site.href(iri),
        is_unresolved: body.is_some_and(Agency::is_unresolved),
    })
}

/// What is left open in what is asked for.
fn flags(
    known: &Known<'_>,
    asked: &Asked,
    list: &Tasks<'_>,
    tasks: &[u32],
    failures: &[u32],
) -> Result<Vec<Flag>, QueryError> {
    let site = known.site;
    let of_tasks = |wanted: Wanted, label, is_meant: fn(&Facts) -> bool| {
        let is_meant = |row: &&u32| is_meant(&list.rows().facts[**row as usize]);
        let found = || tasks.iter().filter(is_meant);
        let first = found().take(FEW).map(|row| list.get(*row));
        Flag {
            label,
            total: found().count(),
            href: format!("{}tasks{}", site.root(), wanted.question().with("", "")),
            first: first.map(|t| (cut(&t.said), known.at(&t.document, &t.iri))).collect(),
        }
    };
    let lead = |lead: &str| Wanted { lead: lead.to_owned(), ..asked.wanted() };
    let names = Wanted { names: "unresolved".to_owned(), ..asked.wanted() };
    let wanted = Wanted { deadline: narrow::NO.to_owned(), ..asked.wanted() };
    let targets = Targets::new(known)?;
    let class = &targets.own.measures.class;
    let of_class = class.values.wanted(wanted.class());
    let mut open = rows(&targets, failures);
    open.retain(|&row| {
        class.of[row as usize] == of_class && !targets.rows().facts[row as usize].has_deadline
    });
    let first = ordered(&open, 0..FEW.min(open.len()), false, |row| targets.own.at[row as usize]);
    let first = first.into_iter().map(|row| targets.get(row));
    let targets = Flag {
        label: Label::new("未写明时限的目标", "Targets with no deadline said"),
        total: open.len(),
        href: format!("{}targets{}", site.root(), wanted.question().with("", "")),
        first: first.map(|t| (cut(&t.quote), site.href(&t.evidence))).collect(),
    };
    let no_lead = Label::new("未写明牵头单位的任务", "Tasks with no lead named");
    let two_leads = Label::new("有两个以上牵头单位的任务", "Tasks with two leads or more");
    let unresolved = Label::new("有未识别名称的任务", "Tasks with an unresolved name");
    Ok(vec![
        of_tasks(lead(narrow::NO), no_lead, |facts| facts.leads == 0),
        of_tasks(lead(narrow::TWO), two_leads, |facts| facts.leads > 1),
        targets,
        of_tasks(names, unresolved, |facts| facts.is_unresolved),
    ])
}

fn tabulate(
    known: &Known<'_>,
    list: &Tasks<'_>,
    grid: &Grid,
    cells: &Cells,
) -> Result<Table, QueryError> {
    let site = known.site;
    let column = |key, zh, en, width| Column::new(key, site.say(zh, en), width);
    let iri = |agency: &u32| list.rows().agencies.get(*agency);
    let mut rows = Vec::new();
    for agency in &grid.totals {
        let iri = iri(agency);
        let name = known.tables.agency(site, iri)?.map_or(iri, |agency| &agency.name);
        for (at, head) in grid.columns.iter().enumerate() {
            if let Some(roles) = cells.get(&(*agency, at)) {
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
        things: grid.totals.iter().map(|agency| iri(agency).to_owned()).collect(),
        frozen: 1,
    })
}
