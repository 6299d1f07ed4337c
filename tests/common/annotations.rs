//! Tables of annotations, and how texts and tasks are compared with them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;
use unicode_normalization::UnicodeNormalization;

/// A row: column → text.
pub type Row = BTreeMap<String, String>;

/// Characters of a task's own text that name it where no annotation names it otherwise.
const KEY: usize = 12;

/// One tab-separated table of a folder.
pub fn table(folder: &Path, table: &str) -> Vec<Row> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b'\t')
        .quoting(false)
        .from_path(folder.join(format!("{table}.tsv")))
        .expect("a table of annotations");
    reader.deserialize().map(|row| row.expect("a row as wide as its header")).collect()
}

/// What the annotations in `rows` call the tasks of a document, the longest first.
pub fn keys<'a>(rows: impl Iterator<Item = &'a Row>, file: &str) -> Vec<String> {
    let mut keys: Vec<String> = rows
        .filter(|row| cell(row, "file") == file)
        .filter_map(|row| stated(row, "task"))
        .map(norm)
        .filter(|key| !key.is_empty())
        .collect();
    keys.sort_by_key(|key| std::cmp::Reverse(key.chars().count()));
    keys
}

/// What a task is called, from its own text.
pub fn name(task: &str, keys: &[String]) -> String {
    let text = norm(task);
    let key = keys.iter().find(|key| text.starts_with(key.as_str())).cloned();
    key.unwrap_or_else(|| text.chars().take(KEY).collect())
}

/// NFKC, then letters, digits and the sign % only; page marks of converted documents are no text.
pub fn norm(text: &str) -> String {
    static PAGE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?m)^\s*#\s*Page\s+\d+:\s*$").expect("a pattern"));
    let text = PAGE.replace_all(text, "");
    text.nfkc().filter(|&c| c.is_alphanumeric() || c == '%').collect()
}

/// A decimal to six significant digits, however it is written; a ratio as it is.
pub fn number(value: &str) -> String {
    value.parse::<f64>().map_or_else(|_| value.to_owned(), |number| format!("{number:.5e}"))
}

pub fn cell<'a>(row: &'a Row, column: &str) -> &'a str {
    row.get(column).map_or("", String::as_str)
}

pub fn stated<'a>(row: &'a Row, column: &str) -> Option<&'a str> {
    Some(cell(row, column)).filter(|text| !text.is_empty())
}
