//! A list as a table, before it has a form.

/// A list to be taken away.
pub(in crate::web) struct Table {
    /// What it is a list of: the name of the file, and the head of each printed page.
    pub(in crate::web) name: String,
    /// The name of the sheet in a workbook: of one table with 31 characters at most.
    pub(in crate::web) sheet: String,
    pub(in crate::web) columns: Vec<Column>,
    /// Each as wide as the columns.
    pub(in crate::web) rows: Vec<Vec<Cell>>,
    /// What a reader must know, a line each.
    pub(in crate::web) notes: Vec<String>,
    /// The IRIs of the things that are listed, for their triples.
    pub(in crate::web) things: Vec<String>,
    /// Columns that stay in sight when a sheet is scrolled.
    pub(in crate::web) frozen: u16,
}

/// A column of a table.
pub(in crate::web) struct Column {
    /// Its name for programs, the same in every language.
    pub(in crate::web) key: &'static str,
    pub(in crate::web) title: String,
    /// In characters.
    pub(in crate::web) width: f64,
}

impl Column {
    pub(in crate::web) fn new(key: &'static str, title: &str, width: f64) -> Self {
        Self { key, title: title.to_owned(), width }
    }
}

/// What stands in a row under a column.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::web) enum Cell {
    /// The text does not say.
    Nothing,
    Text(String),
    /// `2026-06-30`; of another shape it is text.
    Day(String),
    Number(f64),
    /// Words, and the path of the page they lead to.
    Link(String, String),
}

impl Cell {
    pub(in crate::web) fn day(day: Option<&str>) -> Self {
        day.map_or(Self::Nothing, |day| Self::Day(day.to_owned()))
    }

    pub(in crate::web) fn link(text: &str, path: String) -> Self {
        Self::Link(text.to_owned(), path)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        if text.is_empty() { Self::Nothing } else { Self::Text(text.to_owned()) }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        if text.is_empty() { Self::Nothing } else { Self::Text(text) }
    }
}

impl From<Option<String>> for Cell {
    fn from(text: Option<String>) -> Self {
        text.map_or(Self::Nothing, Self::from)
    }
}

impl From<usize> for Cell {
    fn from(number: usize) -> Self {
        Self::Number(number as f64)
    }
}

impl Table {
    /// Whether a column has links, which forms without them give a column of their own.
    pub(super) fn is_linked(&self, column: usize) -> bool {
        self.rows.iter().any(|row| matches!(row.get(column), Some(Cell::Link(..))))
    }
}
