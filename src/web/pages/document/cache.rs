//! Views that are kept: a text is read once for its page in both languages, its parts and its exports.

use std::sync::Arc;

use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::view::View;
use crate::store::{QueryError, Revision};
use crate::web::site::Site;

/// Bytes that all of them may take, roughly.
const MOST: u64 = 48 << 20;

/// The views of versions as a state of the store has them.
pub(in crate::web) struct Views(Cache<(Revision, String), Arc<View>, Size>);

#[derive(Clone)]
struct Size;

impl Weighter<(Revision, String), Arc<View>> for Size {
    fn weight(&self, _: &(Revision, String), view: &Arc<View>) -> u64 {
        4 * view.text.len() as u64 + 512 * (view.facts.len() + view.items.len() + 1) as u64
    }
}

impl Default for Views {
    fn default() -> Self {
        Self(Cache::with_weighter(512, MOST, Size))
    }
}

/// The view of a version, read if it is not known.
pub(super) fn view(
    site: &Site,
    version: &str,
    read: impl FnOnce() -> Result<View, QueryError>,
) -> Result<Arc<View>, QueryError> {
    // What is being tried is not there, and what is being changed is not yet.
    let revision = site.store.revision().filter(|_| !site.is_trying());
    let Some(revision) = revision else { return read().map(Arc::new) };
    let key = (revision, version.to_owned());
    if let Some(known) = site.views.0.get(&key) {
        return Ok(known);
    }
    let view = Arc::new(read()?);
    if site.store.revision() == Some(revision) {
        site.views.0.insert(key, Arc::clone(&view));
    }
    Ok(view)
}
