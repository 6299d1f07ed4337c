//! What a query answers, as a part of a page.

use oxigraph::model::Term;
use oxigraph::model::vocab::xsd;

use crate::store::{Asked, QueryError, Told};
use crate::web::answers::{self, Ask};
use crate::web::api::empty::Reason;
use crate::web::problem::Problem;
use crate::web::site::Site;
use crate::web::{App, failure};

/// Rows that a page shows; how many there are, it says.
const SHOWN: usize = 500;

/// What became of a query.
pub(super) enum Outcome {
    Rows(Rows),
    Truth { value: bool, reasons: Vec<Reason> },
    Refused(Problem),
}

pub(super) struct Rows {
    pub(super) columns: Vec<String>,
    /// The first of them.
    pub(super) rows: Vec<Vec<Cell>>,
    pub(super) total: usize,
    /// Whether they are triples.
    pub(super) is_graph: bool,
    /// Why there are none.
    pub(super) reasons: Vec<Reason>,
}

#[derive(Default)]
pub(super) struct Cell {
    pub(super) text: String,
    /// The page about it.
    pub(super) href: Option<String>,
    pub(super) is_number: bool,
    /// Whether there is a value.
    pub(super) is_known: bool,
}

impl Outcome {
    /// Evaluates a query within its limits.
    pub(super) async fn of(site: App, ask: Ask) -> Self {
        let asked = Asked { text: ask.text.clone(), client: ask.client.clone() };
        let (time, limits) = (ask.time, *site.runs.limits());
        match answers::within(site, asked, time, move |site| evaluate(site, &ask)).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(error)) => Self::Refused(failure::of_query(&error, &limits)),
            Err(problem) => Self::Refused(problem),
        }
    }
}

fn evaluate(site: &Site, ask: &Ask) -> Result<Outcome, QueryError> {
    let query = || site.store.query(&ask.text)?.in_dataset(&ask.default_graphs, &ask.named_graphs);
    let why = || site.store.why_empty(&query()?);
    let reasons = |empty: bool| {
        let found = if empty { why()? } else { Vec::new() };
        Ok::<_, QueryError>(found.into_iter().map(Reason::from).collect())
    };
    let (columns, rows, is_graph) = match query()?.run(&site.store)?.told()? {
        Told::Truth(value) => return Ok(Outcome::Truth { value, reasons: reasons(!value)? }),
        Told::Rows { columns, rows } => (columns, rows, false),
        Told::Triples(rows) => (["s", "p", "o"].map(str::to_owned).into(), rows, true),
    };
    let (total, reasons) = (rows.len(), reasons(rows.is_empty())?);
    let shown = rows.into_iter().take(SHOWN);
    let rows = shown.map(|row| row.iter().map(|term| cell(site, term.as_ref())).collect());
    Ok(Outcome::Rows(Rows { columns, rows: rows.collect(), total, is_graph, reasons }))
}

fn cell(site: &Site, term: Option<&Term>) -> Cell {
    match term {
        None => Cell::default(),
        Some(Term::NamedNode(node)) => {
            let iri = node.as_str();
            let ours = iri.strip_prefix(site.store.base().as_str());
            let text = match ours {
                Some(path) => path.to_owned(),
                None => site.labels.of(iri).of(site.lang).to_owned(),
            };
            let href = ours.map(|_| site.href(iri));
            Cell { text, href, is_number: false, is_known: true }
        }
        Some(Term::Literal(literal)) => {
            let is_number = is_number(literal.datatype());
            let text = literal.value().to_owned();
            Cell { text, href: None, is_number, is_known: true }
        }
        Some(other) => Cell { text: other.to_string(), is_known: true, ..Cell::default() },
    }
}

/// Whether values of a type are set and read as numbers.
pub(super) fn is_number(datatype: oxigraph::model::NamedNodeRef<'_>) -> bool {
    [xsd::INTEGER, xsd::DECIMAL, xsd::DOUBLE, xsd::FLOAT].contains(&datatype)
}
