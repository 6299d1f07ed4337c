//! `/api/v1/targets`: what is to be reached, by when.

use std::collections::HashSet;

use axum::extract::State;
use memchr::memmem::Finder;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::App;
use super::super::problem::Problem;
use super::super::site::Site;
use super::columns::{Documents, TargetRows, TaskRows};
use super::documents::Filter;
use super::facts;
use super::listing::{Key, Listing, Page};
use super::params::{Order, Params, choice, limit, order, text};
use super::read;
use super::records::{self, Document};
use super::tables::Tables;
use super::tasks::{Due, agencies};
use super::terms::{Failures, Genre, Tier};
use crate::rdf::vocab::gm;

/// What is asked of the list.
#[derive(Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// 指标 Characters of its indicator
    indicator: Option<String>,
    /// 种类 A target (the usual), or an achievement or limit, which are none
    #[param(value_type = Option<QuantityKind>)]
    kind: Option<String>,
    /// 机构 An agency that has a part in its task: its IRI, or a part of one of its names
    agency: Option<String>,
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
    /// 最迟期限之前 It is due on this day or before
    #[param(value_type = Option<String>, format = Date)]
    due_before: Option<String>,
    /// 最迟期限之后 It is due on this day or after
    #[param(value_type = Option<String>, format = Date)]
    due_after: Option<String>,
    /// 排序 `due`, `indicator` or `year`; backwards with `-`. Usually `due`
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
    Due,
    Indicator,
    Year,
}

/// 种类 What a quantity is.
#[derive(Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum QuantityKind {
    Target,
    Achievement,
    Limit,
}

impl QuantityKind {
    fn iri(self) -> &'static str {
        match self {
            Self::Target => gm::TARGET.as_str(),
            Self::Achievement => gm::ACHIEVEMENT.as_str(),
            Self::Limit => gm::LIMIT.as_str(),
        }
    }
}

/// 目标 A target, and the document that states it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct StatedTarget {
    #[serde(flatten)]
    target: facts::Target,
    document: Document,
}

/// 目标 Targets of current versions
#[utoipa::path(get, path = "/api/v1/targets", tag = "targets", params(Asked),
    responses((status = 200, body = Page<StatedTarget>), Failures))]
pub(super) async fn list(
    State(app): State<App>,
    params: Params<Asked>,
) -> Result<Page<StatedTarget>, Problem> {
    read(app, move |site| {
        let asked = &params.asked;
        let limit = limit(asked.limit.as_ref())?;
        let order = order(asked.sort.as_ref(), Order { by: By::Due, backwards: false })?;
        let class = choice::<QuantityKind>("kind", asked.kind.as_ref())?
            .unwrap_or(QuantityKind::Target)
            .iri();
        let filter = Filter::new(
            [&asked.place, &asked.year, &asked.genre, &asked.tier].map(Option::as_ref),
        )?;
        let due = Due::new(asked.due_before.as_ref(), asked.due_after.as_ref())?;
        let tables = site.tables.now(site);
        let targets = tables.targets(site)?;
        let list = Listing::of_table(
            site,
            &tables,
            "targets",
            targets,
            &params,
            order.backwards,
            |target: &records::Target| {
                let key = match order.by {
                    By::Due => target.due.as_deref(),
                    By::Indicator => target.indicator.as_deref(),
                    By::Year => target.document.year.as_deref(),
                };
                (key.map(Key::text), &*target.iri)
            },
        )?;
        let (own, documents) =
            (tables.derived::<TargetRows>(site)?, tables.derived::<Documents>(site)?);
        let theirs = theirs(site, &tables, asked.agency.as_ref())?;
        let (classes, indicators) = (&own.measures.class, &own.measures.indicator);
        let class = classes.values.wanted(class);
        let indicator = text(asked.indicator.as_ref()).map(|words| {
            let words = Finder::new(words);
            indicators.values.which(|indicator| words.find(indicator.as_bytes()).is_some())
        });
        let has = |which: &Vec<bool>, row: u32| {
            which.get(indicators.of[row as usize] as usize).is_some_and(|has| *has)
        };
        let mut wanted = vec![false; targets.len()];
        let spans = own.rows.spans.iter();
        let of_documents = spans.filter(|(number, _)| filter.holds(documents.get(*number)));
        for row in of_documents.flat_map(|(_, rows)| rows.clone()) {
            let at = own.at[row as usize] as usize;
            wanted[at] = classes.of[row as usize] == class
                && indicator.as_ref().is_none_or(|which| has(which, row))
                && due.holds(&targets[at].due)
                && theirs.as_ref().is_none_or(|tasks| tasks.contains(&*targets[at].item));
        }
        list.page(site, &params, limit, Some(&wanted), |target| {
            let facts = facts::targets(site, ("target", &target.iri))?;
            let facts = facts.into_iter().next().ok_or_else(|| Problem::unknown(&target.iri))?;
            Ok(StatedTarget { target: facts, document: Document::clone(&target.document) })
        })
    })
    .await
}

/// The tasks in which the agencies that are asked for have a part.
fn theirs<'t>(
    site: &Site,
    tables: &'t Tables,
    asked: Option<&String>,
) -> Result<Option<HashSet<&'t str>>, Problem> {
    let own = tables.derived::<TaskRows>(site)?;
    let Some(agencies) = agencies(site, tables, &own.rows, asked)? else { return Ok(None) };
    let tasks = (0..).zip(tables.tasks(site)?);
    let is_theirs = |at: u32| own.rows.parts.of(at).iter().any(|part| part.is_of(&agencies));
    Ok(Some(tasks.filter(|(at, _)| is_theirs(*at)).map(|(_, task)| &*task.iri).collect()))
}
