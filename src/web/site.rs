//! What all handlers share: the store, how it is asked, and how IRIs become links in the language that is read.

use std::any::Any;
use std::convert::Infallible;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use askama::{Template, Values};
use axum::Extension;
use axum::extract::{FromRequestParts, OriginalUri};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use oxigraph::model::{NamedNode, Term};
use oxigraph::sparql::QuerySolution;

use super::App;
use super::access::Access;
use super::address::Thing;
use super::answers;
use super::api::tables::Kept;
use super::cache::{Answers, Lasting};
use super::description::Counts;
use super::error::WebError;
use super::http::health::Triples;
use super::labels::Labels;
use super::lang::Lang;
use super::metrics::Metrics;
use super::pages::{Views, vocabulary};
use crate::config::Config;
use crate::knowledge::Knowledge;
use crate::store::{Answer, Asked, QueryError, Runs, Store, Trial};

/// The site as it is read in one language.
#[derive(Clone)]
pub(super) struct Site {
    shared: Arc<Shared>,
    pub(super) lang: Lang,
    /// Where the pages of this language lie.
    root: String,
    /// The address of this request below the root, its question included; empty on a site that is no request's.
    here: String,
    /// What absolute addresses begin with, as the client knows the server: `https://example.org`.
    pub(super) host: String,
    /// The day that it is where the documents are from: `2026-11-29`.
    pub(super) today: String,
    /// What is asked instead of the store.
    trial: Option<Arc<Trial>>,
}

/// What is the same in every language.
pub(super) struct Shared {
    pub(super) store: Arc<Store>,
    pub(super) runs: Runs,
    /// Answers that are kept.
    pub(super) kept: Answers,
    pub(super) labels: Labels,
    pub(super) access: Access,
    pub(super) tables: Kept,
    pub(super) views: Views,
    pub(super) examples: vocabulary::Kept,
    /// The megabytes that a request may have.
    pub(super) largest: usize,
    pub(super) metrics: Metrics,
    pub(super) triples: Triples,
    pub(super) counts: Counts,
    /// What documents are read with; only where documents are taken in.
    pub(super) knowledge: Option<Arc<Knowledge>>,
    /// Whether there are hosts that SERVICE may reach.
    pub(super) is_federated: bool,
    /// How long a client may take to receive a piece of a graph.
    pub(super) patience: Duration,
    /// The path of the base IRI; it begins and ends with a slash.
    top: String,
}

impl Deref for Site {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.shared
    }
}

impl Site {
    /// The name by which filters ask for the site.
    pub(super) const KEY: &str = "site";

    pub(super) fn new(
        store: Arc<Store>,
        knowledge: Option<Arc<Knowledge>>,
        config: &Config,
    ) -> Self {
        // `http://host/path/` → `/path/`
        let base = store.base().as_str();
        let path = base.splitn(4, '/').nth(3).unwrap_or_default();
        let top = format!("/{path}");
        let access = Access::new(&config.access);
        let shared = Shared {
            store,
            runs: Runs::new(config),
            kept: Answers::new(config.cache.memory << 20),
            labels: Labels::of_the_ontology(),
            access,
            tables: Kept::default(),
            views: Views::default(),
            examples: vocabulary::Kept::default(),
            largest: config.limits.body,
            metrics: Metrics::new(),
            triples: Triples::default(),
            counts: Counts::default(),
            knowledge,
            is_federated: !config.federation.hosts.is_empty(),
            patience: config.limits.query_timeout,
            top: top.clone(),
        };
        let (here, host, today) = (String::new(), String::new(), today());
        Self { shared: Arc::new(shared), lang: Lang::Zh, root: top, here, host, today, trial: None }
    }

    /// The same site as it is read in another language.
    pub(super) fn in_lang(&self, lang: Lang) -> Self {
        Self { lang, root: format!("{}{}", self.top, lang.path()), ..self.clone() }
    }

    /// The same site at the address of a request.
    pub(super) fn at(&self, extensions: &Extensions, uri: &Uri, headers: &HeaderMap) -> Self {
        // Within a nested router the address lacks its beginning.
        let address = extensions.get::<OriginalUri>().map_or(uri, |original| &original.0);
        let address = address.path_and_query().map_or("", |address| address.as_str());
        // Without its slashes: two would begin the name of another host.
        let here = address.strip_prefix(self.root()).unwrap_or_default().trim_start_matches('/');
        Self { here: here.to_owned(), host: self.host_in(headers), today: today(), ..self.clone() }
    }

    /// The same site as it would be with one document alone in the store.
    pub(super) fn trying(&self, trial: Trial) -> Self {
        Self { trial: Some(Arc::new(trial)), ..self.clone() }
    }

    /// Whether a document is asked instead of the store.
    pub(super) fn is_trying(&self) -> bool {
        self.trial.is_some()
    }

    /// The path below which the pages of this language lie; it begins and ends with a slash.
    pub(super) fn root(&self) -> &str {
        &self.root
    }

    /// The path below which lies what has no language, such as triples and the interfaces for programs; the pages in
    /// Chinese, too.
    pub(super) fn top(&self) -> &str {
        &self.top
    }

    /// The address of this request in another language.
    pub(super) fn here_in(&self, lang: Lang) -> String {
        format!("{}{}{}", self.top, lang.path(), self.here)
    }

    /// What is said in the language of this site.
    pub(super) fn say<'t>(&self, zh: &'t str, en: &'t str) -> &'t str {
        self.lang.pick(zh, en)
    }

    /// A page as text. Templates find the site by the filters of [`super::filters`].
    pub(super) fn render(&self, page: &impl Template) -> Result<String, askama::Error> {
        page.render_with_values(self)
    }

