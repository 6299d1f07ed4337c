//! Levels of government in a collective name: `各市（州）、县（市、区）教育局` is one name, whose levels
//! are listed.
//!
//! Invariant: levels are listed from above, so that `各区` and `市教育局` stay two names.

use serde::Deserialize;

use super::words::Affixes;

/// The words for the levels, and what may follow them; `seeds/names.toml` has them with examples.
#[derive(Deserialize)]
pub struct Tiers {
    /// The highest first.
    levels: Vec<Affixes>,
    provinces: Vec<String>,
    not_of_level: Affixes,
    governments: Affixes,
}

impl Tiers {
    /// If `next` goes on with the levels that the collective name `group` lists, what follows them:
    /// `市场监管局` of `各市` + `县（区）市场监管局`.
    pub fn go_on<'a>(&self, group: &str, next: &'a str) -> Option<&'a str> {
        // `省、自治区、直辖市人民政府` is one too; `省、市、县` are three.
        let of_provinces = || {
            let (first, others) = self.provinces.split_first()?;
            let goes_on = others.iter().any(|other| next.starts_with(other));
            (group.starts_with(first) && goes_on).then_some(group)
        };
        let listed = group.strip_prefix('各').or_else(of_provinces)?;
        let (tier, word, rest) = self.level(next)?;
        let mut above = None;
        let mut left = listed;
        while !left.is_empty() {
            let (tier, _, after) = self.level(left)?;
            above = Some(tier);
            left = after.strip_prefix(['、', '，', ',']).unwrap_or(after);
        }
        // `各县、市、区`
        let alone = rest.is_empty();
        let of_level = self.begins_government(rest) || !self.not_of_level.start(rest);
        let descends = above.is_some_and(|above| tier >= above) && !listed.contains(word);
        (alone || descends && of_level).then_some(rest)
    }

    /// Whether what follows the levels is a government of theirs.
    pub fn begins_government(&self, rest: &str) -> bool {
        self.governments.start(rest)
    }

    /// The level that `text` begins with, its bracket passed over: (which, its word, the rest).
    fn level<'a>(&self, text: &'a str) -> Option<(usize, &'a str, &'a str)> {
        let found = |(tier, words): (usize, &Affixes)| {
            words.starts_of(text).map(|w| (tier, w.len())).max_by_key(|(_, len)| *len)
        };
        let (tier, len) =
            self.levels.iter().enumerate().filter_map(found).max_by_key(|(_, len)| *len)?;
        let (word, rest) = text.split_at(len);
        let close = match rest.chars().next() {
            Some('（') => '）',
            Some('(') => ')',
            Some('〔') => '〕',
            Some('[') => ']',
            Some('〈') => '〉',
            Some('<') => '>',
            _ => return Some((tier, word, rest)),
        };
        match rest.split_once(close) {
            Some((_, after)) => Some((tier, word, after)),
            // A bracket that is never closed ends with the text.
            None => Some((tier, word, "")),
        }
    }
}
