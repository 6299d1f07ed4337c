//! Automatic numbers: ISO/IEC 29500-1 §17.9. They are printed, so they are text of the document.
//!
//! Lists that share an abstract list go on counting with one another, as in Word, unless a list says where it starts.

use std::collections::{HashMap, HashSet};

use super::super::ReadError;
use super::super::xml::{self, Node, Tag};
use super::counting::Format;
use super::styles::{Listed, Styles};

/// Lists have so many levels.
const LEVELS: usize = 9;
/// What is printed around numbers is cut after so many characters.
const LONGEST: usize = 60;

#[derive(Clone, Debug, Default)]
struct Level {
    start: Option<u32>,
    format: Format,
    /// `%1.%2` with the numbers of the levels.
    text: String,
    /// The number from which it starts again: 0 never, n after a number of level n-1; none after any above it.
    restart: Option<usize>,
    /// Numbers of all levels in figures.
    legal: bool,
    /// The style whose paragraphs are of this level.
    style: Option<String>,
    /// Nothing stands between the number and the text.
    tight: bool,
}

#[derive(Clone, Debug, Default)]
struct List {
    levels: [Level; LEVELS],
    /// The style whose list it is in truth.
    link: Option<String>,
}

/// What a list changes of its abstract one.
#[derive(Debug, Default)]
struct Num {
    list: u32,
    starts: [Option<u32>; LEVELS],
    levels: HashMap<usize, Level>,
}

/// The lists of a document and how far each has counted.
#[derive(Default)]
pub(super) struct Numbering {
    lists: HashMap<u32, List>,
    nums: HashMap<u32, Num>,
    counters: HashMap<u32, [Option<u32>; LEVELS]>,
    /// Lists and levels that have started where they say.
    started: HashSet<(u32, usize)>,
}

