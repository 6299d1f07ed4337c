//! `/api/v1/agencies`: the bearers of duties.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::App;
use super::super::problem::Problem;
use super::super::site::Site;
use super::facts::Bearer;
use super::listing::{Key, Listing, One, Page};
use super::params::{Id, Order, Params, limit, order, text};
use super::terms::{Failures, Jurisdiction, address, iri};
use super::{read, records};

const NAMES: &str = include_str!("../queries/agency_names.rq");
const FAMILY: &str = include_str!("../queries/agency_family.rq");
const AGENCY: &str = include_str!("../queries/agency.rq");

/// What is asked of the list.
#[derive(Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// 名称中的文字 Characters of a name; several, separated by spaces, must all be there
    q: Option<String>,
    /// 行政区划代码 The code of the division it belongs to (GB/T 2260)
    place: Option<String>,
    /// 排序 `name`, `tasks` or `leads`; backwards with `-`. Usually `-tasks`
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
    Name,
    Tasks,
    Leads,
}

/// 机构 A bearer of duties.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Agency {
    #[serde(flatten)]
    bearer: Bearer,
    /// Other names it is known under.
    alt_label: Vec<String>,
    jurisdiction: Option<Jurisdiction>,
    /// Tasks of current versions in which it has a part, and those that it leads.
    tasks: usize,
    leads: usize,
    /// Where the API says more.
    #[serde(rename = "self")]
    address: Option<String>,
}

/// 机构详情 A bearer of duties with all that is known of it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct AgencyDetails {
    #[serde(flatten)]
    agency: Agency,
    /// Names under which documents print it.
    printed: Vec<String>,
    /// Of a group: which bodies are meant.
    member_rule: Option<String>,
    above: Vec<Bearer>,
    below: Vec<Bearer>,
    /// Where its tasks are.
    task_list: String,
}

impl Agency {
    fn new(site: &Site, agency: &records::Agency) -> Self {
        let records::Agency { iri, name, kind, .. } = agency;
        Self {
            bearer: Bearer::new(iri.clone(), kind.as_deref(), name.clone()),
            alt_label: agency.others.clone(),
            jurisdiction: agency.jurisdiction.clone(),
            tasks: agency.tasks,
            leads: agency.leads,
            address: address(site, "agencies", iri),
        }
    }
}

/// 机构 Agencies that have a part in tasks of current versions
#[utoipa::path(get, path = "/api/v1/agencies", tag = "agencies", params(Asked),
    responses((status = 200, body = Page<Agency>), Failures))]
pub(super) async fn list(
    State(app): State<App>,
    params: Params<Asked>,
) -> Result<Page<Agency>, Problem> {
    read(app, move |site| {
        let asked = &params.asked;
        let limit = limit(asked.limit.as_ref())?;
        let order = order(asked.sort.as_ref(), Order { by: By::Tasks, backwards: true })?;
        let (q, place) = (text(asked.q.as_ref()).unwrap_or_default(), text(asked.place.as_ref()));
        let tables = site.tables.now(site);
        let agencies = tables.agencies(site)?;
        let list = Listing::of_table(
            site,
            &tables,
            "agencies",
            agencies,
            &params,
            order.backwards,
            |agency: &records::Agency| {
                let key = match order.by {
                    By::Name => Key::text(&agency.name),
                    By::Tasks => Key::Number(agency.tasks),
                    By::Leads => Key::Number(agency.leads),
                };
                (Some(key), &*agency.iri)
            },
        )?;
        let is_wanted = |agency: &records::Agency| {
            let named = |word: &str| agency.names().any(|name| name.contains(word));
            let code = agency.jurisdiction.as_ref().map(|place| place.code.as_str());
            q.split_whitespace().all(named) && place.is_none_or(|place| code == Some(place))
        };
        let wanted = || agencies.iter().map(is_wanted).collect::<Vec<bool>>();
        let wanted = (!params.is_of_all()).then(wanted);
        list.page(site, &params, limit, wanted.as_deref(), |agency| Ok(Agency::new(site, agency)))
    })
    .await
}

/// 一个机构 One agency, with its names and the bodies above and below it
#[utoipa::path(get, path = "/api/v1/agencies/{id}", tag = "agencies",
    params(("id" = String, Path, description = "基址之后的 IRI The IRI after the base, as one segment: `agency%2F990100%2F…`")),
    responses((status = 200, body = One<AgencyDetails>), Failures))]
pub(super) async fn one(State(app): State<App>, Id(id): Id) -> Result<One<AgencyDetails>, Problem> {
    read(app, move |site| {
        let iri = iri(site, &id)?;
        let given = [("agency", iri.as_str())];
        let row = site.row(AGENCY, &given)?.ok_or_else(|| Problem::unknown(&id))?;
        let tables = site.tables.now(site);
        let known = tables.agency(site, &iri)?;
        let agency = match known {
            Some(known) => Agency::new(site, known),
            // It is named in no task of a current version.
            None => Agency {
                bearer: Bearer::new(iri.clone(), row.get("kind").as_deref(), row.text("name")),
                alt_label: Vec::new(),
                jurisdiction: Jurisdiction::read(&row),
                tasks: 0,
                leads: 0,
                address: address(site, "agencies", &iri),
            },
        };
        let family = site.rows(FAMILY, &given)?;
        let relatives = |above: bool| {
            let rows = family.iter().filter(|row| row.is_true("above") == above);
            rows.map(|row| Bearer::new(row.text("other"), None, row.text("name"))).collect()
        };
        let printed = site.rows(NAMES, &given)?.iter().map(|row| row.text("name")).collect();
        let agency_id = super::super::paging::encode(&iri);
        let details = AgencyDetails {
            agency,
            printed,
            member_rule: row.get("rule"),
            above: relatives(true),
            below: relatives(false),
            task_list: format!("{}api/v1/tasks?agency={agency_id}", site.root()),
        };
        Ok(One::new(site, details))
    })
    .await
}
