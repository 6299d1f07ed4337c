//! `/api/v1/tasks`: the work to be done, with who, by when and to what measure.

use std::collections::HashSet;
use std::sync::Arc;

use axum::extract::State;
use memchr::memmem::Finder;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::App;
use super::super::problem::Problem;
use super::super::site::Site;
use super::columns::{Documents, Part, Rows, TaskRows};
use super::documents::Filter;
use super::facts::{
    Citation, Deadline, Responsibility, Target, citations, deadlines, responsibilities, targets,
};
use super::listing::{Key, Listing, One, Page};
use super::params::{Id, Order, Params, choice, day, limit, order, text};
use super::read;
use super::records::{self, Document};
use super::search::matching;
use super::tables::Tables;
use super::terms::{Evidence, Failures, Genre, Role, Tier, address, code, iri, with_places};
use crate::search::Kind;

const TASK: &str = include_str!("../queries/api_task.rq");

/// What is asked of the list.
#[derive(Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// 全文检索 Words of its text: a space means all, quotation marks a phrase, OR one of both, a minus sign without
    q: Option<String>,
    /// 机构 An agency that has a part in it: its IRI, or a part of one of its names
    agency: Option<String>,
    /// 角色 The part: of the agency if one is given, else of anybody
    #[param(value_type = Option<Role>)]
    role: Option<String>,
    /// 行政区划代码 The code of the division its document speaks for (GB/T 2260)
    place: Option<String>,
    /// 年度 The year of its document
    year: Option<String>,
    /// 文种 The genre of its document
    #[param(value_type = Option<Genre>)]
    genre: Option<String>,
    /// 效力 How far its document may be relied on
    #[param(value_type = Option<Tier>)]
    tier: Option<String>,
    /// 最迟期限之前 It or a target of it is due on this day or before
    #[param(value_type = Option<String>, format = Date)]
    due_before: Option<String>,
    /// 最迟期限之后 It or a target of it is due on this day or after
    #[param(value_type = Option<String>, format = Date)]
    due_after: Option<String>,
    /// 指标 Characters of the indicator of a target of it
    indicator: Option<String>,
    /// 排序 `order` (in the order of the texts, newest documents first), `due`, `year` or `heading`; backwards with `-`. Usually `order`
    sort: Option<String>,
    /// 每页条数 Items on a page, from 1 to 100; usually 20
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    limit: Option<String>,
    /// 下一页的标记 From the `next` of the page before
    cursor: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum By {
    Order,
    Due,
    Year,
    Heading,
}

/// 任务 Work to be done. Empty lists are what its text does not name.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Task {
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    /// As printed: `（一）`.
    number: Option<String>,
    heading: Option<String>,
    /// Its own text, heading included.
    text: Option<String>,
    document: Document,
    responsibilities: Vec<Responsibility>,
    deadlines: Vec<Deadline>,
    targets: Vec<Target>,
    citations: Vec<Citation>,
    /// The pieces of the version's text that are the task.
    evidence: Vec<Evidence>,
    /// Where the API has this task alone.
    #[serde(rename = "self")]
    address: Option<String>,
}

impl Task {
    fn read(site: &Site, task: &records::Task) -> Result<Self, Problem> {
        let rows = with_places(site.rows(TASK, &[("task", &task.iri)])?);
        Ok(Self {
            id: task.iri.to_string(),
            kind: "Task",
            number: task.number.as_deref().map(str::to_owned),
            heading: task.heading.as_deref().map(str::to_owned),
            text: rows.first().and_then(|(row, _)| row.get("text")),
            document: Document::clone(&task.document),
            responsibilities: responsibilities(site, &task.iri)?,
            deadlines: deadlines(site, &task.iri)?,
            targets: targets(site, ("task", &task.iri))?,
            citations: citations(site, ("citing", &task.iri))?,
            evidence: rows.iter().filter_map(Evidence::read).collect(),
            address: address(site, "tasks", &task.iri),
        })
    }
}

/// The agencies that a filter names, by IRI or by a part of a name, among those that rows have.
pub(super) fn agencies(
    site: &Site,
    tables: &Tables,
    rows: &Rows,
    asked: Option<&String>,
) -> Result<Option<Vec<bool>>, Problem> {
    let Some(asked) = text(asked) else { return Ok(None) };
    let mut named = vec![false; rows.agencies.len()];
    let mut name = |agency: &records::Agency| {
        if let Some(number) = rows.agencies.number(&agency.iri) {
            named[number as usize] = true;
        }
    };
    match asked.contains("://") {
        true => tables.agency(site, asked)?.into_iter().for_each(name),
        false => {
            let words = Finder::new(asked);
            let has = |name: &str| words.find(name.as_bytes()).is_some();
            let all = tables.agencies(site)?.iter();
            all.filter(|agency| agency.names().any(has)).for_each(&mut name);
        }
    }
    Ok(Some(named))
}

/// A span of days; both ends count.
pub(super) struct Due<'a> {
    before: Option<&'a str>,
    after: Option<&'a str>,
}

