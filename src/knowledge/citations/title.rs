//! What a title itself says: whether the text is normative, who made it, which other text it issues or implements.

use std::ops::Range;

use regex::Regex;

use super::file::{File, Short};
use super::{alternation, closes, opens};
use crate::model::CitationKind;

/// No ending in the data is longer, in bytes.
const LONGEST_ENDING: usize = 48;

/// What a title says of another text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    pub kind: CitationKind,
    /// What stands before the verb: the maker, with `关于`.
    pub before: Range<usize>,
    /// The other text's title, its brackets included.
    pub other: Range<usize>,
}

/// The compiled rules for titles.
pub struct TitleRules {
    /// A text's last ending: the first group is normative, the second is not.
    ending: Regex,
    number: Regex,
    standard: Regex,
    /// A title that ends with the number of a standard.
    coded: Regex,
    maker: Regex,
    shorts: Vec<Short>,
    /// The group `nation` takes what stands for the whole country.
    place: Regex,
    not_place: Regex,
    not_before: Vec<char>,
    /// (kind, verb, tail).
    relations: Vec<(CitationKind, Regex, Regex)>,
    /// The tail of a title that publishes or forwards another, at the start of a text.
    notice: Regex,
    derived: Regex,
    law: Regex,
}

impl TitleRules {
    pub(super) fn compile(file: &File) -> Result<Self, regex::Error> {
        let published = file.relation.iter().filter(|r| r.kind != CitationKind::Implements);
        let tails: Vec<_> = published.map(|r| r.tail.as_str()).collect();
        Ok(Self {
            ending: Regex::new(&format!(
                "(?:({})|({}))$",
                alternation(&file.normative.endings),
                alternation(&file.other.endings)
            ))?,
            number: Regex::new(&file.number.pattern)?,
            standard: Regex::new(&format!(
                r"^\s*(?:(?:{})|[（(]\s*{}\s*[）)])",
                alternation(&file.standard.follows),
                file.standard.number
            ))?,
            coded: Regex::new(&format!(r"{}\s*$", file.standard.number))?,
            maker: Regex::new(&format!(r"(?:{})$", alternation(&file.maker.tails)))?,
            shorts: file.maker.short.clone(),
            place: Regex::new(&format!(
                r"^(?:关于|中共)?(?:(?P<nation>{})|{}|\p{{Han}}{{2,6}}?(?:{}))",
                alternation(&file.place.starts),
                alternation(&file.place.provinces),
                alternation(&file.place.endings)
            ))?,
            not_place: Regex::new(&alternation(&file.place.none))?,
            not_before: file.place.not_before.clone(),
            relations: file
                .relation
                .iter()
                .map(|r| {
                    let verb = Regex::new(&alternation(&r.verbs))?;
                    Ok((r.kind, verb, Regex::new(&format!("{}$", r.tail))?))
                })
                .collect::<Result<_, regex::Error>>()?,
            notice: Regex::new(&format!(r"^\s*(?:{})", tails.join("|")))?,
            derived: Regex::new(&format!("{}$", file.derived.tail))?,
            law: Regex::new(&format!("(?:{})$", alternation(&file.derived.laws)))?,
        })
    }

    /// Whether a title is that of a normative text, by its ending; none where no ending is known.
    pub fn normative(&self, title: &str) -> Option<bool> {
        if self.coded.is_match(title) {
            return Some(true);
        }
        let found = self.ending.captures(core(title))?;
        Some(found.get(1).is_some())
    }

    /// Where in `text` the first title ends that begins there, when its closing bracket is missing.
    pub fn first_ending(&self, text: &str) -> Option<usize> {
        let breaks = |c: char| !c.is_alphanumeric() || "的和及等精要".contains(c);
        text.char_indices()
            .skip(1)
            .filter(|&(_, c)| breaks(c))
            .map(|(at, _)| at)
            .chain([text.len()])
            .find(|&at| {
                let from = at.saturating_sub(LONGEST_ENDING);
                let from = (from..at).find(|&i| text.is_char_boundary(i)).unwrap_or(at);
                self.ending.is_match(&text[from..at])
            })
    }

    /// The document number that directly follows a title, without its brackets.
    pub fn number(&self, after: &str) -> Option<Range<usize>> {
        self.number.captures(after)?.get(1).map(|m| m.range())
    }

