//! China's administrative divisions (GB/T 2260, to county level) and how a text names them.
//!
//! Invariant: every division but the country has a division above it that is in the table.
//! The resolve stage depends on this table for jurisdictions.

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};
use serde::Deserialize;
use thiserror::Error;

use crate::model::Division;

const CODES: &str = include_str!("../../seeds/divisions.csv");
const RULES: &str = include_str!("../../seeds/divisions.toml");

/// The code that stands for the country.
pub const COUNTRY: &str = "000000";

/// The full names of the embedded table.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    CODES.lines().skip(1).filter_map(|line| line.split(',').nth(1))
}

/// Why a table of divisions cannot be used.
#[derive(Debug, Error)]
pub enum DivisionError {
    #[error("the table of divisions cannot be read: {0}")]
    Csv(#[from] csv::Error),
    #[error("the names file cannot be read: {0}")]
    Toml(#[from] toml::de::Error),
    #[error("division {name}: the code {code:?} is not six digits")]
    Code { code: String, name: String },
    #[error("division {name} ({code}) lies in {broader}, which is not in the table")]
    Broader { code: String, name: String, broader: String },
    #[error("division {name}: the code {code} already stands for {known}")]
    Twice { code: String, name: String, known: String },
}

/// The tier of a division.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    Country,
    /// Provinces, autonomous regions and the four municipalities (直辖市).
    Province,
    /// 地级市, 自治州, 盟, 地区.
    Prefecture,
    /// 县, 县级市, 市辖区, 旗.
    County,
}

/// A division named at the start of a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    pub division: &'a Division,
    /// Length in bytes of what names it.
    pub len: usize,
    /// Whether its last part is a full name (`襄阳市`, not `襄阳`).
    pub full: bool,
}

#[derive(Deserialize)]
struct Rules {
    suffixes: Vec<String>,
    peoples: Vec<String>,
    contracted: Vec<(String, String)>,
    #[cfg(test)]
    examples: Vec<String>,
}

#[derive(Deserialize)]
struct Names {
    #[serde(default)]
    division: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    code: String,
    name: String,
    broader: Option<String>,
    #[serde(default)]
    also: Vec<String>,
}

/// The table, with an index of full and short names.
pub struct Divisions {
    rows: Vec<Division>,
    shorts: Vec<String>,
    by_code: HashMap<String, usize>,
    /// (row, whether the name is its full name)
    by_name: HashMap<String, Vec<(usize, bool)>>,
    /// In characters.
    longest_name: usize,
    /// What names begin with, two characters each: few texts begin so.
    beginnings: HashSet<String>,
    rules: Rules,
}

impl Divisions {
    /// The table that comes with the program.
    pub fn embedded() -> Self {
        let mut divisions = Self {
            rows: vec![],
            shorts: vec![],
            by_code: HashMap::new(),
            by_name: HashMap::new(),
            longest_name: 0,
            beginnings: HashSet::new(),
            rules: toml::from_str(RULES).expect("seeds/divisions.toml is checked by the tests"),
        };
        divisions.read(CODES).expect("seeds/divisions.csv is checked by the tests");
        divisions
    }

    fn read(&mut self, csv: &str) -> Result<(), DivisionError> {
        for row in csv::Reader::from_reader(csv.as_bytes()).deserialize() {
            let (code, name, broader) = row?;
            self.add(Row { code, name, broader, also: vec![] })?;
        }
        Ok(())
    }

    /// Adds the `[[division]]` entries of a names file: `code`, `name`, `broader`, `also`.
    ///
    /// # Errors
    /// When the file is not TOML of that form, a code is not six digits or is taken by another name,
    /// or a division lies in one that is not in the table. Entries before the faulty one are kept.
    pub fn extend(&mut self, toml: &str) -> Result<(), DivisionError> {
        toml::from_str::<Names>(toml)?.division.into_iter().try_for_each(|row| self.add(row))
    }

