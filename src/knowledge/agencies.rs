//! Government and party bodies: the forms they are printed in and the names they have in full.
//!
//! Invariant: a printed form belongs to one entry; entries of a names file come before the embedded
//! ones. What a list of names looks like is the matter of `names`. The extractors recognise names
//! with this table, the resolve stage completes them.

use foldhash::{HashMap, HashMapExt, HashSet};
use jiff::civil::Date;
use serde::Deserialize;
use thiserror::Error;

use super::divisions;
use super::names::Names;
use super::words::Chars;

/// The embedded table, in the form a names file has.
pub const SOURCE: &str = include_str!("../../seeds/agencies.toml");

/// Why a table of agencies cannot be used.
#[derive(Debug, Error)]
pub enum AgencyError {
    #[error("the names file cannot be read: {0}")]
    Toml(#[from] toml::de::Error),
    #[error("agency {name}: {date:?} is not a date")]
    Date { name: String, date: String },
    #[error("agency {name}: `until` and `later` go together")]
    Later { name: String },
    #[error("agency {stem}: `suffix` needs four, for province, municipality, city and county")]
    Suffix { stem: String },
}

/// The level of the place that a body belongs to, as far as names differ by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tier {
    Country,
    Province,
    /// 直辖市.
    Municipality,
    /// 地级市, 自治州, 盟.
    City,
    County,
}

/// The place that a name is completed for.
#[derive(Clone, Debug)]
pub struct Seat<'a> {
    pub tier: Tier,
    /// `青澜市`.
    pub place: String,
    /// `青澜`.
    pub short: &'a str,
    /// Its division's code: some bodies are named otherwise in some provinces.
    pub code: &'a str,
    /// The day the text speaks on, where known: it decides between a body and the one that took its place.
    pub date: Option<Date>,
}

impl Seat<'_> {
    /// Its party committee as party bodies are named after it: `中共青澜市委`.
    pub fn party(&self) -> String {
        match self.place.ends_with("自治区") {
            true => format!("中共{}委员会", self.place),
            false => format!("中共{}委", self.place),
        }
    }

    fn fill(&self, template: &str) -> String {
        let text = template.replace("{J}", &self.place).replace("{S}", self.short);
        text.replace("{P}", &self.party())
    }
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    bureau: Vec<Bureau>,
    #[serde(default)]
    body: Vec<Body>,
    #[serde(default)]
    branch: Vec<Branch>,
    #[serde(default)]
    division: Vec<Place>,
}

/// What of a division of the names file concerns this table.
#[derive(Deserialize)]
struct Place {
    name: String,
}

#[derive(Deserialize)]
struct Bureau {
    stem: String,
    #[serde(default)]
    also: Vec<String>,
    words: Option<Vec<String>>,
    suffix: Option<Vec<String>>,
    country: Option<String>,
    #[serde(default)]
    national: Vec<String>,
}

#[derive(Deserialize)]
struct Body {
    name: String,
    province: Option<String>,
    municipality: Option<String>,
    city: Option<String>,
    county: Option<String>,
    country: Option<String>,
    #[serde(default)]
    national: Vec<String>,
    printed: Vec<String>,
    #[serde(default)]
    words: Vec<String>,
    #[serde(default)]
    party: bool,
    #[serde(default)]
    within: Vec<String>,
    until: Option<String>,
    later: Option<String>,
}

#[derive(Deserialize)]
struct Branch {
    before: Vec<String>,
    after: Vec<String>,
    name: String,
}

/// One body at all its levels.
struct Entry {
    /// Templates for province, municipality, city, county.
    names: [String; 4],
    country: Option<String>,
    later: Option<(Date, String)>,
}

/// A printed form: which body, and the suffix where the form has one of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Printed {
    entry: usize,
    /// The template the form itself demands; else the entry's.
    name: Option<String>,
}

/// A form of some provinces alone: the beginnings of their codes, and the body.
type Local = (Vec<String>, usize);

/// The forms that one file adds.
#[derive(Default)]
struct Fresh {
    local: HashMap<String, Vec<Local>>,
    local_words: HashMap<String, Vec<Local>>,
    printed: HashMap<String, Printed>,
    words: HashMap<String, Printed>,
    national: HashMap<String, String>,
}

/// A body found under one of its forms, without its place yet.
#[derive(Clone, Copy)]
pub struct Form<'a> {
    entry: &'a Entry,
    id: usize,
    own: Option<&'a str>,
}

