//! Names that a text introduces: `青澜市营商环境建设办公室（以下简称市营商办）`.

use std::sync::LazyLock;

use regex::Regex;

use crate::knowledge::agencies::Agencies;
use crate::knowledge::recognise::Recognition;
use crate::model::Document;

/// A full name is looked for in so many characters before the bracket.
const FULL_NAME: usize = 30;

/// The bodies that the document introduces under a short name: (short, full), as printed.
pub fn abbreviations(document: &Document, agencies: &Agencies) -> Vec<(String, String)> {
    static INTRODUCED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"[（(](?:以下|下)(?:统一)?简称(?:为)?[：:]?\s*[“‘'「《]?([^”’'」》（）()，,；。\s]{2,16})[”’'」》]?[，,]?[^（）()]{0,8}[）)]")
            .expect("a constant pattern")
    });
    let text = document.text.as_str();
    INTRODUCED
        .captures_iter(text)
        .filter_map(|c| {
            let before = &text[..c.get(0)?.start()];
            let short = c[1].to_owned();
            // `以下简称两部门` stands for several.
            if short.ends_with("部门") {
                return None;
            }
            // The longest ending of the text before the bracket that is a name.
            let starts: Vec<usize> = before
                .char_indices()
                .rev()
                .take(FULL_NAME)
                .take_while(|(_, ch)| ch.is_alphanumeric())
                .map(|(at, _)| at)
                .collect();
            let full = starts
                .iter()
                .rev()
                .map(|&at| &before[at..])
                .find(|name| agencies.recognise(name) == Recognition::Body)?;
            Some((short, full.to_owned()))
        })
        .collect()
}