    /// Whether the text after a title says that it is a standard.
    pub fn is_standard(&self, after: &str) -> bool {
        self.standard.is_match(after)
    }

    /// Whether `name` ends like the name of an agency or of a list of agencies.
    pub fn is_maker(&self, name: &str) -> bool {
        let name = name.trim_end();
        let name = name.strip_suffix('等').unwrap_or(name);
        self.maker.is_match(name)
    }

    /// The full name of a maker that has the same short name everywhere, else the name itself.
    pub fn full_maker<'a>(&'a self, name: &'a str) -> &'a str {
        self.shorts.iter().find(|s| s.name == name).map_or(name, |s| &s.full)
    }

    /// Whether a title names a place or a national maker, and so needs none beside it.
    pub fn names_place(&self, title: &str) -> bool {
        self.placed(title).is_some()
    }

    /// Whether a maker's name begins with a place smaller than the country.
    pub fn is_local(&self, maker: &str) -> bool {
        self.placed(maker) == Some(false)
    }

    /// Whether the place that `title` begins with is the whole country.
    fn placed(&self, title: &str) -> Option<bool> {
        let found = self.place.captures(title)?;
        let place = found.get(0)?;
        let odd = self.not_place.is_match(place.as_str())
            || title[place.end()..].starts_with(self.not_before.as_slice());
        (!odd).then_some(found.name("nation").is_some())
    }

    /// Whether a title is that of a law, by its last character.
    pub fn is_law(&self, title: &str) -> bool {
        self.law.is_match(title)
    }

    /// Whether a title split around one nested in it is a notice about that one.
    pub fn announces(&self, before: &str, after: &str) -> bool {
        self.relations.iter().any(|(kind, verb, tail)| {
            let whole = tail.find(after).is_some_and(|m| after[..m.start()].trim().is_empty());
            *kind != CitationKind::Implements && whole && verb.is_match(before)
        })
    }

    /// Whether the text after a title makes it a notice about it (`印发《甲》的通知`).
    pub fn is_notice(&self, after: &str) -> bool {
        self.notice.is_match(after)
    }

    /// Whether a text begins with a verb that relates a title to another.
    pub fn begins_with_relation(&self, text: &str) -> bool {
        let text = text.strip_prefix("关于").unwrap_or(text);
        self.relations.iter().any(|(_, verb, _)| verb.find(text).is_some_and(|m| m.start() == 0))
    }

    /// What `title` says of another text; ranges are bytes of `title`.
    pub fn relation(&self, title: &str) -> Option<Relation> {
        match nested(title) {
            Some(inner) => self.bracketed(title, inner),
            None => self.unbracketed(title),
        }
    }

    fn bracketed(&self, title: &str, inner: Range<usize>) -> Option<Relation> {
        let (head, rest) = (&title[..inner.start], &title[inner.end..]);
        for (kind, verb, tail) in &self.relations {
            let Some(v) = verb.find_iter(head).last() else { continue };
            let maker = head[v.end()..].trim();
            let whole = tail.find(rest).is_some_and(|m| rest[..m.start()].trim().is_empty());
            if whole && (maker.is_empty() || self.is_maker(maker)) {
                return Some(Relation {
                    kind: *kind,
                    before: 0..v.start(),
                    other: v.end()..inner.end,
                });
            }
        }
        let whole = self.derived.find(rest).is_some_and(|m| rest[..m.start()].trim().is_empty());
        let start = if head.starts_with("关于") { "关于".len() } else { 0 };
        whole.then_some(Relation {
            kind: CitationKind::Implements,
            before: 0..0,
            other: start..inner.end,
        })
    }

    fn unbracketed(&self, title: &str) -> Option<Relation> {
        for (kind, verb, tail) in &self.relations {
            let (Some(v), Some(t)) = (verb.find(title), tail.find(title)) else { continue };
            let before = &title[..v.start()];
            let maker = before.strip_suffix("关于").unwrap_or(before);
            let other = v.end()..t.start();
            if other.is_empty()
                || !(maker.is_empty() || self.is_maker(maker) || self.names_place(maker))
            {
                continue;
            }
            let text = &title[other.clone()];
            let named = match kind {
                CitationKind::Implements => {
                    text.contains("关于") || self.names_place(text) || self.law.is_match(text)
                }
                _ => true,
            };
            if named && self.normative(text) == Some(true) {
                return Some(Relation { kind: *kind, before: 0..v.start(), other });
            }
        }
        let t = self.derived.find(title)?;
        (t.start() > 0 && self.law.is_match(&title[..t.start()])).then_some(Relation {
            kind: CitationKind::Implements,
            before: 0..0,
            other: 0..t.start(),
        })
    }
}

