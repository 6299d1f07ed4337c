//! `/api/v1/names`: what in the store is called so, for fields and editors that complete what is typed.

use std::collections::{BTreeMap, HashSet};

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::App;
use super::super::problem::Problem;
use super::super::site::Site;
use super::listing::{Key, Listing, Page};
use super::params::{Params, bad, choice, limit, text};
use super::read;
use super::search::current;
use super::terms::Failures;
use crate::search::Kind;

/// What was typed so far.
#[derive(Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// 名称中的文字 Characters of a name; of agencies also pinyin or its initials
    #[param(required = true, value_type = String, min_length = 1)]
    q: Option<String>,
    /// 种类 Only things of this kind
    #[serde(rename = "type")]
    #[param(value_type = Option<NamedKind>)]
    kind: Option<String>,
    /// 每页条数 Items on a page, from 1 to 100; usually 20
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    limit: Option<String>,
    /// 下一页的标记 From the `next` of the page before
    cursor: Option<String>,
}

/// 种类 A class of things that have names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub(super) enum NamedKind {
    Agency,
    Document,
    Policy,
    Jurisdiction,
}

/// 名称 A thing and its name.
#[derive(Clone, Serialize, ToSchema)]
pub(super) struct Named {
    id: String,
    #[serde(rename = "type")]
    kind: NamedKind,
    /// What it is called.
    label: String,
    #[serde(skip)]
    rank: String,
}

/// 按名称找 Things by their names: those that begin with it first, of agencies those with more tasks first
#[utoipa::path(get, path = "/api/v1/names", tag = "search", params(Asked),
    responses((status = 200, body = Page<Named>), Failures))]
pub(super) async fn list(
    State(app): State<App>,
    params: Params<Asked>,
) -> Result<Page<Named>, Problem> {
    read(app, move |site| {
        let asked = &params.asked;
        let limit = limit(asked.limit.as_ref())?;
        let kind = choice::<NamedKind>("type", asked.kind.as_ref())?;
        let q = text(asked.q.as_ref()).ok_or_else(|| bad("q", "what to look for is missing"))?;
        let mut found = named(site, q)?;
        found.retain(|thing| kind.is_none_or(|kind| kind == thing.kind));
        Listing::of_found("names", &found, false, |thing: &Named| {
            (Some(Key::text(&thing.rank)), &*thing.id)
        })
        .page(site, &params, limit, None, |thing| Ok(thing.clone()))
    })
    .await
}

fn named(site: &Site, q: &str) -> Result<Vec<Named>, Problem> {
    let tables = site.tables.now(site);
    let sounding = sounding(site, q)?;
    let mut found = Vec::new();
    let mut places = BTreeMap::new();
    for agency in tables.agencies(site)? {
        let matched = agency.names().filter_map(|name| rank(name, q)).min();
        let matched = matched.or_else(|| sounding.contains(&agency.iri).then_some(2));
        if let Some(rank) = matched {
            // Those with more tasks first.
            let rank =
                format!("{rank}{:06}{}", 999_999_usize.saturating_sub(agency.tasks), agency.name);
            let (id, label) = (agency.iri.clone(), agency.name.clone());
            found.push(Named { id, kind: NamedKind::Agency, label, rank });
        }
        places.extend(agency.jurisdiction.iter().map(|place| (&place.id, &place.name)));
    }
    let plain = |kind, id: &String, name: &String| {
        let rank = format!("{}999999{name}", rank(name, q)?);
        Some(Named { id: id.clone(), kind, label: name.clone(), rank })
    };
    for document in tables.documents(site)? {
        places.extend(document.jurisdiction.iter().map(|place| (&place.id, &place.name)));
        let title = document.title.as_ref();
        found.extend(title.and_then(|title| plain(NamedKind::Document, &document.id, title)));
    }
    // A policy that was taken in is a document of the store already.
    let cited = tables.policies(site)?.iter().filter(|policy| policy.document.is_none());
    found.extend(cited.filter_map(|policy| plain(NamedKind::Policy, &policy.iri, &policy.title)));
    found.extend(
        places.into_iter().filter_map(|(id, name)| plain(NamedKind::Jurisdiction, id, name)),
    );
    Ok(found)
}

/// 0 for a name that begins with what was typed, 1 for one that has it elsewhere.
fn rank(name: &str, q: &str) -> Option<u8> {
    let (name, q) = (name.to_lowercase(), q.to_lowercase());
    name.find(&q).map(|at| u8::from(at > 0))
}

/// The agencies that can be typed so.
fn sounding(site: &Site, q: &str) -> Result<HashSet<String>, Problem> {
    if !q.chars().all(|c| c.is_ascii_alphanumeric()) {
        return Ok(HashSet::new());
    }
    let (_, hits) = current(site, q, Some(Kind::Agency))?;
    Ok(hits.into_iter().map(|hit| hit.iri).collect())
}
