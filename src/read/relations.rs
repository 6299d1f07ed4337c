//! What parts of a package (ISO/IEC 29500-2) refer to.

use super::ReadError;
use super::archive::Archive;
use super::xml::{self, Node};

/// One reference of a part.
pub(super) struct Relation {
    pub id: String,
    /// The last word of its type, such as `worksheet`.
    pub kind: String,
    /// The name of the part it leads to.
    pub part: String,
}

/// The references of the part `from`; those of the package where it is empty.
///
/// # Errors
/// Where the part with them is damaged or grows beyond the limits.
pub(super) fn relations(archive: &mut Archive<'_>, from: &str) -> Result<Vec<Relation>, ReadError> {
    let (folder, file) = from.rsplit_once('/').unwrap_or(("", from));
    let name = format!("{folder}/_rels/{file}.rels");
    let mut relations = Vec::new();
    let Some(bytes) = archive.part(&name)? else { return Ok(relations) };
    xml::read(&name, &bytes, |node| {
        let Node::Start(tag) = node else { return Ok(()) };
        if let ("Relationship", Some(id), Some(kind), Some(target)) =
            (tag.name, tag.attribute("Id"), tag.attribute("Type"), tag.attribute("Target"))
        {
            let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
            relations.push(Relation { id, kind, part: resolved(folder, &target) });
        }
        Ok(())
    })?;
    Ok(relations)
}

/// The name of the part that `target` is, seen from `folder`.
fn resolved(folder: &str, target: &str) -> String {
    if let Some(target) = target.strip_prefix('/') {
        return target.to_owned();
    }
    let mut path: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
    for step in target.split('/') {
        match step {
            "." | "" => {}
            ".." => drop(path.pop()),
            step => path.push(step),
        }
    }
    path.join("/")
}

#[cfg(test)]
mod tests {
    use super::super::archive::tests::packed;
    use super::*;

    #[test]
    fn targets_are_seen_from_the_part_that_names_them() {
        let bytes = packed(&[(
            "xl/worksheets/_rels/sheet1.xml.rels",
            br#"<Relationships><Relationship Id="a" Type="http://x/y/table" Target="../tables/table1.xml"/>
            <Relationship Id="b" Type="t" Target="/xl/b.xml"/><Relationship Id="c" Type="t" Target="c.xml"/></Relationships>"#,
        )]);
        let mut archive = Archive::open(&bytes).unwrap();
        let found = relations(&mut archive, "xl/worksheets/sheet1.xml").unwrap();
        let found: Vec<_> =
            found.iter().map(|r| [r.id.as_str(), r.kind.as_str(), r.part.as_str()]).collect();
        assert_eq!(
            found,
            [
                ["a", "table", "xl/tables/table1.xml"],
                ["b", "t", "xl/b.xml"],
                ["c", "t", "xl/worksheets/c.xml"]
            ]
        );
        assert!(relations(&mut archive, "").unwrap().is_empty());
    }
}
