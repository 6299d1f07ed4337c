//! Levels of government in a collective name: `各市（州）、县（市、区）教育局` is one name, whose levels
//! are listed.
//!
//! Invariant: levels are listed from above, so that `各区` and `市教育局` stay two names.

use serde::Deserialize;

use super::words::Affixes;

/// What begins a name of bodies that are not those of the level before it: 市直部门, 市级单位.
const NOT_OF_LEVEL: [&str; 4] = ["直", "级", "属", "委各"];
/// … save for the governments of a level.
const GOVERNMENTS: [&str; 2] = ["级政府", "级人民政府"];

/// The words for the levels, the highest first.
#[derive(Deserialize)]
#[serde(from = "Vec<Vec<String>>")]
pub struct Tiers(Vec<Affixes>);

impl From<Vec<Vec<String>>> for Tiers {
    fn from(tiers: Vec<Vec<String>>) -> Self {
        Self(tiers.into_iter().map(Affixes::from).collect())
    }
}

impl Tiers {
    /// If `next` goes on with the levels that the collective name `group` lists, what follows them:
    /// `市场监管局` of `各市` + `县（区）市场监管局`.
    pub fn go_on<'a>(&self, group: &str, next: &'a str) -> Option<&'a str> {
        // `省、自治区、直辖市人民政府` is one too; `省、市、县` are three.
        let provinces = || next.starts_with("自治区") || next.starts_with("直辖市");
        let listed = group
            .strip_prefix('各')
            .or_else(|| (group.starts_with('省') && provinces()).then_some(group))?;
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
        let governments = GOVERNMENTS.iter().any(|g| rest.starts_with(g));
        let of_level = governments || !NOT_OF_LEVEL.iter().any(|begin| rest.starts_with(begin));
        let descends = above.is_some_and(|above| tier >= above) && !listed.contains(word);
        (alone || descends && of_level).then_some(rest)
    }

    /// The level that `text` begins with, its bracket passed over: (which, its word, the rest).
    fn level<'a>(&self, text: &'a str) -> Option<(usize, &'a str, &'a str)> {
        let found = |(tier, words): (usize, &Affixes)| {
            words.starts_of(text).map(|w| (tier, w.len())).max_by_key(|(_, len)| *len)
        };
        let (tier, len) =
            self.0.iter().enumerate().filter_map(found).max_by_key(|(_, len)| *len)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_listed_from_above() {
        let rows =
            [&["自治区", "直辖市", "省"][..], &["自治州", "市", "州"], &["自治县", "县", "区"]];
        let owned = |row: &[&str]| row.iter().map(|&w| w.to_owned()).collect();
        let tiers = Tiers::from(rows.iter().map(|row| owned(row)).collect::<Vec<_>>());
        for (group, next, rest) in [
            ("各市", "县（市、区）教育局", "教育局"),
            ("各市（州）", "县〔市、区〕人民政府", "人民政府"),
            ("各市", "县级政府", "级政府"),
            ("各县（市）", "区财政局", "财政局"),
            ("各省、自治区", "直辖市人民政府", "人民政府"),
            ("省、自治区", "直辖市人民政府", "人民政府"),
            ("各市、县", "自治县人民政府", "人民政府"),
            ("各县", "市", ""),
        ] {
            assert_eq!(tiers.go_on(group, next), Some(rest), "{group}、{next}");
        }
        for (group, next) in [
            ("各区", "市教育局"),
            ("各县（市、区）", "市直各部门"),
            ("各市", "市级有关部门"),
            ("各县（市、区）", "区教育局"),
            ("各市教育局", "县财政局"),
            ("市", "县（市、区）人民政府"),
            ("省", "市（州）"),
        ] {
            assert_eq!(tiers.go_on(group, next), None, "{group}、{next}");
        }
    }
}
