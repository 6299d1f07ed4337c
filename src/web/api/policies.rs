//! `/api/v1/policies`: normative documents, whether taken in or only cited.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::App;
use super::super::problem::Problem;
use super::super::site::Site;
use super::facts::{Citation, citations};
use super::listing::{Key, Listing, One, Page};
use super::params::{Id, Order, Params, choice, limit, order};
use super::read;
use super::records::{self, Document};
use super::search::matching;
use super::terms::{Failures, address, iri};
use crate::search::Kind;

/// What is asked of the list.
#[derive(Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// 标题、文号 Words of its title, as it bears it or as others print it
    q: Option<String>,
    /// 是否已收录 Whether its text has been taken in
    #[param(value_type = Option<bool>)]
    has_text: Option<String>,
    /// 排序 `citations` (how many documents cite it) or `title`; backwards with `-`. Usually `-citations`
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
    Citations,
    Title,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Truth {
    True,
    False,
}

/// 政策文件 A normative document.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Policy {
    /// The IRI of the work.
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    /// Its own title, or as others print it.
    label: String,
    /// How many other documents cite it.
    citation_count: usize,
    /// Null where it is only cited: then nothing is known but its title.
    document: Option<Document>,
    /// Where the API says more.
    #[serde(rename = "self")]
    address: Option<String>,
}

/// 政策文件详情 A normative document, what it cites and who cites it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct PolicyDetails {
    #[serde(flatten)]
    policy: Policy,
    citations: Vec<Citation>,
    cited_by: Vec<Citation>,
}

impl Policy {
    fn new(site: &Site, policy: &records::Policy) -> Self {
        Self {
            id: policy.iri.clone(),
            kind: "Policy",
            label: policy.title.clone(),
            citation_count: policy.cited_by,
            document: policy.document.as_deref().cloned(),
            address: address(site, "policies", &policy.iri),
        }
    }
}

/// 政策文件 Normative documents
#[utoipa::path(get, path = "/api/v1/policies", tag = "policies", params(Asked),
    responses((status = 200, body = Page<Policy>), Failures))]
pub(super) async fn list(
    State(app): State<App>,
    params: Params<Asked>,
) -> Result<Page<Policy>, Problem> {
    read(app, move |site| {
        let asked = &params.asked;
        let limit = limit(asked.limit.as_ref())?;
        let order = order(asked.sort.as_ref(), Order { by: By::Citations, backwards: true })?;
        let has_text = choice::<Truth>("has_text", asked.has_text.as_ref())?;
        let has_text = has_text.map(|truth| matches!(truth, Truth::True));
        let matching = matching(site, asked.q.as_ref(), Some(Kind::Document))?;
        let tables = site.tables.now(site);
        let policies = tables.policies(site)?;
        let list = Listing::of_table(
            site,
            &tables,
            "policies",
            policies,
            &params,
            order.backwards,
            |policy: &records::Policy| {
                let key = match order.by {
                    By::Citations => Key::Number(policy.cited_by),
                    By::Title => Key::text(&policy.title),
                };
                (Some(key), &*policy.iri)
            },
        )?;
        let is_wanted = |policy: &records::Policy| {
            has_text.is_none_or(|has_text| policy.document.is_some() == has_text)
                && matching.as_ref().is_none_or(|found| found.contains(&policy.iri))
        };
        let wanted = || policies.iter().map(is_wanted).collect::<Vec<bool>>();
        let wanted = (!params.is_of_all()).then(wanted);
        list.page(site, &params, limit, wanted.as_deref(), |policy| Ok(Policy::new(site, policy)))
    })
    .await
}

/// 一份政策文件 One normative document
#[utoipa::path(get, path = "/api/v1/policies/{id}", tag = "policies",
    params(("id" = String, Path, description = "基址之后的 IRI The IRI after the base, as one segment: `work%2F…`")),
    responses((status = 200, body = One<PolicyDetails>), Failures))]
pub(super) async fn one(State(app): State<App>, Id(id): Id) -> Result<One<PolicyDetails>, Problem> {
    read(app, move |site| {
        let iri = iri(site, &id)?;
        let tables = site.tables.now(site);
        let policy = tables.policy(site, &iri)?;
        let policy = policy.ok_or_else(|| Problem::unknown(&id))?;
        let details = PolicyDetails {
            policy: Policy::new(site, policy),
            citations: citations(site, ("citing", &iri))?,
            cited_by: citations(site, ("cited", &iri))?,
        };
        Ok(One::new(site, details))
    })
    .await
}
