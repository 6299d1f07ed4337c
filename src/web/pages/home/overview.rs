//! The whole as a picture: from higher policies through the documents that carry them out to the agencies that lead.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Value, json};

use crate::web::api::tables::{Document, Tables};
use crate::web::error::WebError;
use crate::web::site::Site;

/// Policies, documents and agencies that are drawn; the others stand together as one of each.
const DRAWN: usize = 12;
/// Agencies that the list names for each document.
const NAMED: usize = 4;

/// What of the whole is told.
pub(super) struct Overview {
    pub(super) flows: Vec<Flow>,
    /// How many documents name a higher one.
    pub(super) carrying: usize,
    /// The same, for an island.
    pub(super) picture: Value,
}

/// A document with what stands above it and who leads in it.
pub(super) struct Flow {
    pub(super) title: String,
    pub(super) href: String,
    /// Titles and addresses.
    pub(super) higher: Vec<(String, String)>,
    /// Names, addresses, and how many tasks each leads; those with most.
    pub(super) leads: Vec<(String, String, usize)>,
    /// How many others lead.
    pub(super) more: usize,
}

/// A document that names a higher one, by the IRIs of what it is tied to.
struct Tied<'t> {
    document: &'t Document,
    higher: BTreeSet<&'t str>,
    /// Tasks that each agency leads.
    leads: BTreeMap<&'t str, usize>,
}

impl Tied<'_> {
    fn weight(&self) -> usize {
        self.leads.values().sum()
    }
}

/// Reads it from the tables.
pub(super) fn read(site: &Site, tables: &Tables) -> Result<Overview, WebError> {
    let mut higher: HashMap<&str, BTreeSet<&str>> = HashMap::new();
    for link in tables.higher(site)? {
        higher.entry(&link.work).or_default().insert(&link.policy);
    }
    let mut leads: HashMap<&str, BTreeMap<&str, usize>> = HashMap::new();
    for task in tables.tasks(site)? {
        let leading = task.bearers.iter().filter(|part| part.leads());
        for agency in leading.filter_map(|part| part.agency.as_deref()).collect::<BTreeSet<_>>() {
            *leads.entry(&task.document.id).or_default().entry(agency).or_default() += 1;
        }
    }
    let tied = tables.documents(site)?.iter().filter_map(|document| {
        let higher = higher.remove(document.id.as_str())?;
        let leads = leads.remove(document.id.as_str()).unwrap_or_default();
        Some(Tied { document, higher, leads })
    });
    let mut tied: Vec<Tied<'_>> = tied.collect();
    tied.sort_by_key(|tied| (Reverse(tied.weight()), &tied.document.id));
    let flows = tied.iter().take(DRAWN).map(|tied| flow(site, tables, tied));
    Ok(Overview {
        flows: flows.collect::<Result<_, _>>()?,
        carrying: tied.len(),
        picture: picture(site, tables, &tied)?,
    })
}

fn flow(site: &Site, tables: &Tables, tied: &Tied<'_>) -> Result<Flow, WebError> {
    let mut higher = Vec::new();
    for iri in &tied.higher {
        if let Some(policy) = tables.policy(site, iri)? {
            higher.push((policy.title.clone(), site.href(iri)));
        }
    }
    let mut agencies: Vec<_> = tied.leads.iter().collect();
    agencies.sort_by_key(|(_, tasks)| Reverse(**tasks));
    let more = agencies.len().saturating_sub(NAMED);
    let mut leads = Vec::new();
    for (iri, tasks) in agencies.into_iter().take(NAMED) {
        if let Some(agency) = tables.agency(site, iri)? {
            leads.push((agency.name.clone(), site.href(iri), *tasks));
        }
    }
    let title = tied.document.title.clone().unwrap_or_default();
    Ok(Flow { title, href: site.href(&tied.document.id), higher, leads, more })
}

