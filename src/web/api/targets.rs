//! `/api/v1/targets`: what is to be reached, by when.

use std::collections::HashSet;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::App;
use super::super::problem::Problem;
use super::documents::Filter;
use super::facts;
use super::listing::{Listing, Page};
use super::params::{Order, Params, choice, limit, order, text};
use super::read;
use super::tables::{self, Document};
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
        let theirs = match agencies(site, &tables, asked.agency.as_ref())? {
            None => None,
            Some(agencies) => {
                let is_theirs = |task: &&tables::Task| {
                    task.bearers
                        .iter()
                        .filter_map(|part| part.agency.as_deref())
                        .any(|a| agencies.contains(a))
                };
                let tasks = tables.tasks(site)?.iter().filter(is_theirs);
                Some(tasks.map(|task| &*task.iri).collect::<HashSet<_>>())
            }
        };
        let indicator = text(asked.indicator.as_ref());
        let found = tables.targets(site)?.iter().filter(|target| {
            *target.class == *class
                && indicator.is_none_or(|words| target.is_of(words))
                && filter.holds(&target.document)
                && due.holds(&target.due)
                && theirs.as_ref().is_none_or(|tasks| tasks.contains(&*target.item))
        });
        let key = |target: &tables::Target| match order.by {
            By::Due => target.due.as_deref().map(str::to_owned),
            By::Indicator => target.indicator.as_deref().map(str::to_owned),
            By::Year => target.document.year.clone(),
        };
        Listing::new(found, |target| (key(target), &target.iri)).page(
            site,
            "targets",
            &params,
            order.backwards,
            limit,
            |target| {
                let facts = facts::targets(site, ("target", &target.iri))?;
                let facts =
                    facts.into_iter().next().ok_or_else(|| Problem::unknown(&target.iri))?;
                Ok(StatedTarget { target: facts, document: Document::clone(&target.document) })
            },
        )
    })
    .await
}