    fn add(&mut self, row: Row) -> Result<(), DivisionError> {
        let Row { code, name, broader, also } = row;
        if code.len() != 6 || !code.bytes().all(|b| b.is_ascii_digit()) {
            return Err(DivisionError::Code { code, name });
        }
        let broader = broader.or_else(|| (code != COUNTRY).then(|| COUNTRY.to_owned()));
        if let Some(broader) = broader.as_ref().filter(|&b| !self.by_code.contains_key(b)) {
            return Err(DivisionError::Broader { code, name, broader: broader.clone() });
        }
        let id = match self.by_code.get(&code) {
            Some(&id) if self.rows[id].name == name => id,
            Some(&id) => {
                return Err(DivisionError::Twice { code, name, known: self.rows[id].name.clone() });
            }
            None => {
                let id = self.rows.len();
                let short = self.shorten(&name);
                self.by_code.insert(code.clone(), id);
                self.index(&name, id, true);
                self.index(&short, id, false);
                let contracted = self.rules.contracted.iter().find_map(|(long, end)| {
                    name.ends_with(&**long).then(|| format!("{short}{end}"))
                });
                if let Some(contracted) = contracted {
                    self.index(&contracted, id, true);
                }
                self.shorts.push(short);
                self.rows.push(Division { code, name, broader });
                id
            }
        };
        also.iter().for_each(|name| self.index(name, id, false));
        Ok(())
    }

    /// A full name is one that stands for its division everywhere (`凉山州`), a short one needs care.
    fn index(&mut self, name: &str, id: usize, full: bool) {
        self.longest_name = self.longest_name.max(name.chars().count());
        self.beginnings.extend(beginning(name).map(str::to_owned));
        let ids = self.by_name.entry(name.to_owned()).or_default();
        if !ids.iter().any(|&(known, _)| known == id) {
            ids.push((id, full));
        }
    }

    fn shorten(&self, name: &str) -> String {
        let fits = |rest: &str| rest.chars().count() >= 2;
        let suffix =
            self.rules.suffixes.iter().filter(|s| name.strip_suffix(&***s).is_some_and(fits));
        let Some(suffix) = suffix.max_by_key(|s| s.len()) else { return name.to_owned() };
        let mut short = &name[..name.len() - suffix.len()];
        if suffix.starts_with("自治") {
            let people = |short: &str| {
                let rests = self.rules.peoples.iter().filter_map(|p| short.strip_suffix(&**p));
                rests.filter(|rest| fits(rest)).map(str::len).min()
            };
            while let Some(len) = people(short) {
                short = &short[..len];
            }
        }
        short.to_owned()
    }

    /// The division with this code.
    pub fn get(&self, code: &str) -> Option<&Division> {
        self.by_code.get(code).map(|&id| &self.rows[id])
    }

