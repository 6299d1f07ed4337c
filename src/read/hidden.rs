//! The rows and columns of a workbook's sheets that were hidden by hand, which calamine does not tell.
//!
//! What a filter or a folded group keeps from view is not hidden: the sheet shows that there is more, and whoever
//! receives it looks there.

use memchr::memmem;

use super::ReadError;
use super::archive::Archive;
use super::relations::{Relation, relations};
use super::xml::{self, Node, Tag};

/// What is hidden in one sheet; rows and columns count from 0.
#[derive(Clone, Debug, Default)]
pub(super) struct Hidden {
    rows: Ranges,
    columns: Ranges,
}

impl Hidden {
    /// Whether a place of the sheet is not seen.
    pub fn has(&self, row: u32, column: u32) -> bool {
        self.rows.have(row) || self.columns.have(column)
    }
}

/// Numbers from first to last, ascending and apart from one another.
#[derive(Clone, Debug, Default)]
struct Ranges(Vec<(u32, u32)>);

impl Ranges {
    fn of(mut ranges: Vec<(u32, u32)>) -> Self {
        ranges.sort_unstable();
        ranges.dedup_by(|next, range| {
            let meets = next.0 <= range.1.saturating_add(1);
            if meets {
                range.1 = range.1.max(next.1);
            }
            meets
        });
        Self(ranges)
    }

    fn have(&self, number: u32) -> bool {
        let after = self.0.partition_point(|&(first, _)| first <= number);
        after.checked_sub(1).is_some_and(|at| number <= self.0[at].1)
    }
}

/// What is hidden in each sheet, in the order of the workbook.
///
/// # Errors
/// Where a part is damaged or grows beyond the limits.
pub(super) fn hidden(archive: &mut Archive<'_>) -> Result<Vec<Hidden>, ReadError> {
    let main = relations(archive, "")?.into_iter().find(|r| r.kind == "officeDocument");
    let main = main.map_or_else(|| "xl/workbook.xml".to_owned(), |relation| relation.part);
    let related = relations(archive, &main)?;
    let Some(bytes) = archive.part(&main)? else { return Ok(Vec::new()) };
    let mut sheets = Vec::new();
    xml::read(&main, &bytes, |node| {
        if let Node::Start(tag) = node
            && tag.name == "sheet"
        {
            let id = tag.attribute("id");
            let relation = related.iter().find(|relation| Some(&relation.id) == id.as_ref());
            sheets.push(relation.map(|relation| relation.part.clone()));
        }
        Ok(())
    })?;
    let of = |part: Option<String>| match part {
        Some(part) => of_sheet(archive, &part),
        None => Ok(Hidden::default()),
    };
    sheets.into_iter().map(of).collect()
}

fn of_sheet(archive: &mut Archive<'_>, part: &str) -> Result<Hidden, ReadError> {
    let Some(bytes) = archive.part(part)? else { return Ok(Hidden::default()) };
    // Most sheets hide nothing and need not be read twice.
    if memmem::find(&bytes, b"hidden").is_none() {
        return Ok(Hidden::default());
    }
    let mut marks = Marks::default();
    marks.read(part, &bytes)?;
    for Relation { part, .. } in relations(archive, part)?.iter().filter(|r| r.kind == "table") {
        if let Some(bytes) = archive.part(part)? {
            marks.read(part, &bytes)?;
        }
    }
    let filtered = Ranges::of(marks.filtered);
    marks.rows.retain(|&(row, _)| !filtered.have(row));
    Ok(Hidden { rows: Ranges::of(marks.rows), columns: Ranges::of(marks.columns) })
}

/// What a sheet and its tables say.
#[derive(Default)]
struct Marks {
    rows: Vec<(u32, u32)>,
    columns: Vec<(u32, u32)>,
    /// Rows that a filter in force is for.
    filtered: Vec<(u32, u32)>,
}

