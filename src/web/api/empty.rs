//! `/api/v1/why-empty`: which part of a query leaves its answer empty.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::App;
use super::super::problem::Problem;
use super::super::{answers, failure};
use super::params::{Params, bad, text};
use super::terms::Failures;
use crate::store::{Asked as Named, Cause, Empty};

/// The query that found nothing.
#[derive(Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// 查询语句 A SPARQL query
    #[param(required = true, value_type = String, min_length = 1)]
    query: Option<String>,
}

/// 没有结果的原因 Why a query has no answer.
#[derive(Serialize, ToSchema)]
pub(super) struct Reasons {
    /// None where there is an answer.
    reasons: Vec<Reason>,
}

/// 没有匹配的一处 A part of the query that nothing answers.
#[derive(Serialize, ToSchema)]
pub(in crate::web) struct Reason {
    #[serde(rename = "type")]
    kind: ReasonKind,
    /// The part, in SPARQL.
    pub(in crate::web) pattern: String,
    /// What that means, to people.
    pub(in crate::web) zh: &'static str,
    pub(in crate::web) en: &'static str,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum ReasonKind {
    Alone,
    Together,
    Filter,
    Minus,
    Slice,
    Service,
}

impl From<Empty> for Reason {
    fn from(empty: Empty) -> Self {
        let (kind, zh, en) = match empty.cause {
            Cause::Alone => (
                ReasonKind::Alone,
                "库里没有任何内容符合这一条：",
                "Nothing in the store matches this, whatever the rest of the query says:",
            ),
            Cause::Together => (
                ReasonKind::Together,
                "单独看有内容符合这一条，但与前面各条合在一起就没有了：",
                "Something matches this by itself, but nothing that also matches what stands before:",
            ),
            Cause::Filter => {
                (ReasonKind::Filter, "没有一行满足这个条件：", "No row fulfils this condition:")
            }
            Cause::Minus => {
                (ReasonKind::Minus, "这一条把所有行都排除了：", "This takes away all rows:")
            }
            Cause::Slice => (
                ReasonKind::Slice,
                "有结果，但被这一条全部截去：",
                "There are rows, but this leaves none of them:",
            ),
            Cause::Service => (
                ReasonKind::Service,
                "检索或外部服务没有给出内容：",
                "The search, or another server, gave nothing:",
            ),
        };
        Self { kind, pattern: empty.pattern, zh, en }
    }
}

/// 查询为什么没有结果 Which part of a query leaves its answer empty; evaluated under the same limits as the query
#[utoipa::path(get, path = "/api/v1/why-empty", tag = "query", params(Asked),
    responses((status = 200, body = Reasons), Failures))]
pub(super) async fn show(
    State(app): State<App>,
    params: Params<Asked>,
) -> Result<impl IntoResponse, Problem> {
    let asked = text(params.asked.query.as_ref());
    let query = asked.ok_or_else(|| bad("query", "a query is missing"))?.to_owned();
    let named = Named { text: query.clone(), client: String::new() };
    let limits = *app.runs.limits();
    let found = answers::within(app, named, None, move |site| {
        site.store.query(&query).and_then(|query| site.store.why_empty(&query))
    });
    let found = found.await?.map_err(|error| failure::of_query(&error, &limits))?;
    Ok(Json(Reasons { reasons: found.into_iter().map(Reason::from).collect() }))
}
