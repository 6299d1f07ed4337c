//! Writes a corpus of invented documents, as large as is asked for, to see how the program bears amount.
//!
//! `cargo run --release --example scale_corpus -- --documents 100000 OUT/` writes `OUT/documents/…` and `OUT/names.toml`,
//! the names of the invented places, for `gangmu ingest --names`. The same seed and number give the same bytes.
//!
//! The documents have what those of `seeds/samples` have: notices that print a plan, work points, opinions, divisions of work;
//! items with a task, who does it, by when, to what measure; citations of one another. There is one place for each hundred
//! documents, so that what one place or one body has to do does not grow with the corpus. Patterns and words are data,
//! `patterns.toml`.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Parser;
use fastrand::Rng;
use serde::Deserialize;

/// Documents of one place.
const OF_A_PLACE: usize = 100;
/// Documents in one folder.
const IN_A_FOLDER: usize = 1000;

#[derive(Parser)]
struct Args {
    /// The same seed gives the same documents
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many documents
    #[arg(long, default_value_t = 1000)]
    documents: usize,
    /// Where to write them
    out: PathBuf,
}

#[derive(Deserialize)]
struct Patterns {
    places: PlaceNames,
    header: Header,
    subjects: Vec<String>,
    genre: Vec<Genre>,
    headings: Headings,
    items: Items,
    bodies: Bodies,
    closing: Closing,
}

#[derive(Deserialize)]
struct PlaceNames {
    first: Vec<String>,
    second: Vec<String>,
    below: Vec<String>,
}

#[derive(Deserialize)]
struct Header {
    series: Vec<String>,
    year: [u32; 2],
}

#[derive(Deserialize)]
struct Genre {
    title: String,
    items: [usize; 2],
    notice: bool,
    opening: String,
}

#[derive(Deserialize)]
struct Headings {
    of: Vec<String>,
    numbers: Vec<String>,
}

#[derive(Deserialize)]
struct Items {
    heading: Vec<String>,
    verbs: Vec<String>,
    objects: Vec<String>,
    sentences: Vec<String>,
    targets: Vec<String>,
    things: Vec<String>,
    dates: Vec<String>,
    deadlines: Vec<String>,
    assignments: Vec<String>,
    share: Share,
    citation: String,
}

/// Of a hundred.
#[derive(Deserialize)]
struct Share {
    sentence: u32,
    target: u32,
    deadline: u32,
    assignment: u32,
    citation: u32,
}

#[derive(Deserialize)]
struct Bodies {
    names: Vec<String>,
}

#[derive(Deserialize)]
struct Closing {
    text: String,
}

/// A city, or a district or county of one.
struct Place {
    name: String,
    code: String,
    city: Option<usize>,
    /// What it calls itself: 市, 区, 县.
    level: char,
}

struct Corpus {
    patterns: Patterns,
    places: Vec<Place>,
    seed: u64,
}

/// What is settled of a document before its text, so that others can cite it.
struct Plan<'a> {
    rng: Rng,
    place: &'a Place,
    genre: &'a Genre,
    subject: &'a str,
    year: u32,
    title: String,
    number: String,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let patterns: Patterns = toml::from_str(include_str!("patterns.toml"))?;
    let places = places(&patterns.places, args.documents.div_ceil(OF_A_PLACE));
    let corpus = Corpus { patterns, places, seed: args.seed };
    fs::create_dir_all(&args.out).with_context(|| args.out.display().to_string())?;
    fs::write(args.out.join("names.toml"), corpus.names())?;
    let mut bytes = 0;
    for number in 0..args.documents {
        let path = path(&args.out, number);
        if number.is_multiple_of(IN_A_FOLDER) {
            fs::create_dir_all(path.parent().unwrap_or(&args.out))?;
        }
        let text = corpus.document(number);
        bytes += text.len();
        fs::write(path, text)?;
    }
    let (documents, places) = (args.documents, corpus.places.len());
    println!("{documents} documents of {places} places, {:.1} MB", bytes as f64 / 1e6);
    Ok(())
}