impl Marks {
    fn read(&mut self, part: &str, bytes: &[u8]) -> Result<(), ReadError> {
        let (mut row, mut filter) = (0, None);
        xml::read(part, bytes, |node| {
            let Node::Start(tag) = node else { return Ok(()) };
            match tag.name {
                "row" => {
                    // Rows without a number follow the one before.
                    row = tag.number("r").unwrap_or(row).max(1);
                    if is_hidden(&tag) {
                        self.rows.push((row - 1, row - 1));
                    }
                    row = row.saturating_add(1);
                }
                "col" if is_hidden(&tag) => {
                    if let (Some(first @ 1..), Some(last @ 1..)) =
                        (tag.number::<u32>("min"), tag.number::<u32>("max"))
                    {
                        self.columns.push((first - 1, last - 1));
                    }
                }
                "autoFilter" => filter = tag.attribute("ref").as_deref().and_then(rows),
                "filters" | "customFilters" | "dynamicFilter" | "top10" | "colorFilter"
                | "iconFilter" => self.filtered.extend(filter.take()),
                _ => {}
            }
            Ok(())
        })
    }
}

/// Whether a row or column is hidden, and not as part of a group, which can be folded.
fn is_hidden(tag: &Tag<'_>) -> bool {
    let is_on = |value: String| matches!(value.as_str(), "1" | "true");
    tag.attribute("hidden").is_some_and(is_on)
        && tag.number::<u32>("outlineLevel").unwrap_or(0) == 0
}

/// The rows of a region such as `A1:F20`.
fn rows(region: &str) -> Option<(u32, u32)> {
    let (first, last) = region.split_once(':')?;
    let row = |cell: &str| {
        let number = cell.trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == '$');
        number.parse::<u32>().ok()?.checked_sub(1)
    };
    Some((row(first)?, row(last)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(xml: &str) -> Marks {
        let mut marks = Marks::default();
        marks.read("a.xml", xml.as_bytes()).unwrap();
        marks
    }

    #[test]
    fn ranges_that_meet_are_one() {
        let ranges = Ranges::of(vec![(9, 9), (1, 2), (3, 5), (2, 2), (7, 7), (0, u32::MAX - 1)]);
        assert_eq!(ranges.0, [(0, u32::MAX - 1)]);
        let ranges = Ranges::of(vec![(4, 4), (1, 1), (2, 2)]);
        assert_eq!(ranges.0, [(1, 2), (4, 4)]);
        let have: Vec<_> = (0..6).filter(|&number| ranges.have(number)).collect();
        assert_eq!(have, [1, 2, 4]);
    }

    #[test]
    fn rows_and_columns_say_that_they_are_hidden() {
        let marks = marks(
            r#"<worksheet><cols><col min="2" max="3" hidden="true"/><col min="4" max="4" hidden="1" outlineLevel="1"/>
            <col min="0" max="0" hidden="1"/></cols><sheetData><row hidden="1"/><row r="5" hidden="0"/><row hidden="1"/>
            <row r="9" hidden="1" outlineLevel="2"/></sheetData><autoFilter ref="A1:C9"><filterColumn colId="0"
            hiddenButton="1"/></autoFilter></worksheet>"#,
        );
        assert_eq!((marks.columns, marks.rows), (vec![(1, 2)], vec![(0, 0), (5, 5)]));
        assert!(marks.filtered.is_empty(), "a filter that lets all pass");
    }

    #[test]
    fn a_filter_in_force_is_for_its_rows() {
        let filter = r#"<autoFilter ref="$A$3:F20"><filterColumn colId="1"><filters><filter val="a"/></filters>
            </filterColumn><filterColumn colId="2"><top10 val="3"/></filterColumn></autoFilter>"#;
        assert_eq!(marks(filter).filtered, [(2, 19)]);
        assert_eq!(rows("A1"), None);
        assert_eq!(rows("A0:B2"), None);
    }
}