impl Form<'_> {
    /// Whether there is a national body of this function.
    pub fn is_national(&self) -> bool {
        self.entry.country.is_some()
    }

    /// Stands for the function: the same for all forms of one entry.
    pub fn function(&self) -> usize {
        self.id
    }

    /// The full official name of the body at a seat.
    pub fn name(&self, seat: &Seat) -> String {
        let template = match (seat.tier, self.own) {
            (Tier::Country, _) if self.entry.country.is_some() => {
                return self.entry.country.clone().unwrap_or_default();
            }
            (_, Some(own)) => own,
            (Tier::Province, None) => &self.entry.names[0],
            (Tier::Municipality, None) => &self.entry.names[1],
            (Tier::City | Tier::Country, None) => &self.entry.names[2],
            (Tier::County, None) => &self.entry.names[3],
        };
        match &self.entry.later {
            // What a level calls by a name of its own is another body.
            Some((until, later))
                if *template == self.entry.names[2] && seat.date.is_some_and(|d| d >= *until) =>
            {
                seat.fill(later)
            }
            _ => seat.fill(template),
        }
    }
}

/// The suffixes of a bureau as printed and in full; a stem of one character takes only the first.
const SUFFIXES: [(&str, &str); 4] =
    [("委", "委员会"), ("局", "局"), ("厅", "厅"), ("委员会", "委员会")];

/// Further suffixes, of a bureau that is an office by its entry: others have offices of such names.
const OFFICE: [(&str, &str); 2] = [("办", "办公室"), ("办公室", "办公室")];

/// The suffixes of national bodies in full and as printed.
const NATIONAL: [(&str, &str); 5] =
    [("总局", "总局"), ("委员会", "委"), ("部", "部"), ("署", "署"), ("局", "局")];

/// What the full names of the departments of the State Council begin with.
const REPUBLIC: &str = "中华人民共和国";

/// The forms of a national body that follow from the stems of its local counterparts.
fn national_forms(country: &str, stems: &[&String]) -> Vec<String> {
    let bare = country.strip_prefix(REPUBLIC).unwrap_or(country);
    let mut forms = vec![country.to_owned(), bare.to_owned()];
    let Some((full, short)) = NATIONAL.iter().find(|(full, _)| country.ends_with(full)) else {
        return forms;
    };
    let long = stems.iter().filter(|s| s.chars().count() > 1 || *short == "委");
    for stem in long {
        for suffix in [full, short] {
            forms.extend([format!("{stem}{suffix}"), format!("国家{stem}{suffix}")]);
        }
    }
    forms
}

/// The table.
pub struct Agencies {
    entries: Vec<Entry>,
    printed: HashMap<String, Printed>,
    words: HashMap<String, Printed>,
    /// Forms and words of some provinces, asked before those.
    local: HashMap<String, Vec<Local>>,
    pub(super) local_words: HashMap<String, Vec<Local>>,
    national: HashMap<String, String>,
    branches: Vec<Branch>,
    /// The characters that the forms of branches begin with.
    branch_firsts: Chars,
    /// Full names of divisions.
    pub(super) places: HashSet<String>,
    /// The characters that names end with.
    pub(super) last_chars: Chars,
    /// The characters that lists of names end with.
    pub(super) list_chars: Chars,
    /// What lists of names look like.
    pub names: Names,
}

impl Agencies {
    /// The table that comes with the program.
    pub fn embedded() -> Self {
        let mut agencies = Self {
            entries: vec![],
            printed: HashMap::new(),
            words: HashMap::new(),
            local: HashMap::new(),
            local_words: HashMap::new(),
            national: HashMap::new(),
            branches: vec![],
            branch_firsts: Chars::default(),
            places: divisions::names().map(str::to_owned).collect(),
            last_chars: Chars::default(),
            list_chars: Chars::default(),
            names: Names::embedded(),
        };
        agencies.extend(SOURCE).expect("seeds/agencies.toml is checked by the tests");
        agencies
    }

    /// Adds the entries of a names file; its forms come before those already known.
    ///
    /// # Errors
    /// When it is not TOML of the form that `seeds/agencies.toml` describes. Nothing is added then
    /// but the entries before the faulty one.
    pub fn extend(&mut self, toml: &str) -> Result<(), AgencyError> {
        let file: File = toml::from_str(toml)?;
        // Within a file the first entry of a form wins, over files the last file.
        let mut fresh = Fresh::default();
        for body in file.body {
            self.add_body(body, &mut fresh)?;
        }
        for bureau in file.bureau {
            self.add_bureau(bureau, &mut fresh)?;
        }
        self.places.extend(file.division.into_iter().map(|place| place.name));
        self.branches.splice(0..0, file.branch);
        self.branch_firsts = Chars::firsts(self.branches.iter().flat_map(|b| &b.before));
        // A names file holds wherever its places are.
        self.local.retain(|form, _| !fresh.printed.contains_key(form));
        self.local_words.retain(|word, _| !fresh.words.contains_key(word));
        self.local.extend(fresh.local);
        self.local_words.extend(fresh.local_words);
        self.printed.extend(fresh.printed);
        self.words.extend(fresh.words);
        self.national.extend(fresh.national);
        self.find_last_chars();
        Ok(())
    }