    /// What absolute addresses begin with, as the client knows the server: behind another name than the base IRI's,
    /// too.
    fn host_in(&self, headers: &HeaderMap) -> String {
        let (scheme, rest) = self.store.base().as_str().split_once("://").unwrap_or_default();
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let host = host.unwrap_or_else(|| rest.split('/').next().unwrap_or_default());
        format!("{scheme}://{host}")
    }

    /// The absolute address of what lies at `path` below the top.
    pub(super) fn address(&self, headers: &HeaderMap, path: &str) -> String {
        format!("{}{}{path}", self.host_in(headers), self.top)
    }

    /// The absolute address of this request.
    pub(super) fn here_at_host(&self) -> String {
        format!("{}{}{}", self.host, self.root, self.here)
    }

    /// Whether this request is for the page at one of these paths, parted by spaces, or below it; `/` is the first
    /// page alone.
    pub(super) fn is_at(&self, paths: &str) -> bool {
        let here = self.here.split('?').next().unwrap_or_default();
        paths.split_whitespace().any(|path| match here.strip_prefix(path) {
            Some(rest) => rest.is_empty() || rest.starts_with('/'),
            None => path == "/" && here.is_empty(),
        })
    }

    /// The address of what this page shows in another form, which is all of it: without the number of the page.
    pub(super) fn export(&self, form: &str) -> String {
        let (path, question) = self.here.split_once('?').unwrap_or((&self.here, ""));
        let kept =
            question.split('&').filter(|part| !part.is_empty() && !part.starts_with("page="));
        let kept = kept.collect::<Vec<_>>().join("&");
        let mark = if kept.is_empty() { "" } else { "?" };
        format!("{}{path}.{form}{mark}{kept}", self.root)
    }

    /// That there is no page about the thing at `path`.
    pub(super) fn not_found(&self, path: String) -> WebError {
        WebError::NotFound(path)
    }

    /// The rows that one of our own queries gives, with some of its variables given beforehand.
    pub(super) fn rows(&self, query: &str, given: &[(&str, &str)]) -> Result<Vec<Row>, QueryError> {
        let rows = self.answer(query, given)?.rows()?;
        Ok(rows.into_iter().map(Row).collect())
    }

    /// Does something with each row that one of our own queries gives: all of them need not be there at once.
    pub(super) fn each(&self, query: &str, mut with: impl FnMut(Row)) -> Result<(), QueryError> {
        self.answer(query, &[])?.each(|row| with(Row(row)))
    }

    fn answer(&self, query: &str, given: &[(&str, &str)]) -> Result<Answer, QueryError> {
        let mut query = self.store.query(query)?;
        for (variable, iri) in given {
            query = query.bind(variable, NamedNode::new_unchecked(*iri));
        }
        match &self.trial {
            Some(trial) => trial.answer(query),
            None => query.run(&self.store),
        }
    }

    /// The first of the rows.
    pub(super) fn row(
        &self,
        query: &str,
        given: &[(&str, &str)],
    ) -> Result<Option<Row>, QueryError> {
        Ok(self.rows(query, given)?.into_iter().next())
    }

    /// The link to the page about an IRI: an address of ours, or the IRI itself.
    pub(super) fn href(&self, iri: &str) -> String {
        match iri.strip_prefix(self.store.base().as_str()) {
            Some(path) => Thing(path.to_owned()).page(self),
            None => iri.to_owned(),
        }
    }
}

/// The day in China, which has one time and no summer time.
pub(super) fn today() -> String {
    let china = jiff::tz::TimeZone::fixed(jiff::tz::offset(8));
    jiff::Timestamp::now().to_zoned(china).date().to_string()
}

impl Values for Site {
    fn get_value<'a>(&'a self, key: &str) -> Option<&'a dyn Any> {
        (key == Self::KEY).then_some(self as &dyn Any)
    }
}

/// The site at the address of a request, for pages.
pub(super) struct Here(pub(super) App);

impl FromRequestParts<App> for Here {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        Ok(Self(Arc::new(app.at(&parts.extensions, &parts.uri, &parts.headers))))
    }
}

/// Builds a page on a thread that may block, since reading the store does; within the limits of one query.
pub(super) async fn page<T: Template>(
    app: App,
    build: impl FnOnce(&Site) -> Result<T, WebError> + Send + 'static,
) -> Result<Response, WebError> {
    let asked = Asked { text: std::any::type_name::<T>().to_owned(), client: String::new() };
    let built = move |site: &Site| build(site).and_then(|page| Ok(site.render(&page)?));
    let page = answers::within(app, asked, None, built).await.map_err(WebError::Stopped)?;
    Ok((Extension(Lasting), Html(page?)).into_response())
}

/// One row of an answer.
pub(super) struct Row(QuerySolution);

impl Row {
    /// The IRI, or the value of the literal, that a variable has.
    pub(super) fn get(&self, variable: &str) -> Option<String> {
        match self.0.get(variable)? {
            Term::NamedNode(node) => Some(node.as_str().to_owned()),
            Term::Literal(literal) => Some(literal.value().to_owned()),
            other => Some(other.to_string()),
        }
    }

    /// The same, empty where there is none.
    pub(super) fn text(&self, variable: &str) -> String {
        self.get(variable).unwrap_or_default()
    }

    /// A whole number; 0 where there is none.
    pub(super) fn number(&self, variable: &str) -> usize {
        self.get(variable).and_then(|value| value.parse().ok()).unwrap_or(0)
    }

    pub(super) fn is_true(&self, variable: &str) -> bool {
        self.get(variable).is_some_and(|value| value == "true")
    }

    pub(super) fn term(&self, variable: &str) -> Option<&Term> {
        self.0.get(variable)
    }
}
