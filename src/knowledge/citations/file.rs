//! `seeds/citations.toml` as it is written; the examples in it are read by the tests only.

use serde::Deserialize;

use crate::model::CitationKind;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    pub before: Vec<BeforeEntry>,
    pub not_verbs: Words,
    pub after: Vec<AfterEntry>,
    pub between: Words,
    pub frame: Frame,
    pub formula: Vec<Formula>,
    pub alias: Words,
    pub done: Done,
    pub normative: Endings,
    pub other: Endings,
    pub number: Number,
    pub standard: Standard,
    pub maker: Maker,
    pub place: Place,
    pub relation: Vec<RelationEntry>,
    pub derived: Derived,
}

#[derive(Deserialize)]
pub struct BeforeEntry {
    pub kind: CitationKind,
    #[serde(default)]
    pub light: bool,
    #[serde(default)]
    pub adjacent: bool,
    #[serde(default)]
    pub issuing: bool,
    #[serde(default)]
    pub disposal: bool,
    pub words: Vec<String>,
}

#[derive(Deserialize)]
pub struct AfterEntry {
    pub kind: CitationKind,
    #[serde(default)]
    pub derived: bool,
    pub words: Vec<String>,
}

#[derive(Deserialize)]
pub struct Words {
    pub words: Vec<String>,
}

#[derive(Deserialize)]
pub struct Frame {
    pub opens: Vec<String>,
    pub closes: Vec<String>,
}

#[derive(Deserialize)]
pub struct Formula {
    pub kind: CitationKind,
    pub words: Vec<String>,
}

#[derive(Deserialize)]
pub struct Done {
    pub words: Vec<String>,
    pub verbs: Vec<String>,
}

#[derive(Deserialize)]
pub struct Endings {
    pub endings: Vec<String>,
}

#[derive(Deserialize)]
pub struct Number {
    pub pattern: String,
}

#[derive(Deserialize)]
pub struct Standard {
    pub follows: Vec<String>,
    pub number: String,
}

#[derive(Deserialize)]
pub struct Maker {
    pub tails: Vec<String>,
    pub short: Vec<Short>,
}

#[derive(Clone, Deserialize)]
pub struct Short {
    pub name: String,
    pub full: String,
}

#[derive(Deserialize)]
pub struct Place {
    pub endings: Vec<String>,
    pub starts: Vec<String>,
    pub provinces: Vec<String>,
    pub none: Vec<String>,
    pub not_before: Vec<char>,
}

#[derive(Deserialize)]
pub struct RelationEntry {
    pub kind: CitationKind,
    pub verbs: Vec<String>,
    pub tail: String,
}

#[derive(Deserialize)]
pub struct Derived {
    pub laws: Vec<String>,
    pub tail: String,
}
