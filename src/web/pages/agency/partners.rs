//! With whom a bearer shares tasks: as a list, and as a network.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;
use serde_json::{Value, json};

use crate::web::api::tables::Tables;
use crate::web::error::WebError;
use crate::web::site::Site;

/// Partners in the picture; the list has all of them.
const DRAWN: usize = 24;

/// Another bearer, and how many tasks the two share.
pub(super) struct Partner {
    iri: String,
    pub(super) name: String,
    pub(super) href: String,
    /// In all.
    pub(super) tasks: usize,
    /// Those that this one leads and the other has a part in.
    pub(super) led: usize,
    /// Those that the other leads.
    pub(super) followed: usize,
}

/// The other bearers of these tasks of a bearer, those with most of them first.
pub(super) fn partners(
    site: &Site,
    tables: &Tables,
    iri: &str,
    tasks: &HashSet<&str>,
) -> Result<Vec<Partner>, WebError> {
    let parts = tables.parts(site)?;
    let mut counted: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for task in tasks {
        let Some(parts) = parts.get(*task) else { continue };
        let leads = |agency: &str| parts.iter().any(|part| part.leads() && part.is_of(agency));
        let is_led = leads(iri);
        let others: HashSet<&str> =
            parts.iter().filter_map(|part| part.agency.as_deref()).filter(|o| *o != iri).collect();
        for other in others {
            let counts = counted.entry(other).or_default();
            counts[0] += 1;
            counts[1] += usize::from(is_led);
            counts[2] += usize::from(leads(other));
        }
    }
    let mut partners = Vec::with_capacity(counted.len());
    for (other, [tasks, led, followed]) in counted {
        let Some(agency) = tables.agency(site, other)? else { continue };
        let (iri, name, href) = (other.to_owned(), agency.name.clone(), site.href(other));
        partners.push(Partner { iri, name, href, tasks, led, followed });
    }
    partners.sort_by_cached_key(|p| (Reverse(p.tasks), Reverse(p.led), p.name.clone()));
    Ok(partners)
}

#[derive(Serialize)]
struct Node<'p> {
    id: &'p str,
    label: &'p str,
    href: &'p str,
    kind: &'static str,
    weight: usize,
}

/// The bearer, its nearest partners, and the tasks that any two of these share, for an island.
pub(super) fn network(
    site: &Site,
    tables: &Tables,
    (iri, name): (&str, &str),
    tasks: &HashSet<&str>,
    partners: &[Partner],
) -> Result<Value, WebError> {
    let drawn = &partners[..partners.len().min(DRAWN)];
    let href = site.href(iri);
    let centre = Node { id: iri, label: name, href: &href, kind: "centre", weight: tasks.len() };
    let others = drawn.iter().map(|partner| Node {
        id: &partner.iri,
        label: &partner.name,
        href: &partner.href,
        kind: "agency",
        weight: partner.tasks,
    });
    let nodes: Vec<Node<'_>> = std::iter::once(centre).chain(others).collect();
    let place: HashMap<&str, usize> =
        nodes.iter().enumerate().map(|(at, node)| (node.id, at)).collect();
    let parts = tables.parts(site)?;
    let mut shared: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for task in tasks {
        let Some(parts) = parts.get(*task) else { continue };
        let here: std::collections::BTreeSet<usize> =
            parts.iter().filter_map(|part| place.get(part.agency.as_deref()?).copied()).collect();
        for &one in &here {
            for &other in here.range(one + 1..) {
                *shared.entry((one, other)).or_default() += 1;
            }
        }
    }
    let edges: Vec<Value> = shared
        .into_iter()
        .map(|((one, other), value)| {
            json!({"source": nodes[one].id, "target": nodes[other].id, "value": value})
        })
        .collect();
    Ok(json!({"nodes": nodes, "edges": edges}))
}
