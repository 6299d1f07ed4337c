//! `/search`: full text over tasks, documents and agencies, as a page.

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use serde::Deserialize;

use crate::rdf::vocab::gm;
use crate::search::Kind;
use crate::web::api::search::{Answer, current, kind, show as read};
use crate::web::error::WebError;
use crate::web::filters;
use crate::web::labels::Label;
use crate::web::paging::Paging;
use crate::web::site::{Here, Site, page};

/// Hits on a page.
const SIZE: usize = 20;

/// What the address asks for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    #[serde(rename = "type")]
    kind: String,
    page: String,
}

#[derive(Template)]
#[template(path = "search.html")]
struct Results {
    asked: Asked,
    kinds: Vec<Choice>,
    hits: Vec<Shown>,
    paging: Paging,
    /// Why there is no answer.
    refused: Option<Label>,
}

struct Choice {
    name: &'static str,
    label: Label,
    chosen: bool,
}

struct Shown {
    href: String,
    label: Label,
    number: String,
    title: String,
    /// The snippet, cut where marks begin and end; whether the piece is marked.
    pieces: Vec<(String, bool)>,
    document: Option<Source>,
}

/// The document that a hit stands in.
struct Source {
    title: String,
    year: String,
    tier: Option<Label>,
}

/// The page.
pub(super) async fn show(
    Here(app): Here,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    page(app, |site| build(site, asked)).await
}

fn build(site: &Site, asked: Asked) -> Result<Results, WebError> {
    let only = kind(Some(&asked.kind)).unwrap_or_default();
    let kinds = Kind::ALL.map(|kind| {
        let label = site.labels.of(kind.class().as_str());
        Choice { name: kind.name(), label, chosen: only == Some(kind) }
    });
    let question = [("q", &*asked.q), ("type", &asked.kind)];
    let number = asked.page.parse().unwrap_or(1);
    let (mut hits, mut refused) = (Vec::new(), None);
    let mut paging = Paging::new(0, SIZE, number, &question);
    if !asked.q.trim().is_empty() {
        match current(site, &asked.q, only) {
            Ok((found, all)) => {
                paging = Paging::new(all.len(), SIZE, number, &question);
                for hit in paging.cut(all, SIZE) {
                    let answer = read(site, &found, &hit).map_err(|_| WebError::Search)?;
                    hits.push(Shown::new(site, answer, hit.kind));
                }
            }
            Err(problem) if problem.status().is_client_error() => {
                refused = Some(Label::new(
                    "请写出要找的词语；OR 两边都要有词语。",
                    "Give the words to look for; OR stands between two.",
                ));
            }
            Err(_) => return Err(WebError::Search),
        }
    }
    Ok(Results { asked, kinds: kinds.into(), hits, paging, refused })
}

impl Shown {
    fn new(site: &Site, answer: Answer, kind: Kind) -> Self {
        let Answer { id, number, label: title, snippet, document, .. } = answer;
        let source = document.filter(|_| kind != Kind::Document).map(|document| Source {
            title: document.title.unwrap_or_else(|| site.say("（无题）", "(untitled)").to_owned()),
            year: document.year.unwrap_or_default(),
            tier: document.tier.filter(|_| document.draft).map(|tier| Label::new(tier.zh, tier.en)),
        });
        let mut pieces = Vec::new();
        let mut points = snippet.text.chars();
        let mut at = 0;
        let mut take = |to: usize, marked: bool| {
            let piece: String = points.by_ref().take(to.saturating_sub(at)).collect();
            at = at.max(to);
            if !piece.is_empty() {
                pieces.push((piece, marked));
            }
        };
        for [start, end] in snippet.marks {
            take(start, false);
            take(end, true);
        }
        take(usize::MAX, false);
        Self {
            href: site.href(&id),
            label: site.labels.of(&format!("{}{}", gm::NAMESPACE, kind.name())),
            number: number.unwrap_or_default(),
            title: title.unwrap_or_default(),
            pieces,
            document: source,
        }
    }
}