    fn add_body(&mut self, body: Body, fresh: &mut Fresh) -> Result<(), AgencyError> {
        let later = match (body.until, body.later) {
            (Some(date), Some(later)) => match date.parse::<Date>() {
                Ok(until) => Some((until, later)),
                Err(_) => return Err(AgencyError::Date { name: body.name, date }),
            },
            (None, None) => None,
            _ => return Err(AgencyError::Later { name: body.name }),
        };
        let entry = self.entries.len();
        let forms = body.printed.iter().flat_map(|form| {
            let party: &[&str] = if body.party { &["", "委", "党委"] } else { &[""] };
            party.iter().map(move |before| format!("{before}{form}"))
        });
        if body.within.is_empty() {
            for form in forms {
                fresh.printed.entry(form).or_insert(Printed { entry, name: None });
            }
            for word in body.words {
                fresh.words.entry(word).or_insert(Printed { entry, name: None });
            }
        } else {
            for form in forms {
                fresh.local.entry(form).or_default().push((body.within.clone(), entry));
            }
            for word in body.words {
                fresh.local_words.entry(word).or_default().push((body.within.clone(), entry));
            }
        }
        if let Some(country) = &body.country {
            for form in national_forms(country, &[]).iter().chain(&body.national) {
                fresh.national.entry(form.clone()).or_insert(country.clone());
            }
        }
        let name = |own: Option<String>| own.unwrap_or_else(|| body.name.clone());
        self.entries.push(Entry {
            names: [
                name(body.province),
                name(body.municipality),
                name(body.city),
                name(body.county),
            ],
            country: body.country,
            later,
        });
        Ok(())
    }

    fn add_bureau(&mut self, bureau: Bureau, fresh: &mut Fresh) -> Result<(), AgencyError> {
        let entry = self.entries.len();
        let Bureau { stem, also, words, suffix, country, national } = bureau;
        let suffix = suffix.unwrap_or_else(|| ["厅", "局", "局", "局"].map(str::to_owned).to_vec());
        let Ok(suffix) = <[String; 4]>::try_from(suffix) else {
            return Err(AgencyError::Suffix { stem });
        };
        let stems: Vec<&String> = [&stem].into_iter().chain(&also).collect();
        for form in &stems {
            let many = if form.chars().count() == 1 { 1 } else { SUFFIXES.len() };
            let office = suffix.iter().any(|s| s == OFFICE[0].1).then_some(OFFICE);
            for (short, full) in SUFFIXES[..many].iter().chain(office.iter().flatten()) {
                let name = Some(format!("{{J}}{stem}{full}"));
                fresh.printed.entry(format!("{form}{short}")).or_insert(Printed { entry, name });
            }
        }
        let all = || stems.iter().filter(|s| s.chars().count() > 1).map(|&s| s.clone()).collect();
        for word in words.unwrap_or_else(all) {
            fresh.words.entry(word).or_insert(Printed { entry, name: None });
        }
        if let Some(country) = &country {
            for form in national_forms(country, &stems).into_iter().chain(national) {
                fresh.national.entry(form).or_insert(country.clone());
            }
        }
        let names = suffix.map(|suffix| format!("{{J}}{stem}{suffix}"));
        self.entries.push(Entry { names, country, later: None });
        Ok(())
    }

    /// All printed forms, places among them, and what ends the forms with a place inside.
    pub fn forms(&self) -> impl Iterator<Item = &str> {
        let tables = self.printed.keys().chain(self.local.keys());
        let tables = tables.chain(self.national.keys()).chain(&self.places);
        let branches = self.branches.iter().flat_map(|branch| &branch.after);
        tables.chain(branches).map(String::as_str)
    }