fn path(out: &Path, number: usize) -> PathBuf {
    out.join(format!("documents/{:04}/{number:07}.txt", number / IN_A_FOLDER))
}

/// So many places: cities, each followed by what is below it.
fn places(names: &PlaceNames, count: usize) -> Vec<Place> {
    let real = include_str!("../../seeds/divisions.csv");
    let cities = names
        .second
        .iter()
        .flat_map(|second| names.first.iter().map(move |first| format!("{first}{second}")));
    let cities = cities.filter(|name| !real.contains(name.as_str()));
    let mut places = Vec::new();
    for (number, name) in cities.take(99).enumerate() {
        let city = places.len();
        let code = |below: usize| format!("99{:02}{below:02}", number + 1);
        places.push(Place { name: format!("{name}市"), code: code(0), city: None, level: '市' });
        for (below, name) in names.below.iter().enumerate() {
            let level = name.chars().last().unwrap_or('县');
            // Places of one name in two cities would be one identity to the reader of a text.
            let name = if number == 0 { name.clone() } else { prefixed(name, number, names) };
            places.push(Place { name, code: code(below + 1), city: Some(city), level });
        }
    }
    places.truncate(count.max(1));
    places
}

/// A district's name of its own in each city: the first character is another one.
fn prefixed(name: &str, number: usize, names: &PlaceNames) -> String {
    let first = &names.first[number % names.first.len()];
    let second = &names.second[number / names.first.len() % names.second.len()];
    format!("{first}{second}{}", name.chars().skip(1).collect::<String>())
}

impl Corpus {
    /// The places, in the form of `--names`.
    fn names(&self) -> String {
        let mut toml = String::from("# The invented places of the scale corpus.\n");
        toml.push_str("\n[[division]]\ncode = \"990000\"\nname = \"江南省\"\n");
        for Place { name, code, city, .. } in &self.places {
            let broader = city.map_or("990000", |city| &self.places[city].code);
            let _ = write!(
                toml,
                "\n[[division]]\ncode = \"{code}\"\nname = \"{name}\"\nbroader = \"{broader}\"\n"
            );
        }
        toml
    }

