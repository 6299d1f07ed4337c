//! The whole as a picture: from higher policies through the documents that carry them out to the agencies that lead.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use serde_json::{Value, json};

use crate::store::QueryError;
use crate::web::api::columns::{Documents, TaskRows, UNSAID};
use crate::web::api::derived::Derived;
use crate::web::api::records::Document;
use crate::web::api::tables::Tables;
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

/// The same by IRIs, in no language.
pub(in crate::web::pages) struct Ranked {
    /// The documents with most tasks.
    tied: Vec<Tied>,
    carrying: usize,
    /// Of the picture: policies, documents and agencies, and the links between them with how many tasks.
    columns: [Drawn; 3],
    links: BTreeMap<(String, String), usize>,
}

/// A document that names a higher one, by the IRIs of what it is tied to.
#[derive(Clone)]
struct Tied {
    document: Arc<Document>,
    higher: BTreeSet<String>,
    /// Tasks that each agency leads.
    leads: BTreeMap<String, usize>,
}

impl Tied {
    fn weight(&self) -> usize {
        self.leads.values().sum()
    }
}

impl Derived for Ranked {
    fn read(site: &Site, tables: &Tables) -> Result<(), QueryError> {
        tables.higher(site)?;
        TaskRows::read(site, tables)
    }

    fn derive(site: &Site, tables: &Tables) -> Result<Self, QueryError> {
        let mut higher: HashMap<&str, BTreeSet<String>> = HashMap::new();
        for link in tables.higher(site)? {
            higher.entry(&link.work).or_default().insert(link.policy.clone());
        }
        let (documents, tasks) =
            (tables.derived::<Documents>(site)?, tables.derived::<TaskRows>(site)?);
        let rows = &tasks.rows;
        let lead = rows.roles.number("lead");
        let mut leads: HashMap<u32, BTreeMap<u32, usize>> = HashMap::new();
        for (document, tasks) in &rows.spans {
            let parts = tasks.clone().flat_map(|task| rows.parts.of(task));
            let leading = parts.filter(|part| Some(part.role) == lead && part.agency != UNSAID);
            let of_document = leads.entry(*document).or_default();
            leading.for_each(|part| *of_document.entry(part.agency).or_default() += 1);
        }
        let tied = (0..).zip(documents.ids.iter()).filter_map(|(number, id)| {
            let leads = leads.remove(&number).unwrap_or_default().into_iter();
            let leads = leads.map(|(agency, tasks)| (rows.agencies.get(agency).to_owned(), tasks));
            let (higher, leads) = (higher.remove(id)?, leads.collect());
            Some(Tied { document: Arc::clone(documents.get(number)), higher, leads })
        });
        let mut tied: Vec<Tied> = tied.collect();
        tied.sort_by_cached_key(|tied| (Reverse(tied.weight()), tied.document.id.clone()));
        let (columns, links) = draw(&tied);
        let carrying = tied.len();
        tied.truncate(DRAWN + 1);
        Ok(Self { tied, carrying, columns, links })
    }
}

/// Reads it from the tables.
pub(super) fn read(site: &Site, tables: &Tables) -> Result<Overview, WebError> {
    let ranked = tables.derived::<Ranked>(site)?;
    let flows = ranked.tied.iter().take(DRAWN).map(|tied| flow(site, tables, tied));
    Ok(Overview {
        flows: flows.collect::<Result<_, _>>()?,
        carrying: ranked.carrying,
        picture: picture(site, tables, &ranked)?,
    })
}

fn flow(site: &Site, tables: &Tables, tied: &Tied) -> Result<Flow, WebError> {
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

/// What is drawn on its own in one column, by its IRI; the rest has one place.
struct Drawn {
    rest: &'static str,
    alone: BTreeSet<String>,
    /// How many others there are.
    others: usize,
}

impl Drawn {
    fn new(rest: &'static str, weights: BTreeMap<&str, usize>) -> Self {
        let mut ranked: Vec<_> = weights.into_iter().collect();
        ranked.sort_by_key(|(_, weight)| Reverse(*weight));
        // One alone needs no place for the rest.
        let most = if ranked.len() == DRAWN + 1 { DRAWN + 1 } else { DRAWN };
        let alone = ranked.iter().take(most).map(|(iri, _)| (*iri).to_owned()).collect();
        Self { rest, alone, others: ranked.len().saturating_sub(most) }
    }

    fn place<'d>(&'d self, iri: &'d str) -> &'d str {
        if self.alone.contains(iri) { iri } else { self.rest }
    }
}

/// What a Sankey diagram shows; a link is as wide as the number of tasks that have a lead.
fn draw(tied: &[Tied]) -> ([Drawn; 3], BTreeMap<(String, String), usize>) {
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
    let policies = Drawn::new("policies", by_policy);
    let documents = Drawn::new("documents", by_document);
    let agencies = Drawn::new("agencies", by_agency);
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
    let owned = |(source, target): (&str, &str)| (source.to_owned(), target.to_owned());
    let links = links.into_iter().map(|(ends, tasks)| (owned(ends), tasks)).collect();
    ([policies, documents, agencies], links)
}

/// Nodes and links of the diagram.
fn picture(site: &Site, tables: &Tables, ranked: &Ranked) -> Result<Value, WebError> {
    let [policies, documents, agencies] = &ranked.columns;
    let mut nodes = Vec::new();
    let mut node = |iri: &str, label: &str, column: usize| {
        let kind = ["policy", "document", "agency"][column];
        let href = site.href(iri);
        nodes
            .push(json!({"id": iri, "label": label, "href": href, "column": column, "kind": kind}));
    };
    for iri in &policies.alone {
        node(iri, tables.policy(site, iri)?.map_or("", |policy| &policy.title), 0);
    }
    let drawn = ranked.tied.iter();
    for tied in drawn.filter(|tied| documents.alone.contains(tied.document.id.as_str())) {
        node(&tied.document.id, tied.document.title.as_deref().unwrap_or_default(), 1);
    }
    for iri in &agencies.alone {
        node(iri, tables.agency(site, iri)?.map_or("", |agency| &agency.name), 2);
    }
    let rests = [
        (policies, "其他 {} 份上级文件", "{} other policies", "documents"),
        (documents, "其他 {} 份文件", "{} other documents", "documents"),
        (agencies, "其他 {} 个机构", "{} other agencies", "agencies"),
    ];
    for (column, (rest, zh, en, list)) in rests.into_iter().enumerate() {
        if rest.others > 0 {
            let label = site.say(zh, en).replace("{}", &rest.others.to_string());
            let href = format!("{}{list}", site.root());
            nodes.push(json!({"id": rest.rest, "label": label, "href": href, "column": column}));
        }
    }
    let links = ranked.links.iter().map(
        |((source, target), value)| json!({"source": source, "target": target, "value": value}),
    );
    let unit = site.say("项牵头任务", "tasks led");
    Ok(json!({"nodes": nodes, "links": links.collect::<Vec<_>>(), "unit": unit}))
}
