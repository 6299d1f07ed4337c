//! Two names of one body: `大数据局` and `大数据管理局`.
//!
//! Invariant: a name is short only for a longer one that ends as it does.

use serde::Deserialize;

/// What shorter names leave out; `seeds/names.toml` has it with examples.
#[derive(Clone, Debug, Deserialize)]
pub struct Same {
    omitted: Vec<String>,
    shortened: Vec<(String, String)>,
    group: String,
    added: String,
}

impl Same {
    /// A name without any word that may be left out: the same for all that may be short for one another.
    pub fn core(&self, name: &str) -> String {
        self.omitted.iter().fold(self.shorten(name), |name, word| name.replace(word, ""))
    }

    /// Whether `short` is `long` without some of the words that short names leave out.
    pub fn is_short_for(&self, short: &str, long: &str) -> bool {
        short.len() < long.len()
            && short.chars().next_back() == long.chars().next_back()
            && self.rest_is_omitted(&self.shorten(short), &self.shorten(long))
    }

    /// What a group may be called at greater length: (the word before which it has one more, both).
    /// `招商引资领导小组办公室` may be the `招商引资工作领导小组办公室`.
    pub fn group(&self) -> (&str, String) {
        (&self.group, format!("{}{}", self.added, self.group))
    }

    fn shorten(&self, name: &str) -> String {
        self.shortened.iter().fold(name.to_owned(), |name, (long, short)| name.replace(long, short))
    }

    fn rest_is_omitted(&self, short: &str, long: &str) -> bool {
        if short == long {
            return true;
        }
        let next = |s: &str| s.chars().next();
        let go_on = || match (next(short), next(long)) {
            (Some(a), Some(b)) if a == b => {
                self.rest_is_omitted(&short[a.len_utf8()..], &long[b.len_utf8()..])
            }
            _ => false,
        };
        let omitted = |word: &String| {
            let rest = long.strip_prefix(word.as_str());
            rest.is_some_and(|rest| self.rest_is_omitted(short, rest))
        };
        go_on() || self.omitted.iter().any(omitted)
    }
}