    fn plan(&self, number: usize) -> Plan<'_> {
        let mut rng = Rng::with_seed(self.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ number as u64);
        let place = &self.places[number % self.places.len()];
        let Patterns { header, subjects, genre, .. } = &self.patterns;
        let genre = &genre[rng.usize(..genre.len())];
        let subject = subjects[rng.usize(..subjects.len())].as_str();
        let year = rng.u32(header.year[0]..=header.year[1]);
        let title = fill(
            &genre.title,
            &[("place", &place.name), ("subject", subject), ("year", &year.to_string())],
        );
        let series = pick(&mut rng, &header.series);
        let first: String = place.name.chars().take(2).collect();
        let number = format!("{first}{series}〔{year}〕{}号", number / self.places.len() + 1);
        Plan { rng, place, genre, subject, year, title, number }
    }

    /// An earlier document of the same place or of the city above it, as a text names it.
    fn cited(&self, number: usize, rng: &mut Rng) -> Option<String> {
        let (places, earlier) = (self.places.len(), number / self.places.len());
        let own = number % places;
        let place = match self.places[own].city {
            Some(city) if rng.bool() => city,
            _ => own,
        };
        let cited = (earlier > 0).then(|| self.plan(rng.usize(..earlier) * places + place))?;
        Some(format!("《{}》（{}）", cited.title, cited.number))
    }

    fn document(&self, number: usize) -> String {
        let Plan { mut rng, place, genre, subject, year, title, number: own } = self.plan(number);
        let unnamed = "国家和省有关要求";
        let mut cite =
            |rng: &mut Rng| self.cited(number, rng).unwrap_or_else(|| unnamed.to_owned());
        let level = place.level.to_string();
        let (month, day) = (rng.u32(1..=12), rng.u32(1..=28));
        let office = format!("{}人民政府办公室", place.name);
        let mut text = String::new();
        if genre.notice {
            let _ = write!(text, "{office}关于印发《{title}》的通知\n{own}\n");
            let _ = write!(text, "各有关单位：\n现将《{title}》印发给你们，请认真组织实施。\n");
            let _ = write!(text, "{office}\n{year}年{month}月{day}日\n\n{title}\n");
        } else {
            let _ = write!(text, "{title}\n{own}\n各有关单位：\n");
        }
        let cited = cite(&mut rng);
        let known = [
            ("cited", cited.as_str()),
            ("subject", subject),
            ("year", &year.to_string()),
            ("level", &level),
        ];
        let _ = writeln!(text, "{}", fill(&genre.opening, &known));
        let items = rng.usize(genre.items[0]..=genre.items[1]);
        let Headings { of, numbers } = &self.patterns.headings;
        let sections = items.div_ceil(5).clamp(1, numbers.len());
        for item in 0..items {
            if item % items.div_ceil(sections) == 0 {
                let section = item / items.div_ceil(sections);
                let _ = writeln!(text, "{}、{}", numbers[section], pick(&mut rng, of));
            }
            let _ = writeln!(text, "{}.{}", item + 1, self.item(place, year, &mut rng, &mut cite));
        }
        let _ = writeln!(text, "{}", fill(&self.patterns.closing.text, &[("place", &place.name)]));
        if !genre.notice {
            let _ = write!(text, "{office}\n{year}年{month}月{day}日\n");
        }
        text
    }

    fn item(
        &self,
        place: &Place,
        year: u32,
        rng: &mut Rng,
        cite: &mut impl FnMut(&mut Rng) -> String,
    ) -> String {
        let Items { heading, verbs, objects, sentences, targets, things, dates, .. } =
            &self.patterns.items;
        let Items { deadlines, assignments, share, citation, .. } = &self.patterns.items;
        let (verb, object) = (pick(rng, verbs), pick(rng, objects));
        let mut text = fill(pick(rng, heading), &[("verb", verb), ("object", object)]);
        text.push('。');
        let stands = |rng: &mut Rng, share: u32| rng.u32(..100) < share;
        let time = [
            ("month", rng.u32(3..=12).to_string()),
            ("year", year.to_string()),
            ("next", (year + rng.u32(1..=3)).to_string()),
        ];
        let time: Vec<_> = time.iter().map(|(name, value)| (*name, value.as_str())).collect();
        if stands(rng, share.sentence) {
            text.push_str(pick(rng, sentences));
        }
        if stands(rng, share.target) {
            let (count, percent) = (rng.u32(2..400).to_string(), rng.u32(60..100).to_string());
            let (small, date) = (rng.u32(3..20).to_string(), fill(pick(rng, dates), &time));
            let known = [
                ("count", count.as_str()),
                ("percent", &percent),
                ("small", &small),
                ("date", &date),
                ("thing", pick(rng, things)),
            ];
            text.push_str(&fill(pick(rng, targets), &known));
        }
        if stands(rng, share.citation) {
            text.push_str(&fill(citation, &[("cited", &cite(rng))]));
        }
        if stands(rng, share.deadline) {
            text.push_str(&fill(pick(rng, deadlines), &time));
        }
        if stands(rng, share.assignment) {
            let names = &self.patterns.bodies.names;
            let bodies: Vec<String> = rng
                .choose_multiple(names.iter(), 3)
                .into_iter()
                .map(|name| format!("{}{name}", place.level))
                .collect();
            let bodies: Vec<_> =
                ["a", "b", "c"].into_iter().zip(bodies.iter().map(|b| &**b)).collect();
            text.push_str(&fill(pick(rng, assignments), &bodies));
        }
        text
    }
}

fn pick<'a>(rng: &mut Rng, of: &'a [String]) -> &'a str {
    &of[rng.usize(..of.len())]
}

/// The pattern with `{name}` replaced.
fn fill(pattern: &str, known: &[(&str, &str)]) -> String {
    known
        .iter()
        .fold(pattern.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}