/// What is drawn on its own in one column; the rest has one place.
struct Column<'t> {
    rest: &'static str,
    drawn: BTreeSet<&'t str>,
    others: BTreeSet<&'t str>,
}

impl<'t> Column<'t> {
    fn new(rest: &'static str, weights: BTreeMap<&'t str, usize>) -> Self {
        let mut ranked: Vec<_> = weights.into_iter().collect();
        ranked.sort_by_key(|(_, weight)| Reverse(*weight));
        // One alone needs no place for the rest.
        let most = if ranked.len() == DRAWN + 1 { DRAWN + 1 } else { DRAWN };
        let drawn = ranked.iter().take(most).map(|(iri, _)| *iri).collect();
        let others = ranked.iter().skip(most).map(|(iri, _)| *iri).collect();
        Self { rest, drawn, others }
    }

    fn place(&self, iri: &'t str) -> &'t str {
        if self.drawn.contains(iri) { iri } else { self.rest }
    }
}

/// Nodes and links of a Sankey diagram; a link is as wide as the number of tasks that have a lead.
fn picture(site: &Site, tables: &Tables, tied: &[Tied<'_>]) -> Result<Value, WebError> {
    let (mut by_policy, mut by_document, mut by_agency) =
        <(BTreeMap<&str, usize>, BTreeMap<&str, usize>, BTreeMap<&str, usize>)>::default();
    for tied in tied.iter().filter(|tied| tied.weight() > 0) {
        by_document.insert(&tied.document.id, tied.weight());
        for policy in &tied.higher {
            *by_policy.entry(policy).or_default() += tied.weight();
        }
        for (agency, tasks) in &tied.leads {
            *by_agency.entry(agency).or_default() += tasks;
        }
    }
    let policies = Column::new("policies", by_policy);
    let documents = Column::new("documents", by_document);
    let agencies = Column::new("agencies", by_agency);
    let mut links: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for tied in tied.iter().filter(|tied| tied.weight() > 0) {
        let document = documents.place(&tied.document.id);
        for policy in &tied.higher {
            *links.entry((policies.place(policy), document)).or_default() += tied.weight();
        }
        for (agency, tasks) in &tied.leads {
            *links.entry((document, agencies.place(agency))).or_default() += tasks;
        }
    }
    let mut nodes = Vec::new();
    let mut node = |iri: &str, label: &str, column: usize| {
        let kind = ["policy", "document", "agency"][column];
        let href = site.href(iri);
        nodes
            .push(json!({"id": iri, "label": label, "href": href, "column": column, "kind": kind}));
    };
    for iri in &policies.drawn {
        node(iri, tables.policy(site, iri)?.map_or("", |policy| &policy.title), 0);
    }
    for tied in tied.iter().filter(|tied| documents.drawn.contains(tied.document.id.as_str())) {
        node(&tied.document.id, tied.document.title.as_deref().unwrap_or_default(), 1);
    }
    for iri in &agencies.drawn {
        node(iri, tables.agency(site, iri)?.map_or("", |agency| &agency.name), 2);
    }
    let rests = [
        (&policies, "其他 {} 份上级文件", "{} other policies", "documents"),
        (&documents, "其他 {} 份文件", "{} other documents", "documents"),
        (&agencies, "其他 {} 个机构", "{} other agencies", "agencies"),
    ];
    for (column, (rest, zh, en, list)) in rests.into_iter().enumerate() {
        if !rest.others.is_empty() {
            let label = site.say(zh, en).replace("{}", &rest.others.len().to_string());
            let href = format!("{}{list}", site.root());
            nodes.push(json!({"id": rest.rest, "label": label, "href": href, "column": column}));
        }
    }
    let links = links.into_iter().map(
        |((source, target), value)| json!({"source": source, "target": target, "value": value}),
    );
    let unit = site.say("项牵头任务", "tasks led");
    Ok(json!({"nodes": nodes, "links": links.collect::<Vec<_>>(), "unit": unit}))
}
