//! A table as JSON, with the number of its rows and keys that are the same in every language.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::json;

use super::table::{Cell, Table};

/// The table; `host` is what links begin with.
pub(super) fn write(table: &Table, host: &str) -> Vec<u8> {
    let columns: Vec<_> = table
        .columns
        .iter()
        .map(|column| json!({"key": column.key, "title": column.title}))
        .collect();
    let items: Vec<_> = table.rows.iter().map(|cells| Item { table, cells, host }).collect();
    let document = Document {
        name: &table.name,
        total: table.rows.len(),
        notes: &table.notes,
        columns,
        items,
    };
    serde_json::to_vec(&document).expect("strings and numbers are JSON")
}

#[derive(serde::Serialize)]
struct Document<'t> {
    name: &'t str,
    total: usize,
    notes: &'t [String],
    columns: Vec<serde_json::Value>,
    items: Vec<Item<'t>>,
}

/// A row, with its keys in the order of the columns.
struct Item<'t> {
    table: &'t Table,
    cells: &'t [Cell],
    host: &'t str,
}

impl Serialize for Item<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut item = serializer.serialize_map(None)?;
        for (column, cell) in self.table.columns.iter().zip(self.cells) {
            match cell {
                Cell::Nothing => item.serialize_entry(column.key, &())?,
                Cell::Text(text) | Cell::Day(text) => item.serialize_entry(column.key, text)?,
                Cell::Number(number) if number.fract() == 0.0 => {
                    item.serialize_entry(column.key, &(*number as i64))?;
                }
                Cell::Number(number) => item.serialize_entry(column.key, number)?,
                Cell::Link(text, path) => {
                    item.serialize_entry(column.key, text)?;
                    let link = format!("{}{path}", self.host);
                    item.serialize_entry(&format!("{}Url", column.key), &link)?;
                }
            }
        }
        item.end()
    }
}