    /// All divisions with this full name, contracted ones (`凉山州`) included; several where it is ambiguous (`通州区`).
    pub fn named<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Division> + use<'a> {
        let ids = self.by_name.get(name).into_iter().flatten();
        ids.filter(|(_, full)| *full).map(|&(id, _)| &self.rows[id])
    }

    /// The tier that the code tells.
    pub fn level(&self, code: &str) -> Level {
        match code {
            COUNTRY => Level::Country,
            _ if code.ends_with("0000") => Level::Province,
            _ if code.ends_with("00") => Level::Prefecture,
            _ => Level::County,
        }
    }

    /// The short name: `吉林` for 吉林省. The code itself where it is not in the table.
    pub fn short<'a>(&'a self, code: &'a str) -> &'a str {
        self.by_code.get(code).map_or(code, |&id| &self.shorts[id])
    }

    /// The division itself and all above it, the country last.
    pub fn lineage<'a>(&'a self, code: &str) -> impl Iterator<Item = &'a Division> + use<'a> {
        std::iter::successors(self.get(code), |d| d.broader.as_deref().and_then(|b| self.get(b)))
    }

    /// Whether `code` is `above` or lies in it.
    pub fn within(&self, code: &str, above: &str) -> bool {
        self.lineage(code).any(|d| d.code == above)
    }

    /// The name that is unambiguous in the country: a district after its city (`南通市通州区`).
    pub fn display(&self, division: &Division) -> String {
        let city = division.broader.as_deref().and_then(|b| self.get(b));
        match city.filter(|_| self.level(&division.code) == Level::County) {
            Some(city) if division.name.ends_with('区') && city.name.ends_with('市') => {
                format!("{}{}", city.name, division.name)
            }
            _ => division.name.clone(),
        }
    }

    /// Reads a division, or a path of divisions (`江苏省南通市通州区`), at the start of `text`.
    ///
    /// Short names count for provinces and prefectures everywhere, for counties only inside `context`
    /// (a code) or after the name of a division above. An ambiguous name is taken in the context, else
    /// as the highest division of that name; `None` where several are as high.
    pub fn at_start<'a>(&'a self, text: &str, context: Option<&str>) -> Option<Place<'a>> {
        let mut found: Option<Place<'a>> = None;
        loop {
            let from = found.map_or(0, |p| p.len);
            let above = found.map(|p| p.division.code.as_str());
            let Some((division, len, full)) = self.part(&text[from..], above, context) else {
                return found;
            };
            found = Some(Place { division, len: from + len, full });
        }
    }

    /// One division's name at the start of `text`; below `above`, if given.
    fn part(
        &self,
        text: &str,
        above: Option<&str>,
        context: Option<&str>,
    ) -> Option<(&Division, usize, bool)> {
        if !self.beginnings.contains(beginning(text)?) {
            return None;
        }
        let ends: Vec<usize> =
            text.char_indices().map(|(at, c)| at + c.len_utf8()).take(self.longest_name).collect();
        ends.iter().skip(1).rev().find_map(|&end| {
            let named = self.by_name.get(&text[..end])?;
            let fits = named.iter().filter(|&&(id, full)| {
                let code = self.rows[id].code.as_str();
                let home = context.is_some_and(|c| self.within(code, c) || self.within(c, code));
                match above {
                    Some(above) => code != above && self.within(code, above),
                    None => full || home || self.level(code) < Level::County,
                }
            });
            self.best(fits.copied().collect(), context)
                .map(|(id, full)| (&self.rows[id], end, full))
        })
    }

    fn best(&self, mut named: Vec<(usize, bool)>, context: Option<&str>) -> Option<(usize, bool)> {
        let code = |&(id, _): &(usize, bool)| self.rows[id].code.as_str();
        if let Some(context) = context {
            // The place itself, then places in it, then the nearest place that holds both.
            let nearness = |entry: &(usize, bool)| {
                self.lineage(context).position(|d| self.within(code(entry), &d.code))
            };
            let nearest = named.iter().map(nearness).min()?;
            named.retain(|entry| nearness(entry) == nearest);
        }
        let top = named.iter().map(|entry| self.level(code(entry))).min()?;
        named.retain(|entry| self.level(code(entry)) == top);
        match named[..] {
            [one] => Some(one),
            _ => None,
        }
    }

    /// The full name that ends at each `省`, `市`, `县` and the like in `text`, longest first, with the
    /// byte range. Names that several divisions share are left out.
    pub fn mentions<'a>(&'a self, text: &str) -> Vec<(&'a Division, std::ops::Range<usize>)> {
        let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        let mut found = vec![];
        let mut taken = 0;
        for (index, c) in text.chars().enumerate() {
            if !matches!(c, '省' | '市' | '县' | '区' | '旗' | '州' | '盟') {
                continue;
            }
            let end = starts[index] + c.len_utf8();
            let first = index.saturating_sub(self.longest_name.saturating_sub(1));
            let hit =
                starts[first..index].iter().filter(|&&start| start >= taken).find_map(|&start| {
                    let mut named = self.named(&text[start..end]);
                    let division = named.next()?;
                    named.next().is_none().then_some((division, start..end))
                });
            if let Some(hit) = hit {
                taken = end;
                found.push(hit);
            }
        }
        found
    }
}