impl Numbering {
    /// Reads the part that holds the lists.
    ///
    /// # Errors
    /// Where it is damaged.
    pub fn read(part: &str, bytes: &[u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::default();
        xml::read(part, bytes, |node| {
            match node {
                Node::Start(tag) => reader.start(&tag),
                Node::End(name) => reader.end(name),
                Node::Text(_) => {}
            }
            Ok(())
        })?;
        Ok(reader.numbering)
    }

    /// The number of the next paragraph of a list, with the space that parts it from the text; none where the
    /// paragraph is in no list. `style` is the paragraph's.
    pub fn next(&mut self, listed: Listed, style: Option<&str>, styles: &Styles) -> Option<String> {
        let id = listed.num.filter(|&num| num != 0)?;
        let mut num = self.nums.get(&id)?;
        let mut list = self.lists.get(&num.list)?;
        if let Some(link) = &list.link {
            num = self.nums.get(&styles.listed(Some(link)).num?)?;
            list = self.lists.get(&num.list)?;
        }
        let of = |level: usize| num.levels.get(&level).unwrap_or(&list.levels[level]);
        let linked =
            || style.and_then(|s| (0..LEVELS).find(|&l| of(l).style.as_deref() == Some(s)));
        let at = listed.level.or_else(linked).unwrap_or(0).min(LEVELS - 1);
        let start = |level: usize| num.starts[level].or(of(level).start).unwrap_or(1);
        let counters = self.counters.entry(num.list).or_default();
        let afresh = num.starts[at].is_some() && self.started.insert((id, at));
        let count = match counters[at] {
            Some(count) if !afresh => count.saturating_add(1),
            _ => start(at),
        };
        counters[at] = Some(count);
        for (below, counter) in counters.iter_mut().enumerate().skip(at + 1) {
            if of(below).restart.is_none_or(|restart| at < restart) {
                *counter = None;
            }
        }
        let level = of(at);
        let mut out = String::new();
        let mut rest = level.text.as_str();
        while let Some(sign) = rest.find('%') {
            out.push_str(&rest[..sign]);
            let digit = rest[sign + 1..].chars().next().and_then(|c| c.to_digit(10));
            match digit.and_then(|d| usize::try_from(d).ok()).filter(|d| (1..=LEVELS).contains(d)) {
                Some(d) => {
                    let format = if level.legal { Format::Decimal } else { of(d - 1).format };
                    out.push_str(&format.print(counters[d - 1].unwrap_or_else(|| start(d - 1))));
                    rest = &rest[sign + 2..];
                }
                None => {
                    out.push('%');
                    rest = &rest[sign + 1..];
                }
            }
        }
        out.push_str(rest);
        if level.format == Format::Bullet {
            return None;
        }
        // A mark parts by itself.
        if !level.tight && out.ends_with(char::is_alphanumeric) {
            out.push(' ');
        }
        Some(out)
    }
}

/// What is being read.
#[derive(Default)]
struct Reader {
    numbering: Numbering,
    list: Option<(u32, List)>,
    num: Option<(u32, Num)>,
    level: Option<(usize, Level)>,
    /// Level that an override is about.
    over: usize,
}

impl Reader {
    fn start(&mut self, tag: &Tag<'_>) {
        let level_of = || tag.number("ilvl").filter(|&l: &usize| l < LEVELS).unwrap_or(LEVELS - 1);
        match tag.name {
            "abstractNum" => {
                self.list = tag.number("abstractNumId").map(|id| (id, List::default()));
            }
            "num" => self.num = tag.number("numId").map(|id| (id, Num::default())),
            "lvlOverride" => self.over = level_of(),
            "lvl" => self.level = Some((level_of(), Level::default())),
            _ => {}
        }
        if let Some((_, num)) = &mut self.num {
            match tag.name {
                "abstractNumId" => num.list = tag.number("val").unwrap_or_default(),
                "startOverride" => num.starts[self.over] = tag.number("val"),
                _ => {}
            }
        }
        if let (Some((_, list)), "numStyleLink") = (&mut self.list, tag.name) {
            list.link = tag.attribute("val");
        }
        let Some((_, level)) = &mut self.level else { return };
        let value = || tag.attribute("val").unwrap_or_default();
        match tag.name {
            "start" => level.start = tag.number("val"),
            "numFmt" => level.format = Format::named(&value()),
            "lvlText" => level.text = value().chars().take(LONGEST).collect(),
            "lvlRestart" => level.restart = tag.number("val"),
            "isLgl" => level.legal = tag.is_on(),
            "pStyle" => level.style = tag.attribute("val"),
            "suff" => level.tight = value() == "nothing",
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "lvl" => {
                let Some((at, level)) = self.level.take() else { return };
                if let Some((_, num)) = &mut self.num {
                    num.levels.insert(at, level);
                } else if let Some((_, list)) = &mut self.list {
                    list.levels[at] = level;
                }
            }
            "abstractNum" => self.numbering.lists.extend(self.list.take()),
            "num" => self.numbering.nums.extend(self.num.take()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LISTS: &str = r#"<numbering>
        <abstractNum abstractNumId="1">
          <lvl ilvl="0"><numFmt val="chineseCountingThousand"/><lvlText val="%1、"/><pStyle val="H1"/></lvl>
          <lvl ilvl="1"><start val="1"/><numFmt val="chineseCounting"/><lvlText val="（%2）"/><pStyle val="H2"/></lvl>
          <lvl ilvl="2"><numFmt val="decimal"/><lvlText val="%1.%3"/><isLgl/><lvlRestart val="0"/></lvl>
        </abstractNum>
        <abstractNum abstractNumId="2"><lvl ilvl="0"><numFmt val="bullet"/><lvlText val="●"/></lvl></abstractNum>
        <abstractNum abstractNumId="3"><numStyleLink val="L"/></abstractNum>
        <num numId="1"><abstractNumId val="1"/></num>
        <num numId="2"><abstractNumId val="2"/></num>
        <num numId="3"><abstractNumId val="3"/></num>
        <num numId="4"><abstractNumId val="1"/><lvlOverride ilvl="0"><startOverride val="5"/></lvlOverride></num>
        <num numId="5"><abstractNumId val="1"/>
          <lvlOverride ilvl="0"><lvl ilvl="0"><numFmt val="decimal"/><lvlText val="第%1条"/></lvl></lvlOverride></num>
        </numbering>"#;

    #[test]
    fn lists_count_as_word_counts() {
        let styles = br#"<styles><style styleId="L"><numId val="1"/></style></styles>"#;
        let styles = Styles::read("s", styles).unwrap();
        let mut lists = Numbering::read("n", LISTS.as_bytes()).unwrap();
        let mut next = |num, level, style| {
            lists.next(Listed { num: Some(num), level }, style, &styles).unwrap_or_default()
        };
        assert_eq!(next(1, Some(0), None), "一、");
        assert_eq!(next(1, Some(1), None), "（一）");
        assert_eq!(next(1, None, Some("H2")), "（二）");
        assert_eq!(next(1, Some(2), None), "1.1 ");
        assert_eq!(next(3, Some(0), None), "二、");
        assert_eq!(next(1, Some(1), None), "（一）");
        // It says that it never starts again.
        assert_eq!(next(1, Some(2), None), "2.2 ");
        assert_eq!(next(4, Some(0), None), "五、");
        assert_eq!(next(4, Some(0), None), "六、");
        assert_eq!(next(5, Some(0), None), "第7条 ");
        assert_eq!(next(2, Some(0), None), "");
        assert_eq!((next(0, None, None), next(9, None, None)), (String::new(), String::new()));
    }
}
