//! Comma-separated values (RFC 4180) that spreadsheet programs open as they are meant: UTF-8 with its mark at the
//! beginning, and no text that they would take for a formula.

use super::table::{Cell, Table};

/// The table; `host` is what links begin with.
pub(super) fn write(table: &Table, host: &str) -> Vec<u8> {
    let linked: Vec<bool> = (0..table.columns.len()).map(|at| table.is_linked(at)).collect();
    let mut writer = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    let mut put = |record: Vec<String>| {
        writer.write_record(record).expect("memory takes all, and all records are as wide");
    };
    let titles = table.columns.iter().zip(&linked).flat_map(|(column, linked)| {
        let link = linked.then(|| format!("{} URL", column.title));
        std::iter::once(column.title.clone()).chain(link)
    });
    put(titles.collect());
    for row in &table.rows {
        let cells = row.iter().zip(&linked).flat_map(|(cell, linked)| {
            let link = match cell {
                Cell::Link(_, path) => format!("{host}{path}"),
                _ => String::new(),
            };
            std::iter::once(text(cell)).chain(linked.then_some(link))
        });
        put(cells.collect());
    }
    writer.into_inner().expect("memory takes all")
}

fn text(cell: &Cell) -> String {
    match cell {
        Cell::Nothing => String::new(),
        Cell::Number(number) => number.to_string(),
        Cell::Day(text) | Cell::Text(text) | Cell::Link(text, _) => harmless(text),
    }
}

/// An apostrophe goes before what a spreadsheet program would evaluate.
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::export::Column;

    #[test]
    fn text_is_data_and_links_have_a_column() {
        let table = Table {
            name: String::new(),
            sheet: String::new(),
            columns: vec![Column::new("task", "任务", 9.0), Column::new("n", "数", 9.0)],
            rows: vec![
                vec![Cell::link("=1+1, \"a\"", "/page/x".to_owned()), Cell::from(2)],
                vec![Cell::Nothing, Cell::Nothing],
            ],
            notes: Vec::new(),
            things: Vec::new(),
            frozen: 0,
        };
        let csv = String::from_utf8(write(&table, "http://h")).unwrap();
        let rows = "\u{feff}任务,任务 URL,数\n\"'=1+1, \"\"a\"\"\",http://h/page/x,2\n,,\n";
        assert_eq!(csv, rows);
    }
}
