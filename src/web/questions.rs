//! The questions of `queries/`, and what in them the asker fills in.
//!
//! A question is SPARQL that runs as it is. The comment on top says what it asks (`# 问: …`, `# Q: …`) and which of its
//! values others may take the place of, a line each: `# 填: agencyName agency 机构 / Agency` is the variable, what kind
//! of value it takes ([`Kind`]) and what it is called. The variable has its one value in a VALUES clause.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::labels::Label;

/// A name and a query of each of these.
macro_rules! questions {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../../queries/", $name, ".rq")))),*]
    };
}

const TEXTS: [(&str, &str); 18] = questions![
    "agency-by-role",
    "body-and-table",
    "compare-indicator",
    "compare-regions",
    "cooperation",
    "deadline-calendar",
    "documents",
    "documents-to-draft",
    "evidence",
    "led-and-supported",
    "lineage",
    "targets-due",
    "targets-without-deadline",
    "tasks-of-leader",
    "tasks-without-lead",
    "uncertain-claims",
    "unresolved-names",
    "who-cites",
];

pub(super) static QUESTIONS: LazyLock<Vec<Question>> = LazyLock::new(|| {
    TEXTS.into_iter().map(|(name, text)| Question { name, text, fields: fields(text) }).collect()
});

/// A question of the library.
pub(super) struct Question {
    pub(super) name: &'static str,
    /// The query with its comments.
    pub(super) text: &'static str,
    pub(super) fields: Vec<Field>,
}

/// A value of a question that the asker may put another in the place of.
pub(super) struct Field {
    /// The variable.
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) label: Label,
    /// Where in the text the value is.
    place: Range<usize>,
}

/// What a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name of an agency of the store.
    Agency,
    /// A title of a document that the store has or that one of them cites.
    Document,
    /// A day.
    Date,
    Number,
    /// Any text.
    Words,
}

impl Question {
    /// The question of this name.
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        QUESTIONS.iter().find(|question| question.name == name)
    }

    /// What it asks.
    pub(super) fn asks(&self) -> Label {
        let line = |mark: &str| self.text.lines().find_map(|line| line.strip_prefix(mark));
        let [zh, en] = ["# 问: ", "# Q: "].map(|mark| line(mark).unwrap_or(self.name).to_owned());
        Label { zh, en }
    }

    /// The value that a field has as the question stands.
    pub(super) fn value(&self, field: &Field) -> &'static str {
        &self.text[field.place.clone()]
    }

    /// The query with other values, by field; what is not given stays.
    ///
    /// # Errors
    /// The field whose value is not of its kind.
    pub(super) fn filled(&self, given: &[(String, String)]) -> Result<String, &Field> {
        let mut text = self.text.to_owned();
        // From the end, so that places stay where they are.
        let mut fields: Vec<&Field> = self.fields.iter().collect();
        fields.sort_by_key(|field| std::cmp::Reverse(field.place.start));
        for field in fields {
            let value = given.iter().find(|(name, _)| name == field.name).map(|(_, value)| value);
            let Some(value) = value.map(|value| value.trim()).filter(|value| !value.is_empty())
            else {
                continue;
            };
            if !field.kind.takes(value) {
                return Err(field);
            }
            text.replace_range(field.place.clone(), &escaped(value));
        }
        Ok(text)
    }
}

impl Kind {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "agency" => Self::Agency,
            "document" => Self::Document,
            "date" => Self::Date,
            "number" => Self::Number,
            "words" => Self::Words,
            _ => return None,
        })
    }

    fn takes(self, value: &str) -> bool {
        match self {
            Self::Date => value.len() == 10 && value.parse::<jiff::civil::Date>().is_ok(),
            Self::Number => {
                let mut parts = value.splitn(2, '.');
                parts.all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
            }
            Self::Agency | Self::Document | Self::Words => true,
        }
    }
}

/// A text between quotation marks of SPARQL.
fn escaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for ch in value.chars() {
        match ch {
            '\\' | '"' => text.extend(['\\', ch]),
            // A field of a form has no lines.
            ch if ch.is_control() => text.push(' '),
            ch => text.push(ch),
        }
    }
    text
}

/// The fields that a question declares, in their order. A test sees to it that each is well made.
fn fields(text: &'static str) -> Vec<Field> {
    let head = text.lines().take_while(|line| line.starts_with('#'));
    let declared = head.filter_map(|line| line.strip_prefix("# 填: "));
    declared.filter_map(|line| field(text, line)).collect()
}

