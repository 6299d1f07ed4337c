//! The islands that `web/` builds, below `/assets/`. A build without Node has none, and the pages do without them.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::Embed;

#[derive(Embed)]
#[folder = "web/dist"]
#[allow_missing = true]
struct Files;

/// What leads from the sources to the files that were built from them.
const MANIFEST: &str = "manifest.json";

/// The module that loads islands, and its style sheets.
#[derive(Default)]
pub(super) struct Entry {
    pub(super) script: Option<String>,
    pub(super) styles: Vec<String>,
}

/// The addresses below the root of what every page with islands loads.
pub(super) static ENTRY: LazyLock<Entry> =
    LazyLock::new(|| Files::get(MANIFEST).map(|file| entry(&file.data)).unwrap_or_default());

fn entry(manifest: &[u8]) -> Entry {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Chunk {
        file: String,
        #[serde(default)]
        css: Vec<String>,
        #[serde(default)]
        is_entry: bool,
    }
    let chunks: std::collections::BTreeMap<String, Chunk> =
        serde_json::from_slice(manifest).unwrap_or_default();
    let Some(chunk) = chunks.into_values().find(|chunk| chunk.is_entry) else {
        return Entry::default();
    };
    let address = |file: String| format!("assets/{file}");
    Entry {
        script: Some(address(chunk.file)),
        styles: chunk.css.into_iter().map(address).collect(),
    }
}

/// A file. Its name has a digest of what is in it, so no client ever asks for it again.
pub(super) async fn show(Path(name): Path<String>) -> Response {
    let Some(file) = Files::get(&name).filter(|_| name != MANIFEST) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let kind = match name.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        _ => "application/octet-stream",
    };
    let headers: [(HeaderName, &str); 2] = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, file.data).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_names_the_entry() {
        let manifest = br#"{
            "src/chart.ts": {"file": "chart-1.js", "isDynamicEntry": true},
            "src/main.ts": {"file": "main-2.js", "isEntry": true, "css": ["main-3.css"]}
        }"#;
        let Entry { script, styles } = entry(manifest);
        assert_eq!(script.as_deref(), Some("assets/main-2.js"));
        assert_eq!(styles, ["assets/main-3.css"]);
        assert!(entry(b"{}").script.is_none());
    }
}