    /// The body that is printed so after its place: `教育局`, `委编办`.
    pub fn printed(&self, form: &str) -> Option<Form<'_>> {
        self.printed.get(form).map(|p| self.found(p))
    }

    /// Whether a body is printed so, here or in some province.
    pub fn is_form(&self, form: &str) -> bool {
        self.printed.contains_key(form) || self.local.contains_key(form)
    }

    /// The body that is printed so in the division of this code.
    pub fn printed_in(&self, form: &str, code: &str) -> Option<Form<'_>> {
        self.local(&self.local, form, code).or_else(|| self.printed(form))
    }

    /// The body of a function: `教育`, `市场监管`.
    pub fn function(&self, word: &str) -> Option<Form<'_>> {
        self.words.get(word).map(|p| self.found(p))
    }

    /// The body of a function in the division of this code.
    pub fn function_in(&self, word: &str, code: &str) -> Option<Form<'_>> {
        self.local(&self.local_words, word, code).or_else(|| self.function(word))
    }

    fn local<'a>(
        &'a self,
        table: &HashMap<String, Vec<Local>>,
        form: &str,
        code: &str,
    ) -> Option<Form<'a>> {
        let all = table.get(form)?;
        let here = |(within, _): &&Local| within.iter().any(|start| code.starts_with(&**start));
        let &(_, id) = all.iter().find(here)?;
        Some(Form { entry: &self.entries[id], id, own: None })
    }

    fn found<'a>(&'a self, printed: &'a Printed) -> Form<'a> {
        let entry = &self.entries[printed.entry];
        Form { entry, id: printed.entry, own: printed.name.as_deref() }
    }

    /// The full name of the national body that is printed so: `财政部`, `国家发展改革委`.
    pub fn national(&self, form: &str) -> Option<&str> {
        self.national.get(form).map(String::as_str)
    }

    /// The national body that `text` begins with: its full name, and the bytes that name it.
    pub fn national_at_start(&self, text: &str) -> Option<(&str, usize)> {
        let ends = text.char_indices().map(|(at, c)| at + c.len_utf8()).take(24);
        ends.filter_map(|end| Some((self.national(&text[..end])?, end))).last()
    }

    /// The full name of a local office whose place is printed inside (`人行青澜市中支`), and that place.
    pub fn branch<'a>(&self, name: &'a str) -> Option<(String, &'a str)> {
        if !name.chars().next().is_some_and(|c| self.branch_firsts.has(c)) {
            return None;
        }
        self.branches.iter().find_map(|branch| {
            let rest = branch.before.iter().find_map(|b| name.strip_prefix(&**b))?;
            let place = branch.after.iter().find_map(|a| rest.strip_suffix(&**a))?;
            // `人行市中心支行`.
            let level = matches!(place, "市" | "州" | "县" | "盟" | "省");
            let fits = level || (2..=12).contains(&place.chars().count());
            fits.then(|| (branch.name.replace("{X}", place), place))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seat(tier: Tier) -> Seat<'static> {
        Seat { tier, place: "青澜市".into(), short: "青澜", code: "990100", date: None }
    }

    #[test]
    fn suffixes_differ_by_level() {
        let agencies = Agencies::embedded();
        let health = agencies.function("卫生健康").expect("known");
        assert_eq!(health.name(&seat(Tier::City)), "青澜市卫生健康委员会");
        assert_eq!(health.name(&seat(Tier::County)), "青澜市卫生健康局");
        assert_eq!(health.name(&seat(Tier::Country)), "中华人民共和国国家卫生健康委员会");
        let printed = agencies.printed("卫健局").expect("known");
        assert_eq!(printed.name(&seat(Tier::City)), "青澜市卫生健康局");
    }

    #[test]
    fn a_body_gives_way_to_the_one_that_took_its_place() {
        let agencies = Agencies::embedded();
        let office = agencies.printed("银保监分局").expect("known");
        let on = |date| Seat { date: Some(date), ..seat(Tier::City) };
        let before = office.name(&on(jiff::civil::date(2022, 3, 1)));
        let after = office.name(&on(jiff::civil::date(2024, 3, 1)));
        assert_eq!(before, "中国银行保险监督管理委员会青澜监管分局");
        assert_eq!(after, "国家金融监督管理总局青澜监管分局");
    }

    #[test]
    fn a_names_file_comes_first() {
        let mut agencies = Agencies::embedded();
        let file = r#"
            [[body]]
            name = "{J}教育科技局"
            printed = ["教育局", "教科局"]
            words = ["教育"]
        "#;
        agencies.extend(file).expect("sound");
        for form in ["教育局", "教科局"] {
            let found = agencies.printed(form).expect("known");
            assert_eq!(found.name(&seat(Tier::City)), "青澜市教育科技局");
        }
        let found = agencies.function("教育").expect("known");
        assert_eq!(found.name(&seat(Tier::City)), "青澜市教育科技局");
    }

    #[test]
    fn a_faulty_names_file_says_why() {
        let fails = |file| Agencies::embedded().extend(file).expect_err("faulty");
        assert!(matches!(fails("[[body"), AgencyError::Toml(_)));
        let date =
            "[[body]]\nname = \"{J}甲\"\nprinted = [\"甲\"]\nuntil = \"soon\"\nlater = \"{J}乙\"";
        assert!(matches!(fails(date), AgencyError::Date { .. }));
        let later = "[[body]]\nname = \"{J}甲\"\nprinted = [\"甲\"]\nuntil = \"2024-01-01\"";
        assert!(matches!(fails(later), AgencyError::Later { .. }));
        let suffix = "[[bureau]]\nstem = \"甲\"\nsuffix = [\"局\"]";
        assert!(matches!(fails(suffix), AgencyError::Suffix { .. }));
    }
}