impl<'a> Due<'a> {
    pub(super) fn new(
        before: Option<&'a String>,
        after: Option<&'a String>,
    ) -> Result<Self, Problem> {
        Ok(Self { before: day("due_before", before)?, after: day("due_after", after)? })
    }

    /// Whether one of the days is in the span; without a span, whatever the days.
    pub(super) fn holds<'d>(&self, days: impl IntoIterator<Item = &'d Arc<str>>) -> bool {
        let inside = |day: &str| {
            self.before.is_none_or(|last| day <= last)
                && self.after.is_none_or(|first| day >= first)
        };
        (self.before.is_none() && self.after.is_none()) || days.into_iter().any(|day| inside(day))
    }
}

/// 任务 Tasks of current versions, with all that is said of each
#[utoipa::path(get, path = "/api/v1/tasks", tag = "tasks", params(Asked),
    responses((status = 200, body = Page<Task>), Failures))]
pub(super) async fn list(
    State(app): State<App>,
    params: Params<Asked>,
) -> Result<Page<Task>, Problem> {
    read(app, move |site| {
        let asked = &params.asked;
        let limit = limit(asked.limit.as_ref())?;
        let order = order(asked.sort.as_ref(), Order { by: By::Order, backwards: false })?;
        let role = choice::<Role>("role", asked.role.as_ref())?.map(|role| code(&role));
        let filter = Filter::new(
            [&asked.place, &asked.year, &asked.genre, &asked.tier].map(Option::as_ref),
        )?;
        let due = Due::new(asked.due_before.as_ref(), asked.due_after.as_ref())?;
        let tables = site.tables.now(site);
        let tasks = tables.tasks(site)?;
        let list = Listing::of_table(
            site,
            &tables,
            "tasks",
            tasks,
            &params,
            order.backwards,
            |task: &records::Task| {
                let key = match order.by {
                    By::Order => {
                        // Texts in their order; of the documents the newest first.
                        let year = task.document.year.as_ref().and_then(|year| year.parse().ok());
                        let age = 9999 - year.unwrap_or(0_u32).min(9999);
                        Some(Key::InText(age, &task.document.version, task.order))
                    }
                    By::Due if order.backwards => task.due.last().map(|day| Key::text(day)),
                    By::Due => task.due.first().map(|day| Key::text(day)),
                    By::Year => task.document.year.as_deref().map(Key::text),
                    By::Heading => task.heading.as_deref().map(Key::text),
                };
                (key, &*task.iri)
            },
        )?;
        let mut wanted = None;
        if !params.is_of_all() {
            let own = tables.derived::<TaskRows>(site)?;
            let (documents, rows) = (tables.derived::<Documents>(site)?, &own.rows);
            let agencies = agencies(site, &tables, rows, asked.agency.as_ref())?;
            let role = role.map(|role| rows.roles.wanted(&role));
            let matching = matching(site, asked.q.as_ref(), Some(Kind::Task))?;
            let with_indicator = with_indicator(site, &tables, asked.indicator.as_ref())?;
            let has_part = |part: &Part| {
                role.is_none_or(|role| role == part.role)
                    && agencies.as_ref().is_none_or(|named| part.is_of(named))
            };
            let holds = |at: u32| {
                let task = &tasks[at as usize];
                ((role.is_none() && agencies.is_none()) || rows.parts.of(at).iter().any(has_part))
                    && due.holds(&*task.due)
                    && matching.as_ref().is_none_or(|found| found.contains(&*task.iri))
                    && with_indicator.as_ref().is_none_or(|items| items.contains(&*task.iri))
            };
            let of_documents =
                rows.spans.iter().filter(|(number, _)| filter.holds(documents.get(*number)));
            let mut found = vec![false; tasks.len()];
            for at in of_documents.flat_map(|(_, rows)| rows.clone()) {
                found[at as usize] = holds(at);
            }
            wanted = Some(found);
        }
        list.page(site, &params, limit, wanted.as_deref(), |task| Task::read(site, task))
    })
    .await
}

/// The items with a target whose indicator has these characters.
fn with_indicator<'t>(
    site: &Site,
    tables: &'t Tables,
    asked: Option<&String>,
) -> Result<Option<HashSet<&'t str>>, Problem> {
    let Some(asked) = text(asked) else { return Ok(None) };
    let targets = tables.targets(site)?.iter().filter(|target| target.is_of(asked));
    Ok(Some(targets.map(|target| &*target.item).collect()))
}

/// 一项任务 One task
#[utoipa::path(get, path = "/api/v1/tasks/{id}", tag = "tasks",
    params(("id" = String, Path, description = "基址之后的 IRI The IRI after the base, as one segment: `version%2F…%2Ftask%2F1.1`")),
    responses((status = 200, body = One<Task>), Failures))]
pub(super) async fn one(State(app): State<App>, Id(id): Id) -> Result<One<Task>, Problem> {
    read(app, move |site| {
        let iri = iri(site, &id)?;
        let tables = site.tables.now(site);
        let task = tables.task(site, &iri)?.ok_or_else(|| Problem::unknown(&id))?;
        Ok(One::new(site, Task::read(site, task)?))
    })
    .await
}