/// The first two characters of a text that has as many.
fn beginning(text: &str) -> Option<&str> {
    let (at, second) = text.char_indices().nth(1)?;
    Some(&text[..at + second.len_utf8()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_follow_the_rule() {
        let divisions = Divisions::embedded();
        for example in &divisions.rules.examples {
            let (name, short) = example.split_once(" = ").expect("`full = short`");
            let code = &divisions.named(name).next().expect(name).code;
            assert_eq!(divisions.short(code), short, "{name}");
        }
        for suffix in &divisions.rules.suffixes {
            assert!(divisions.rows.iter().any(|d| d.name.ends_with(&**suffix)), "{suffix}");
        }
    }

    #[test]
    fn every_division_lies_in_the_country() {
        let divisions = Divisions::embedded();
        assert!(divisions.rows.len() > 3000);
        for row in &divisions.rows {
            assert_eq!(divisions.lineage(&row.code).last().map(|d| d.name.as_str()), Some("中国"));
        }
    }

    #[test]
    fn levels() {
        let divisions = Divisions::embedded();
        let level = |name: &str| divisions.level(&divisions.named(name).next().expect(name).code);
        assert_eq!(level("中国"), Level::Country);
        assert_eq!(level("重庆市"), Level::Province);
        assert_eq!(level("四平市"), Level::Prefecture);
        assert_eq!(level("敦化市"), Level::County);
        assert_eq!(divisions.get("222403").map(|d| d.name.as_str()), Some("敦化市"));
    }

    #[test]
    fn paths_are_read_at_the_start() {
        let divisions = Divisions::embedded();
        let read = |text: &str, context: Option<&str>| {
            divisions
                .at_start(text, context)
                .map(|p| (divisions.display(p.division), text[..p.len].to_owned()))
        };
        let some = |name: &str, printed: &str| Some((name.to_owned(), printed.to_owned()));
        assert_eq!(
            read("江苏省南通市通州区教育局", None),
            some("南通市通州区", "江苏省南通市通州区")
        );
        assert_eq!(read("北京市通州区政府", None), some("北京市通州区", "北京市通州区"));
        assert_eq!(read("通州区教育局", None), None);
        assert_eq!(read("通州区教育局", Some("320600")), some("南通市通州区", "通州区"));
        assert_eq!(read("襄阳高新区", None), some("襄阳市", "襄阳"));
        assert_eq!(read("吉林税务局", None), some("吉林省", "吉林"));
        assert_eq!(read("吉林省四平市", None), some("四平市", "吉林省四平市"));
        assert_eq!(read("凉山州教育局", None), some("凉山彝族自治州", "凉山州"));
        assert_eq!(read("公安局", None), None, "a county's short name needs its context");
        assert_eq!(read("教育局", None), None);
        assert_eq!(read("", None), None);
    }

    #[test]
    fn mentions_are_full_names() {
        let divisions = Divisions::embedded();
        let names = |text| {
            divisions.mentions(text).into_iter().map(|(d, _)| d.name.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(names("四川省成都市和内蒙古自治区的城区"), ["四川省", "成都市", "内蒙古自治区"]);
    }

    #[test]
    fn a_names_file_adds_places() {
        let mut divisions = Divisions::embedded();
        let file = "[[division]]\ncode = \"990000\"\nname = \"云泽省\"\n[[division]]\ncode = \"990100\"\nname = \"青澜市\"\nbroader = \"990000\"\n";
        divisions.extend(file).expect("sound");
        assert_eq!(divisions.at_start("青澜市教育局", None).map(|p| p.len), Some(9));
        assert_eq!(divisions.short("990100"), "青澜");
        let orphan = "[[division]]\ncode = \"980100\"\nname = \"甲市\"\nbroader = \"980000\"\n";
        assert!(matches!(divisions.extend(orphan), Err(DivisionError::Broader { .. })));
        let odd = "[[division]]\ncode = \"98\"\nname = \"甲市\"\n";
        assert!(matches!(divisions.extend(odd), Err(DivisionError::Code { .. })));
        let twice = "[[division]]\ncode = \"990100\"\nname = \"乙市\"\n";
        assert!(matches!(divisions.extend(twice), Err(DivisionError::Twice { .. })));
    }
}
