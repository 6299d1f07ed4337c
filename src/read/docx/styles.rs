//! What the styles of a document say of its text: whether it is hidden, which list it belongs to.

use std::collections::HashMap;

use super::super::ReadError;
use super::super::xml::{self, Node};

/// Styles are based on one another no deeper than this.
const DEEPEST: usize = 20;

/// The list and level that a paragraph or style names; each may be told apart from the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Listed {
    pub num: Option<u32>,
    pub level: Option<usize>,
}

impl Listed {
    fn or(self, base: Self) -> Self {
        Self { num: self.num.or(base.num), level: self.level.or(base.level) }
    }
}

#[derive(Default)]
struct Style {
    base: Option<String>,
    hidden: Option<bool>,
    listed: Listed,
}

/// The styles of a document by their ids.
#[derive(Default)]
pub(super) struct Styles {
    all: HashMap<String, Style>,
    /// The style of paragraphs that name none.
    usual: Option<String>,
}

impl Styles {
    /// Reads the part that holds the styles.
    ///
    /// # Errors
    /// Where it is damaged.
    pub fn read(part: &str, bytes: &[u8]) -> Result<Self, ReadError> {
        let mut styles = Self::default();
        let mut id: Option<String> = None;
        xml::read(part, bytes, |node| {
            match node {
                Node::Start(tag) if tag.name == "style" => {
                    id = tag.attribute("styleId");
                    let paragraph = tag.attribute("type").is_some_and(|t| t == "paragraph");
                    if paragraph
                        && tag.attribute("default").is_some_and(|d| d == "1" || d == "true")
                    {
                        styles.usual.clone_from(&id);
                    }
                }
                Node::Start(tag) => {
                    let Some(id) = &id else { return Ok(()) };
                    let style = styles.all.entry(id.clone()).or_default();
                    match tag.name {
                        "basedOn" => style.base = tag.attribute("val"),
                        "vanish" => style.hidden = Some(tag.is_on()),
                        "numId" => style.listed.num = tag.number("val"),
                        "ilvl" => style.listed.level = tag.number("val"),
                        _ => {}
                    }
                }
                Node::End("style") => id = None,
                _ => {}
            }
            Ok(())
        })?;
        Ok(styles)
    }

    fn chain<'s>(&'s self, id: Option<&'s str>) -> impl Iterator<Item = &'s Style> {
        let first = id.or(self.usual.as_deref()).and_then(|id| self.all.get(id));
        std::iter::successors(first, |style| self.all.get(style.base.as_deref()?)).take(DEEPEST)
    }

    /// Whether text of a style is hidden, if the style says; `None` is the style of paragraphs that name none.
    pub fn hidden(&self, id: Option<&str>) -> Option<bool> {
        self.chain(id).find_map(|style| style.hidden)
    }

    /// The list that a style of paragraphs belongs to.
    pub fn listed(&self, id: Option<&str>) -> Listed {
        self.chain(id).fold(Listed::default(), |told, style| told.or(style.listed))
    }
}
