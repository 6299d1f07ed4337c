//! What a list of tasks or targets shows, as a query that anyone may go on from.
//!
//! Invariant: what is put into a query is an IRI or a literal, and printed as such: text of the address never is
//! text of the query.

use oxigraph::model::{Literal, NamedNode};

use super::{Asked, NO, NONE, TWO, YES};
use crate::rdf::vocab::{PREFIXES, genre, gm, role};
use crate::web::api::links::CARRIES_OUT;
use crate::web::paging::encode;
use crate::web::site::Site;

/// What a list is of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::web::pages) enum What {
    Tasks,
    Targets,
}

const TASKS: &str = "\
SELECT ?task (SAMPLE(?heading_or_text) AS ?what) (SAMPLE(?title) AS ?document)
  (GROUP_CONCAT(DISTINCT ?lead; separator=\"、\") AS ?leads) (MIN(?date) AS ?due)
WHERE {
DOCUMENTS
  ?task gm:inVersion ?version ; gm:order ?order ; a gm:Task .
";
const TARGETS: &str = "\
SELECT ?target (SAMPLE(?quote) AS ?words) (SAMPLE(?counted) AS ?indicator) (SAMPLE(?compared) AS ?comparator)
  (SAMPLE(COALESCE(?decimal, ?ratio)) AS ?value) (SAMPLE(?measured) AS ?unit) (MIN(?date) AS ?due)
  (SAMPLE(?title) AS ?document)
WHERE {
DOCUMENTS
  ?item gm:inVersion ?version .
  ?target gm:ofTask ?item ; gm:comparator ?compared ; gm:quote ?quote ; gm:evidence ?evidence .
";
/// What is told of each beside what it is found by.
const TASKS_TOLD: &str = "\
  OPTIONAL { ?task gm:heading ?heading }
  OPTIONAL { ?task gm:text ?text }
  BIND(COALESCE(?heading, ?text) AS ?heading_or_text)
  OPTIONAL { GRAPH ?graph { ?work dcterms:title ?title } }
  OPTIONAL { ?task gm:leadAgency/rdfs:label ?lead }
  OPTIONAL { ?task (^gm:ofTask)?/gm:deadline/gm:date ?date }
}
GROUP BY ?task
";
const TARGETS_TOLD: &str = "\
  OPTIONAL { GRAPH ?graph { ?work dcterms:title ?title } }
  OPTIONAL { ?target gm:indicator ?counted }
  OPTIONAL { ?target gm:value ?decimal }
  OPTIONAL { ?target gm:ratio ?ratio }
  OPTIONAL { ?target gm:unit ?measured }
  OPTIONAL { ?target gm:deadline/gm:date ?date }
}
GROUP BY ?target
";

/// Where the query of what is asked for is written into the workbench.
pub(in crate::web::pages) fn address(site: &Site, asked: &Asked, what: What) -> String {
    format!("{}sparql?q={}", site.root(), encode(&query(site, asked, what)))
}

/// The query whose rows are the things that the address asks for.
fn query(site: &Site, asked: &Asked, what: What) -> String {
    let mut text = String::new();
    for (prefix, iri) in PREFIXES {
        if ["gm", "role", "dcterms", "rdfs", "skos", "xsd"].contains(prefix) {
            text += &format!("PREFIX {prefix}: <{iri}>\n");
        }
    }
    let (begin, told, subject, item, said) = match what {
        What::Tasks => (TASKS, TASKS_TOLD, "?task", "?task", "?heading_or_text"),
        What::Targets => (TARGETS, TARGETS_TOLD, "?target", "?item", "?quote"),
    };
    let patterns = Patterns { site, asked, subject, item };
    text += &begin.replace("DOCUMENTS", &patterns.documents());
    if what == What::Targets {
        text += &format!("  ?target a {} .\n", iri(asked.class()));
    }
    for line in patterns.all(said, what) {
        text += &format!("  {line}\n");
    }
    text + told
}

struct Patterns<'a> {
    site: &'a Site,
    asked: &'a Asked,
    /// The variables of the thing, and of the item that it is or that states it.
    subject: &'static str,
    item: &'static str,
}

/// An IRI as a query has it; of what is none, one that nothing has.
fn iri(iri: impl Into<String>) -> String {
    let none = || NamedNode::new_unchecked("urn:x-none");
    NamedNode::new(iri).unwrap_or_else(|_| none()).to_string()
}

fn literal(text: &str) -> String {
    Literal::from(text).to_string()
}

impl Patterns<'_> {
    fn all(&self, said: &str, what: What) -> Vec<String> {
        let (asked, item, subject) = (self.asked, self.item, self.subject);
        let mut lines = Vec::new();
        let words = asked.q.split_whitespace();
        lines.extend(words.map(|word| format!("FILTER(CONTAINS({said}, {}))", literal(word))));
        match &*asked.section {
            "" => {}
            // A section that lies in no other than the root, which is part of nothing.
            NONE => lines.push(format!(
                "FILTER NOT EXISTS {{ {item} gm:partOf+ ?in . ?in a gm:Section ; gm:partOf ?root \
                 FILTER NOT EXISTS {{ ?root gm:partOf ?more }} }}"
            )),
            path => lines.push(format!("{item} gm:partOf+ {} .", self.own(path))),
        }
        self.parts(&mut lines);
        lines.extend(self.policy());
        // The time limits of a thing, and more that is asked of each.
        let limit = |more: &str| match what {
            What::Tasks => format!(
                "{{ {item} gm:deadline ?limit{more} }} UNION {{ ?claim gm:ofTask {item} ; gm:deadline ?limit{more} }}"
            ),
            What::Targets => format!("{subject} gm:deadline ?limit{more}"),
        };
        let (from, to) = (&asked.from, &asked.to);
        let bound = |sign: &str, day: &str| match day {
            "" => String::new(),
            // As text, in which days are in their order, whatever is asked for.
            day => format!(" FILTER(STR(?day) {sign} {})", literal(day)),
        };
        if !from.is_empty() || !to.is_empty() {
            let day = " . ?limit gm:date ?day".to_owned() + &bound(">=", from) + &bound("<=", to);
            lines.push(among(subject, &limit(&day)));
        }
        lines.extend(whether(&asked.deadline, subject, &limit("")));
        match what {
            What::Tasks => {
                let aim = format!("?aim gm:ofTask {item} ; a gm:Target");
                lines.extend(whether(&asked.target, item, &aim));
            }
            What::Targets => self.measure(&mut lines),
        }
        lines
    }

    /// The IRI of the store that a path stands for.
    fn own(&self, path: &str) -> String {
        iri(format!("{}{path}", self.site.store.base().as_str()))
    }

    /// The documents that are asked for: the first of the patterns.
    fn documents(&self) -> String {
        let asked = self.asked;
        let mut inside = "?version gm:versionOf ?work .".to_owned();
        let mut lines = vec!["?work gm:currentVersion ?version .".to_owned()];
        if !asked.document.is_empty() {
            lines.push(format!("VALUES ?work {{ {} }}", self.own(&asked.document)));
        }
        match &*asked.place {
            "" => {}
            NONE => lines.push(unsaid("gm:jurisdiction")),
            code => {
                inside += " ?work gm:jurisdiction ?place .";
                let place = self.own(&format!("jurisdiction/{code}"));
                lines.push(format!("?place skos:broader* {place} ."));
            }
        }
        let concepts =
            [(&asked.genre, "gm:genre", genre::NAMESPACE), (&asked.tier, "gm:tier", gm::NAMESPACE)];
        for (code, property, namespace) in concepts {
            match &**code {
                "" => {}
                NONE => lines.push(unsaid(property)),
                code => {
                    inside += &format!(" ?work {property} {} .", iri(format!("{namespace}{code}")));
                }
            }
        }
        match &*asked.year {
            "" => {}
            NONE => lines.push(unsaid("gm:year")),
            year => {
                inside += " ?work gm:year ?year .";
                lines.push(format!("FILTER(STR(?year) = {})", literal(year)));
            }
        }
        lines.insert(1, format!("GRAPH ?graph {{ {inside} }}"));
        let lines = lines.join("\n    ");
        format!("  {{ SELECT DISTINCT ?work ?version ?graph WHERE {{\n    {lines}\n  }} }}")
    }

    fn parts(&self, lines: &mut Vec<String>) {
        let (asked, item) = (self.asked, self.item);
        let role = |code: &str| iri(format!("{}{code}", role::NAMESPACE));
        if !asked.role.is_empty() || !asked.agency.is_empty() {
            let mut part = format!("?part gm:ofTask {item} ; gm:role ");
            part += &if asked.role.is_empty() { "?role".to_owned() } else { role(&asked.role) };
            match asked.agency_iri(self.site) {
                Some(agency) => part += &format!(" ; gm:agency {}", iri(agency)),
                None if asked.agency.is_empty() => {}
                None => {
                    part += " ; gm:agency/(rdfs:label|skos:altLabel) ?called ";
                    part += &format!("FILTER(CONTAINS(?called, {}))", literal(&asked.agency));
                }
            }
            lines.push(among(item, &part));
        }
        let lead = format!("?leading gm:ofTask {item} ; gm:role role:lead ; gm:agency ?leader");
        match &*asked.lead {
            TWO => {
                let two = format!("SELECT {item} WHERE {{ {lead} }} GROUP BY {item}");
                lines.push(format!("{{ {two} HAVING(COUNT(DISTINCT ?leader) > 1) }}"));
            }
            asked @ (YES | NO) => lines.extend(whether(asked, item, &lead)),
            _ => {}
        }
        if !asked.names.is_empty() {
            let named = format!("?named gm:ofTask {item} ; gm:role ?in ; gm:agency ?unknown .");
            lines.push(among(item, &format!("{named} ?unknown a gm:UnresolvedAgency")));
        }
    }

    fn policy(&self) -> Option<String> {
        let (asked, item) = (self.asked, self.item);
        let cited = match &*asked.policy {
            "" => return None,
            NONE => "?cited".to_owned(),
            path => self.own(path),
        };
        let kinds = CARRIES_OUT.map(|kind| format!("gm:{kind}")).join(" ");
        let cites = format!("?citation gm:citing ?citing ; gm:kind ?kind ; gm:cited {cited}");
        let either = |of: &str| {
            format!(
                "{{ VALUES ?kind {{ {kinds} }} GRAPH ?graph {{ {} }} }}",
                cites.replace("?citing", of)
            )
        };
        let pattern = format!("{} UNION {}", either(item), either("?work"));
        let not = if asked.policy == NONE { "NOT " } else { "" };
        Some(format!("FILTER {not}EXISTS {{ {pattern} }}"))
    }

    fn measure(&self, lines: &mut Vec<String>) {
        let asked = self.asked;
        if !asked.indicator.is_empty() {
            let words = literal(&asked.indicator);
            lines.push(format!(
                "?target gm:indicator ?named_so FILTER(CONTAINS(?named_so, {words}))"
            ));
        }
        match &*asked.unit {
            "" => {}
            NONE => lines.push("FILTER NOT EXISTS { ?target gm:unit ?any }".to_owned()),
            unit => lines.push(format!("?target gm:unit {} .", literal(unit))),
        }
        if !asked.comparator.is_empty() {
            let comparator = iri(format!("{}{}", gm::NAMESPACE, asked.comparator));
            lines.push(format!("?target gm:comparator {comparator} ."));
        }
    }
}

/// That a document's version does not say this of it.
fn unsaid(property: &str) -> String {
    format!("FILTER NOT EXISTS {{ GRAPH ?graph {{ ?work {property} ?any }} }}")
}

/// That a thing is among those of a pattern. They are found once, not for each thing, which would take too long.
fn among(subject: &str, pattern: &str) -> String {
    format!("{{ SELECT DISTINCT {subject} WHERE {{ {pattern} }} }}")
}

/// The same, or that it is not, as is asked for.
fn whether(asked: &str, subject: &str, pattern: &str) -> Option<String> {
    match asked {
        "" => None,
        YES => Some(among(subject, pattern)),
        _ => Some(format!("MINUS {{ {} }}", among(subject, pattern))),
    }
}