fn field(text: &str, line: &'static str) -> Option<Field> {
    let (name, rest) = line.split_once(' ')?;
    let (kind, label) = rest.split_once(' ')?;
    let (zh, en) = label.split_once(" / ")?;
    let label = Label { zh: zh.to_owned(), en: en.to_owned() };
    let (_, place) = places(text).find(|(variable, _)| *variable == name)?;
    Some(Field { name, kind: Kind::named(kind)?, label, place })
}

/// Variables and values of a VALUES clause.
static CLAUSE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"VALUES\s*\(?\s*((?:\?\w+\s*)+)\)?\s*\{([^{}]*)\}").expect("a pattern")
});
/// A text or a number in it.
static VALUE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#""([^"\\]*)"(?:\^\^\S+)?|\b(\d+(?:\.\d+)?)\b"#).expect("a pattern")
});

/// The variables that have one value in a VALUES clause, and where that stands, without quotation marks and type.
fn places(text: &str) -> impl Iterator<Item = (&str, Range<usize>)> {
    CLAUSE.captures_iter(text).flat_map(|clause| {
        let (variables, values) = (clause.get(1), clause.get(2));
        let (Some(variables), Some(values)) = (variables, values) else { return Vec::new() };
        let names: Vec<&str> = variables.as_str().split_whitespace().collect();
        let found = VALUE.captures_iter(values.as_str());
        let found: Vec<_> = found.filter_map(|value| value.get(1).or(value.get(2))).collect();
        if found.len() != names.len() {
            return Vec::new();
        }
        let place =
            |value: regex::Match<'_>| values.start() + value.start()..values.start() + value.end();
        let names = names.into_iter().map(|name| name.trim_start_matches('?'));
        names.zip(found.into_iter().map(place)).collect()
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use spargebra::SparqlParser;

    use super::*;

    #[test]
    fn every_file_is_a_question() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/queries");
        let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        let names: BTreeSet<String> =
            names.map(|name| name.to_str().unwrap().trim_end_matches(".rq").to_owned()).collect();
        assert_eq!(names, TEXTS.map(|(name, _)| name.to_owned()).into());
    }

    #[test]
    fn what_is_declared_can_be_filled_in_and_what_can_be_is_declared() {
        for question in QUESTIONS.iter() {
            let declared = question.text.matches("# 填: ").count();
            assert_eq!(question.fields.len(), declared, "{}", question.name);
            let fields: BTreeSet<&str> = question.fields.iter().map(|field| field.name).collect();
            let asked = places(question.text).map(|(variable, _)| variable).collect();
            assert_eq!(fields, asked, "{}", question.name);
        }
    }

    #[test]
    fn filled_questions_are_sparql_whatever_is_filled_in() {
        for question in QUESTIONS.iter() {
            let given: Vec<_> = question
                .fields
                .iter()
                .map(|field| {
                    let value = match field.kind {
                        Kind::Date => "2025-06-30",
                        Kind::Number => "0.5",
                        _ => "\"} ; DROP ALL # \\",
                    };
                    (field.name.to_owned(), value.to_owned())
                })
                .collect();
            let filled = question.filled(&given).ok().unwrap();
            assert_eq!(filled != question.text, !question.fields.is_empty(), "{}", question.name);
            let parsed = SparqlParser::new().parse_query(&filled);
            assert!(parsed.is_ok(), "{}: {filled}", question.name);
        }
    }

    #[test]
    fn values_are_of_their_kind() {
        let question = Question::named("deadline-calendar").unwrap();
        let fill = |until: &str| question.filled(&[("until".to_owned(), until.to_owned())]);
        let filled = fill("2026-12-31").ok().unwrap();
        assert!(filled.contains(r#"("2024-01-01"^^xsd:date "2026-12-31"^^xsd:date)"#));
        for wrong in ["2026-02-30", "2026", "明年"] {
            assert_eq!(fill(wrong).err().unwrap().name, "until", "{wrong}");
        }
        assert_eq!(fill("").ok().unwrap(), question.text, "what is left empty stays");
        let number = Question::named("uncertain-claims").unwrap();
        assert_eq!(number.value(&number.fields[0]), "0.85");
        for (value, is_taken) in [("0.7", true), ("1", true), ("1.", false), ("-1", false)] {
            let filled = number.filled(&[("below".to_owned(), value.to_owned())]);
            assert_eq!(filled.is_ok(), is_taken, "{value}");
        }
    }
}
