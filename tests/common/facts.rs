//! What a document says, as lines that do not depend on its format: no places, digests or names of files.

use std::collections::BTreeMap;

use gangmu::model::{Deadline, NodeId, NodeKind, Value};
use gangmu::pipeline::Reading;

/// The facts of a reading with how often each is stated.
pub type Facts = BTreeMap<String, usize>;

/// All facts of a reading.
pub fn facts(reading: &Reading) -> Facts {
    let mut facts = Facts::new();
    let mut state = |fact: String| {
        // Cells and printed lines break anywhere.
        let fact = fact.split(' ').map(solid).filter(|word| !word.is_empty()).collect::<Vec<_>>();
        *facts.entry(fact.join(" ")).or_default() += 1;
    };
    let document = &reading.document;
    let slice = |span| document.text.slice(span).replace(' ', "");
    let header = &document.header;
    for (name, value) in
        [("title", &header.title), ("notice", &header.notice), ("number", &header.number)]
    {
        state(format!(
            "header {name} {}",
            value.as_ref().map_or("", |v| &v.value).replace(' ', "")
        ));
    }
    for (name, date) in [("written", &header.written), ("published", &header.published)] {
        state(format!("header {name} {:?}", date.as_ref().map(|d| d.value.to_string())));
    }
    for issuer in &header.issuers {
        state(format!("header issuer {}", issuer.value.replace(' ', "")));
    }
    state(format!("header genre {:?} {:?} {:?}", header.genre, header.tier, header.year));
    let node = |id: NodeId| {
        let number = document.nodes[id].number.map(slice).unwrap_or_default();
        let heading = document.heading(id).unwrap_or_default();
        format!("[{}{}]", solid(&number), solid(&heading))
    };
    let date = |deadline: &Deadline| deadline.date.map(|date| date.to_string()).unwrap_or_default();
    for (id, item) in document.nodes() {
        if matches!(item.kind, NodeKind::Task | NodeKind::Measure | NodeKind::Practice) {
            state(format!("item {:?} {} under {}", item.kind, node(id), node(item.parent)));
        }
    }
    let said = &reading.facts;
    for claim in &said.responsibilities {
        let agency = claim.agency.and_then(|id| reading.identities.agencies.get(id));
        let name = agency.map_or("", |agency| &agency.name);
        let (role, basis) = (claim.role, claim.basis);
        state(format!("duty {} {role:?} {} {basis:?} {name}", node(claim.task), claim.surface));
    }
    for claim in &said.targets {
        let (Value::Decimal(value) | Value::Ratio(value)) = &claim.value;
        let (class, comparator) = (claim.class, claim.comparator);
        let indicator = claim.indicator.map(slice).unwrap_or_default();
        let unit = claim.unit.as_deref().unwrap_or_default();
        let by = claim.deadline.as_ref().map(date).unwrap_or_default();
        let at = node(claim.task);
        state(format!("target {at} {class:?} {indicator} {comparator:?} {value} {unit} {by}"));
    }
    for claim in &said.deadlines {
        let (quote, precision) = (slice(claim.quote), claim.precision);
        state(format!("deadline {} {quote} {} {precision:?}", node(claim.task), date(claim)));
    }
    for claim in &said.citations {
        let at = claim.citing.map(node).unwrap_or_default();
        let number = claim.number.map(slice).unwrap_or_default();
        state(format!("citation {at} {:?} {} {number}", claim.kind, slice(claim.title)));
    }
    facts
}

fn solid(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// What one has and the other lacks: `- fact` of the first, `+ fact` of the second.
pub fn differences(first: &Facts, second: &Facts) -> Vec<String> {
    let more = |one: &Facts, other: &Facts, sign: &str| -> Vec<String> {
        one.iter()
            .filter(|(fact, times)| other.get(*fact).is_none_or(|there| there < times))
            .map(|(fact, _)| format!("{sign} {fact}"))
            .collect()
    };
    let mut out = more(first, second, "-");
    out.extend(more(second, first, "+"));
    out
}
