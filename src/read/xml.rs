//! The elements and texts of an XML part, in their order.
//!
//! Names are local ones: Word, WPS, LibreOffice and the strict form of ISO/IEC 29500 differ in prefixes and
//! namespaces. Invariant: entities of a document's own are never expanded, nesting is bounded.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::{ReadError, encoding};

/// Elements nested deeper than this are none that an office writes.
const DEEPEST: usize = 1000;

/// A start tag.
pub(super) struct Tag<'t> {
    /// Without prefix.
    pub name: &'t str,
    start: &'t BytesStart<'t>,
}

impl Tag<'_> {
    /// The value of an attribute by its name without prefix.
    pub fn attribute(&self, name: &str) -> Option<String> {
        let found = self
            .start
            .attributes()
            .filter_map(Result::ok)
            .find(|a| a.key.local_name().into_inner() == name)?;
        found.normalized_value(XmlVersion::Implicit1_0).ok().map(std::borrow::Cow::into_owned)
    }

    /// All attributes: names without prefix, and values.
    pub fn attributes(&self) -> impl Iterator<Item = (String, String)> {
        self.start.attributes().filter_map(Result::ok).filter_map(|a| {
            let value = a.normalized_value(XmlVersion::Implicit1_0).ok()?.into_owned();
            Some((a.key.local_name().into_inner().to_owned(), value))
        })
    }

    /// The number in an attribute.
    pub fn number<N: std::str::FromStr>(&self, name: &str) -> Option<N> {
        self.attribute(name)?.trim().parse().ok()
    }

    /// What a property that is on or off says: on where it has no value.
    pub fn is_on(&self) -> bool {
        self.attribute("val").is_none_or(|v| !matches!(v.as_str(), "0" | "false" | "off" | "none"))
    }
}

/// What stands in a part.
pub(super) enum Node<'t> {
    Start(Tag<'t>),
    /// The end of the element that was opened last.
    End(&'t str),
    Text(&'t str),
}

/// Gives what stands in a part to `take`.
///
/// # Errors
/// Where the part is no well-formed XML or nested without measure, and what `take` says.
pub(super) fn read(
    part: &str,
    bytes: &[u8],
    mut take: impl FnMut(Node<'_>) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let damaged = || ReadError::Damaged { part: part.to_owned() };
    let string = encoding::decode(bytes).map_err(|_| damaged())?;
    let mut reader = Reader::from_str(&string);
    let mut depth = 0usize;
    loop {
        match reader.read_event().map_err(|_| damaged())? {
            Event::Start(start) => {
                depth += 1;
                if depth > DEEPEST {
                    return Err(ReadError::TooMuch {
                        part: part.to_owned(),
                        limit: DEEPEST,
                        what: "elements in one another",
                    });
                }
                take(Node::Start(Tag { name: start.local_name().into_inner(), start: &start }))?;
            }
            Event::Empty(start) => {
                let name = start.local_name().into_inner();
                take(Node::Start(Tag { name, start: &start }))?;
                take(Node::End(name))?;
            }
            Event::End(end) => {
                depth = depth.saturating_sub(1);
                take(Node::End(end.local_name().into_inner()))?;
            }
            Event::Text(text) => take(Node::Text(&text.xml10_content()))?,
            Event::CData(text) => take(Node::Text(&text.xml10_content()))?,
            Event::GeneralRef(reference) => {
                let mut one = [0; 4];
                let text = match reference.resolve_char_ref() {
                    Ok(Some(c)) => &*c.encode_utf8(&mut one),
                    _ => quick_xml::escape::resolve_predefined_entity(&reference).unwrap_or(""),
                };
                take(Node::Text(text))?;
            }
            Event::Eof if depth > 0 => return Err(damaged()),
            Event::Eof => return Ok(()),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) | Event::DocType(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(xml: &str) -> Result<String, ReadError> {
        let mut out = String::new();
        read("a.xml", xml.as_bytes(), |node| {
            if let Node::Text(text) = node {
                out.push_str(text);
            }
            Ok(())
        })?;
        Ok(out)
    }

    #[test]
    fn references_are_characters_and_own_entities_are_none() {
        assert_eq!(text("<a>1&lt;2&#x7532;<![CDATA[&]]></a>").unwrap(), "1<2甲&");
        let bomb = "<!DOCTYPE a [<!ENTITY b \"bbbb\"><!ENTITY c \"&b;&b;\">]><a>甲&c;</a>";
        assert_eq!(text(bomb).unwrap(), "甲");
    }

    #[test]
    fn what_is_damaged_or_nested_without_measure_is_refused() {
        let damaged = Err(ReadError::Damaged { part: "a.xml".into() });
        for xml in ["<a>", "<a></b>", "<a", ""] {
            assert_eq!(text(xml), damaged, "{xml}");
        }
        let deep = "<a>".repeat(2000);
        assert!(matches!(text(&deep), Err(ReadError::TooMuch { .. })));
    }
}