/// A title without what may follow its last word: `（试行）`, `（2024—2026年）`.
fn core(title: &str) -> &str {
    let mut title = title.trim_end();
    while title.ends_with(['）', ')', '］', ']', '〕']) {
        match title.rfind(['（', '(', '［', '[', '〔']) {
            Some(at) if at > 0 => title = title[..at].trim_end(),
            _ => break,
        }
    }
    title
}

/// The first bracketed title inside a title, its brackets included.
fn nested(title: &str) -> Option<Range<usize>> {
    let start = title.find(|c| opens(c).is_some())?;
    let mut depth = 0usize;
    let mut last = None;
    for (at, c) in title[start..].char_indices() {
        if opens(c).is_some() {
            depth += 1;
        } else if closes(c).is_some() {
            depth = depth.saturating_sub(1);
            last = Some(start + at + c.len_utf8());
            if depth == 0 {
                break;
            }
        }
    }
    last.map(|end| start..end)
}

#[cfg(test)]
mod tests {
    use super::super::{SOURCE, tests::each_is_used, tests::file};
    use super::*;
    use crate::knowledge::examples::entries;

    fn rules() -> TitleRules {
        TitleRules::compile(&file()).unwrap()
    }

    /// Checks a yes-or-no rule on the examples of one table.
    fn holds(table: &str, rule: impl Fn(&str) -> bool) {
        for entry in entries(SOURCE, table) {
            for e in &entry.examples {
                assert!(rule(e), "{table}: {e}");
            }
            for e in &entry.counter_examples {
                assert!(!rule(e), "{table}: {e}");
            }
        }
    }

    #[test]
    fn endings_read_their_examples() {
        let (rules, file) = (rules(), file());
        for (table, list) in [("normative", &file.normative), ("other", &file.other)] {
            let entry = &entries(SOURCE, table)[0];
            for e in &entry.examples {
                assert_eq!(rules.normative(e), Some(table == "normative"), "{e}");
            }
            each_is_used(&list.endings, entry, |w, e| core(e).ends_with(w));
        }
        assert_eq!(rules.normative("青湖之夜"), None);
    }

    #[test]
    fn standards_numbers_makers_and_places_read_their_examples() {
        let rules = rules();
        holds("standard", |e| rules.is_standard(&format!("（{e}）")));
        holds("standard", |e| rules.normative(&format!("供水服务{e}")) == Some(true));
        holds("number", |e| rules.number(e).is_some_and(|r| !e[r].contains(['（', '以'])));
        holds("maker", |e| rules.is_maker(e));
        holds("place", |e| rules.names_place(e));
        assert!(rules.is_local("青澜市水务局") && !rules.is_local("国家能源局"));
    }

    #[test]
    fn relations_read_their_examples() {
        let (rules, file) = (rules(), file());
        for (r, entry) in file.relation.iter().zip(entries(SOURCE, "relation")) {
            for e in &entry.examples {
                assert_eq!(rules.relation(e).map(|x| x.kind), Some(r.kind), "{e}");
            }
            each_is_used(&r.verbs, &entry, |w, e| e.contains(w));
        }
        for e in entries(SOURCE, "relation").iter().flat_map(|e| &e.counter_examples) {
            assert_eq!(rules.relation(e), None, "{e}");
        }
        holds("derived", |e| rules.relation(e).is_some_and(|r| r.kind == CitationKind::Implements));
    }

    #[test]
    fn the_other_text_keeps_its_maker() {
        let rules = rules();
        let other = |title: &str| title[rules.relation(title).unwrap().other].to_owned();
        assert_eq!(
            other("转发青澜省教育厅〈关于校车的意见〉的通知"),
            "青澜省教育厅〈关于校车的意见〉"
        );
        assert_eq!(
            other("贯彻落实青澜省委、省政府关于校车的意见任务分工方案"),
            "青澜省委、省政府关于校车的意见"
        );
    }
}
