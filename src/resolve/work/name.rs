//! What makes a title the name of one work: its key, and who made the text.

use crate::knowledge::citations::{CitationRules, TitleRules, bare, closes, opens};
use crate::model::Identities;

/// The identity of a work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    pub key: String,
    /// As printed.
    pub maker: Option<String>,
}

impl Name {
    /// `spoken` is who made the text where its title does not say so.
    pub fn new(title: &str, spoken: Option<&str>, levels: &Levels, rules: &TitleRules) -> Self {
        let title = inside(title);
        if let Some(maker) = maker_in(title, rules) {
            let key = bare(&levels.full(maker, rules)) + &plain(&title[maker.len()..]);
            return Self { key: of_law(key, rules), maker: Some(printed(maker)) };
        }
        let spoken = spoken.filter(|s| !s.is_empty());
        let maker = spoken.map(printed);
        let full = spoken.map(|s| levels.full(s, rules));
        let key = match full {
            Some(full) if !rules.names_place(title) && !levels.named_in(title) => {
                // `国务院办公厅《关于…》` is `国务院办公厅关于…`; what a ministry made without `关于` is known by its title.
                if title.starts_with("关于") || rules.is_local(&full) || levels.named_in(&full) {
                    bare(&full) + &plain(title)
                } else {
                    plain(title)
                }
            }
            _ => plain(title),
        };
        Self { key: of_law(key, rules), maker }
    }
}

/// Laws are cited with and without the country's name.
fn of_law(key: String, rules: &TitleRules) -> String {
    match key.strip_prefix("中华人民共和国") {
        Some(rest) if rules.is_law(&key) => rest.to_owned(),
        _ => key,
    }
}

/// A title as it is compared, without `关于` at its start.
pub fn plain(title: &str) -> String {
    let key = bare(title);
    match key.strip_prefix("关于") {
        Some(rest) => rest.to_owned(),
        None => key,
    }
}

/// A title as it is shown: line breaks gone, one space where the print has several.
pub fn printed(title: &str) -> String {
    let mut out = String::new();
    let mut space = false;
    for c in title.trim().chars() {
        match c {
            '\n' | '\r' => {}
            c if c.is_whitespace() => space = true,
            c => {
                if space && !out.is_empty() {
                    out.push(' ');
                }
                space = false;
                out.push(c);
            }
        }
    }
    out
}

/// A title without brackets that enclose the whole of it.
pub fn inside(title: &str) -> &str {
    let title = title.trim();
    let mut chars = title.char_indices();
    let Some((_, first)) = chars.next() else { return title };
    if opens(first).is_none() {
        return title;
    }
    let mut depth = 1usize;
    for (at, c) in chars {
        if opens(c).is_some() {
            depth += 1;
        } else if closes(c).is_some() {
            depth -= 1;
            if depth == 0 {
                let whole = at + c.len_utf8() == title.len();
                return if whole { title[first.len_utf8()..at].trim() } else { title };
            }
        }
    }
    title
}

/// The maker that a title names at its start: `教育部等九部门` of `教育部等九部门关于…`.
fn maker_in<'a>(title: &'a str, rules: &TitleRules) -> Option<&'a str> {
    let head = title.find(|c| opens(c).is_some()).map_or(title, |at| &title[..at]);
    let head = match rules.relation(title) {
        Some(relation) => &title[relation.before],
        None => head,
    };
    let maker = head.find("关于").map_or(head, |at| &head[..at]).trim_end();
    // The whole of a title is no maker, nor is what a verb begins.
    let sound = !maker.is_empty()
        && maker.len() < title.len()
        && maker.chars().count() <= 50
        && rules.is_maker(maker)
        && !rules.begins_with_relation(maker);
    sound.then_some(maker)
}

/// Who is named directly before a title as its maker: `国务院办公厅` in `根据国务院办公厅《…`.
pub fn maker_before<'a>(before: &'a str, rules: &CitationRules) -> Option<&'a str> {
    let mut text = before.trim_end_matches(|c: char| c.is_whitespace() || opens(c).is_some());
    if let Some(said) = text.strip_suffix('的') {
        let (verb, _) = rules.verbs(said).last()?;
        if verb.end != said.len() {
            return None;
        }
        text = said[..verb.start].trim_end_matches(['联', '合', '新', '共', '同', '制', '定']);
    }
    // Back over the list of makers, to the verb or stop before it.
    let from = rules.verbs(text).last().map_or(0, |(verb, _)| verb.end);
    let stop = |c: char| "。，；：！？（）()《》〈〉“”,;:\n".contains(c);
    let from = text
        .char_indices()
        .rfind(|&(_, c)| stop(c))
        .map_or(from, |(at, c)| from.max(at + c.len_utf8()));
    let mut maker = text[from..].trim();
    for link in ["以及", "和", "及", "与", "、"] {
        maker = maker.strip_prefix(link).unwrap_or(maker);
    }
    let sound = !maker.is_empty() && maker.chars().count() <= 40 && rules.titles.is_maker(maker);
    sound.then_some(maker)
}

/// The divisions that `省`, `市` and `县` mean in a document, and their names.
#[derive(Debug, Default)]
pub struct Levels {
    /// Smallest first.
    names: Vec<String>,
}

impl Levels {
    pub fn new(identities: &Identities) -> Self {
        let mut names = Vec::new();
        let mut next = identities.jurisdiction.and_then(|id| identities.divisions.get(id));
        while let Some(division) = next
            && names.len() < 8
        {
            if division.broader.is_some() {
                names.push(division.name.clone());
            }
            let above = division.broader.as_ref();
            next = above.and_then(|code| identities.divisions.iter().find(|d| d.code == *code));
        }
        Self { names }
    }

    /// Whether a text names one of the document's own divisions.
    fn named_in(&self, text: &str) -> bool {
        self.names.iter().any(|n| text.contains(n.as_str()))
    }

    /// A maker's name in full: `省委、省政府` of a document of 云泽省 are `中共云泽省委、云泽省人民政府`.
    fn full(&self, maker: &str, rules: &TitleRules) -> String {
        let parts = maker.split(|c: char| c == '、' || c.is_whitespace()).filter(|p| !p.is_empty());
        parts.map(|p| self.full_part(rules.full_maker(p))).collect()
    }

    fn full_part(&self, part: &str) -> String {
        let Some(level) = part.chars().next().filter(|c| "省市县区州盟旗".contains(*c))
        else {
            return part.to_owned();
        };
        let means = |n: &&String| n.ends_with(level) || level == '省' && n.ends_with("自治区");
        let Some(division) = self.names.iter().find(means) else { return part.to_owned() };
        let rest = &part[level.len_utf8()..];
        match rest {
            "委" => format!("中共{division}委"),
            "委办公厅" | "委办公室" => format!("中共{division}{rest}"),
            _ => match rest.strip_prefix("政府") {
                Some(office) => format!("{division}人民政府{office}"),
                None => format!("{division}{rest}"),
            },
        }
    }
}
