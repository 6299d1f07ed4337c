//! `/targets`: what is to be reached, what has been, and what is limited, each by itself; of one indicator, compared.

use std::collections::BTreeMap;
use std::ops::Range;

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use serde_json::{Value, json};

use super::narrow::sparql::{What, address};
use super::narrow::{Answer, Asked, Head, KINDS, Known, List, Targets, ordered};
use super::tasks::cut;
use crate::web::api::columns::{self, Measures, UNSAID, number};
use crate::web::api::records::Target;
use crate::web::error::WebError;
use crate::web::export::{self, Cell, Column, Form, Table};
use crate::web::facets::{Chip, Facet, Question};
use crate::web::filters;
use crate::web::labels::Label;
use crate::web::paging::Paging;
use crate::web::site::{Here, Site, page};

/// Targets on a page.
const SIZE: usize = 50;
/// Values in one picture; the list has all.
const DRAWN: usize = 40;

#[derive(Template)]
#[template(path = "targets.html")]
struct Page {
    asked: Asked,
    kept: Vec<(&'static str, String)>,
    tabs: Vec<Tab>,
    facets: Vec<Facet>,
    chips: Vec<Chip>,
    heads: Vec<Head>,
    rows: Vec<Row>,
    paging: Paging,
    all: usize,
    sparql: String,
    comparisons: Vec<Comparison>,
}

/// A class of quantity, with how many of it there are.
struct Tab {
    label: Label,
    count: usize,
    href: String,
    chosen: bool,
}

struct Row {
    indicator: String,
    /// Where the same indicator is compared.
    compared: String,
    measure: String,
    modality: String,
    limit: String,
    due: String,
    quote: String,
    href: String,
    place: String,
    year: String,
    document: String,
    document_href: String,
    tier: Option<Label>,
}

/// Values that have the same unit and mean the same: a level that is reached, or a change.
struct Comparison {
    label: Label,
    unit: String,
    points: Vec<Point>,
    /// How many there are, drawn or not.
    total: usize,
    chart: Value,
}

struct Point {
    place: String,
    year: String,
    indicator: String,
    measure: String,
    href: String,
    value: f64,
}

/// The page.
pub(super) async fn list(
    Here(app): Here,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    page(app, |site| build(site, asked)).await
}

/// The same as a table.
pub(super) async fn table(
    Here(app): Here,
    form: Form,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    export::answer(app, form, move |site| {
        let tables = site.tables.now(site);
        let known = Known::new(site, &tables);
        let list = Targets::new(&known)?;
        let found = list.answer(&known, &asked)?;
        let all = sorted(&list, &asked, &found.wanted, 0..found.wanted.len());
        let all: Vec<&Target> = all.into_iter().map(|row| list.get(row)).collect();
        Ok(tabulate(&known, &asked, &all))
    })
    .await
}

fn build(site: &Site, asked: Asked) -> Result<Page, WebError> {
    let tables = site.tables.now(site);
    let known = Known::new(site, &tables);
    let list = Targets::new(&known)?;
    let found = list.answer(&known, &asked)?;
    let comparisons = match asked.indicator.is_empty() {
        true => Vec::new(),
        false => {
            let all = sorted(&list, &asked, &found.wanted, 0..found.wanted.len());
            compare(&known, &list, &all)
        }
    };
    let number = asked.page.parse().unwrap_or(1);
    let paging = Paging::new(found.wanted.len(), SIZE, number, &asked.pairs());
    let shown = sorted(&list, &asked, &found.wanted, paging.part(SIZE));
    let of_all = list.all(&known, &asked)?;
    Ok(Page {
        tabs: tabs(&known, &list, &asked, &found),
        facets: known.facets(&asked, &list, &found.counts)?,
        chips: known.chips(&asked)?,
        kept: asked.kept(&["indicator", "agency", "from", "to"]),
        heads: heads(site, &asked),
        rows: shown.into_iter().map(|row| Row::new(&known, list.get(row))).collect(),
        sparql: address(site, &asked, What::Targets),
        comparisons,
        paging,
        all: of_all.wanted.len(),
        asked,
    })
}

/// The classes, each with how many answer the rest of the question.
fn tabs(known: &Known<'_>, list: &Targets<'_>, asked: &Asked, found: &Answer) -> Vec<Tab> {
    let tab = |kind: &str| {
        let class = Asked { kind: kind.to_owned(), ..Asked::default() }.class();
        Tab {
            label: known.site.labels.of(class),
            count: found.counts.of_class(list, class),
            href: asked.question().with("kind", kind),
            chosen: asked.class() == class,
        }
    };
    KINDS.map(tab).into()
}

fn heads(site: &Site, asked: &Asked) -> Vec<Head> {
    let head = |name, zh, en| Head::new(asked, name, site.say(zh, en));
    vec![
        head("indicator", "指标", "Indicator"),
        head("value", "数值", "Value"),
        head("due", "时限", "Due"),
        head("quote", "原文", "Words"),
        head("place", "地区", "Jurisdiction"),
        head("year", "年度", "Year"),
        head("document", "文件", "Document"),
    ]
}

/// A part of the targets that were found, in the order that is asked for, else in that of places, years and texts; what
/// has nothing to sort by goes last, both ways.
fn sorted(list: &Targets<'_>, asked: &Asked, wanted: &[u32], part: Range<usize>) -> Vec<u32> {
    let (column, backwards) = asked.order();
    let (own, documents) = (&list.own, list.documents());
    let of_rows =
        |column: &[u32]| ordered(wanted, part.clone(), backwards, |row| column[row as usize]);
    let of_documents = |column: &columns::Column| {
        let document = |row: u32| own.rows.document[row as usize];
        ordered(wanted, part.clone(), backwards, |row| column.of[document(row) as usize])
    };
    let due = |row| own.rows.due.of.of(row).first().copied().unwrap_or(UNSAID);
    match column {
        "indicator" => of_rows(&own.measures.indicator.of),
        "value" => of_rows(&own.value),
        "due" => ordered(wanted, part.clone(), backwards, due),
        "quote" => of_rows(&own.quote),
        "place" => of_documents(&documents.place),
        "year" => of_documents(&documents.year),
        "document" => of_documents(&documents.title),
        _ => wanted[part].to_vec(),
    }
}

/// A value with what it is compared by: `不低于 95 %`.
fn measure(site: &Site, target: &Target) -> String {
    let label = target.comparator.label();
    let comparator = match target.comparator.code() {
        "eq" => "",
        _ => label.of(site.lang),
    };
    let unit = target.unit.as_deref().filter(|unit| *unit != "比").unwrap_or_default();
    format!("{comparator} {}{unit}", target.value).trim().to_owned()
}

impl Row {
    fn new(known: &Known<'_>, target: &Target) -> Self {
        let (site, document) = (known.site, &target.document);
        let indicator = target.indicator.as_deref().unwrap_or_default().to_owned();
        Self {
            compared: Question::new(&[]).with("indicator", &indicator),
            indicator,
            measure: measure(site, target),
            modality: target.modality.as_deref().unwrap_or_default().to_owned(),
            limit: target.limit.as_deref().unwrap_or_default().to_owned(),
            due: target.due.as_deref().unwrap_or_default().to_owned(),
            quote: cut(&target.quote),
            href: site.href(&target.evidence),
            place: document.jurisdiction.as_ref().map(|p| p.name.clone()).unwrap_or_default(),
            year: document.year.clone().unwrap_or_default(),
            document: known.title(document).to_owned(),
            document_href: known.at(document, &target.item),
            tier: document.tier.as_ref().filter(|_| document.draft).map(|tier| tier.label()),
        }
    }
}

/// The values that can be compared, most of one unit first; a level and a change are not compared.
fn compare(known: &Known<'_>, list: &Targets<'_>, found: &[u32]) -> Vec<Comparison> {
    let Measures { indicator, unit: units, comparator, .. } = &list.own.measures;
    let changes = ["inc", "dec"].map(|code| comparator.values.wanted(code));
    let mut groups: BTreeMap<(bool, u32), Vec<u32>> = BTreeMap::new();
    for row in found.iter().map(|row| *row as usize).filter(|row| list.own.value[*row] != UNSAID) {
        // What has no unit goes first.
        let key = (changes.contains(&comparator.of[row]), units.of[row].wrapping_add(1));
        groups.entry(key).or_default().push(number(row));
    }
    let groups = groups.into_iter().filter(|(_, rows)| rows.len() > 1);
    let mut comparisons: Vec<Comparison> = groups
        .map(|((is_change, unit), rows)| {
            // The same indicator of several places side by side.
            let places: Vec<u32> = (0..number(rows.len())).collect();
            let of_place = |place: u32| indicator.of[rows[place as usize] as usize];
            let drawn = ordered(&places, 0..DRAWN.min(rows.len()), false, of_place);
            let targets = drawn.into_iter().map(|place| list.get(rows[place as usize]));
            let points: Vec<Point> = targets.map(|target| Point::new(known, target)).collect();
            let label = match is_change {
                true => Label::new("增减", "Change"),
                false => Label::new("水平", "Level"),
            };
            let unit = unit.checked_sub(1).map(|unit| units.values.get(unit).to_owned());
            let unit = unit.unwrap_or_default();
            let chart = chart(label.of(known.site.lang), &unit, &points);
            Comparison { label, unit, points, total: rows.len(), chart }
        })
        .collect();
    comparisons.sort_by_key(|comparison| std::cmp::Reverse(comparison.total));
    comparisons
}

impl Point {
    fn new(known: &Known<'_>, target: &Target) -> Self {
        let Row { place, year, indicator, measure, href, .. } = Row::new(known, target);
        let value = target.value.parse().unwrap_or_default();
        Self { place, year, indicator, measure, href, value }
    }
}

/// The data of the island: one bar a value, so that no two documents are taken for one.
fn chart(name: &str, unit: &str, points: &[Point]) -> Value {
    let categories = points.iter().map(|p| format!("{} {} {}", p.place, p.year, p.indicator));
    json!({
        "kind": "bar",
        "horizontal": true,
        "unit": unit,
        "categories": categories.collect::<Vec<_>>(),
        "series": [{
            "name": name,
            "values": points.iter().map(|point| point.value).collect::<Vec<_>>(),
            "hrefs": points.iter().map(|point| &point.href).collect::<Vec<_>>(),
        }],
    })
}

fn tabulate(known: &Known<'_>, asked: &Asked, found: &[&Target]) -> Table {
    let site = known.site;
    let column = |key, zh, en, width| Column::new(key, site.say(zh, en), width);
    let rows = found.iter().map(|target| {
        let document = &target.document;
        let value = match target.value.parse() {
            Ok(number) => Cell::Number(number),
            Err(_) => (*target.value).into(),
        };
        vec![
            target.indicator.as_deref().map(str::to_owned).into(),
            target.comparator.label().of(site.lang).into(),
            value,
            target.unit.as_deref().map(str::to_owned).into(),
            target.limit.as_deref().map(str::to_owned).into(),
            Cell::day(target.due.as_deref()),
            target.modality.as_deref().map(str::to_owned).into(),
            Cell::link(&target.quote, site.href(&target.evidence)),
            document.jurisdiction.as_ref().map(|place| place.name.clone()).into(),
            document.year.clone().into(),
            Cell::link(known.title(document), known.at(document, &target.item)),
            document.tier.as_ref().map(|tier| tier.label().of(site.lang).to_owned()).into(),
        ]
    });
    let name = site.labels.of(asked.class()).of(site.lang).to_owned();
    Table {
        sheet: name.clone(),
        name,
        columns: vec![
            column("indicator", "指标", "Indicator", 30.0),
            column("comparator", "比较", "Comparison", 10.0),
            column("value", "数值", "Value", 12.0),
            column("unit", "单位", "Unit", 8.0),
            column("limit", "时限原文", "Deadline as printed", 18.0),
            column("due", "截止日", "Due", 12.0),
            column("modality", "力度", "Modality", 10.0),
            column("quote", "原文", "Words", 60.0),
            column("jurisdiction", "地区", "Jurisdiction", 14.0),
            column("year", "年度", "Year", 8.0),
            column("document", "文件", "Document", 40.0),
            column("tier", "效力", "Standing", 12.0),
        ],
        rows: rows.collect(),
        notes: vec![
            site.say("共 {} 项。", "{} in all.").replace("{}", &found.len().to_string()),
            site.say(
                "空白表示原文未载明。目标、限额、成绩分别列出，不相混同。",
                "An empty cell means that the text does not say. Targets, limits and achievements are kept apart.",
            )
            .to_owned(),
        ],
        things: found.iter().map(|target| target.iri.to_string()).collect(),
        frozen: 1,
    }
}
