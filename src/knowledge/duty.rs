//! Whether an article of a regulation lays a duty on a body: the table `duty` of `seeds/outline.toml`.
//!
//! A pattern of all this counts characters at every place at once and makes a regular expression slow;
//! so the words are looked for, and only what stands between two of them is counted.

use aho_corasick::AhoCorasick;
use regex::Regex;
use serde::Deserialize;

use super::words::anywhere;

/// Stops that part clauses; a body and its duty stand in one.
const STOPS: [char; 3] = ['。', '；', '，'];
/// The body of a duty stands so near the beginning of the sentence, in characters.
const BEGINNING: usize = 60;
/// … or its name opens a clause so near, and the clause states a duty.
const OPENS: usize = 4;
/// The bytes of one character.
const SINGLE: usize = '办'.len_utf8();
/// At most so many characters stand between a body and its duty.
const APART: usize = 20;
/// So many characters stand between 由 and the last word of a name.
const NAME: std::ops::RangeInclusive<usize> = 2..=24;
/// At most so many characters stand between the body that 由 names and what it does.
const ACT_APART: usize = 12;

#[derive(Deserialize)]
pub struct File {
    bodies: Vec<String>,
    duties: Vec<String>,
    agents: Vec<String>,
    acts: Vec<String>,
    asides: Vec<String>,
    formulae: String,
    #[cfg(test)]
    pub formula_examples: Vec<String>,
}

/// The compiled table.
pub struct Duties {
    /// What bodies are called: `市城市管理部门`.
    bodies: AhoCorasick,
    /// What follows them: `应当`.
    duties: AhoCorasick,
    /// What bodies behind 由 are called.
    agents: AhoCorasick,
    /// What follows those: `由市发展改革部门会同`.
    acts: AhoCorasick,
    /// What tells that a later clause lays no duty: who breaks a rule, what a word means.
    asides: AhoCorasick,
    /// What a document says of itself.
    formulae: Regex,
}

impl Duties {
    pub fn compile(file: &File) -> Result<Self, Box<dyn std::error::Error>> {
        Ok(Self {
            bodies: anywhere(&file.bodies)?,
            duties: anywhere(&file.duties)?,
            agents: anywhere(&file.agents)?,
            acts: anywhere(&file.acts)?,
            asides: anywhere(&file.asides)?,
            formulae: Regex::new(&file.formulae)?,
        })
    }

    /// Whether supplementary provisions lay a duty on a body in `sentence`, that is no formula.
    pub fn lie_in_provision(&self, sentence: &str) -> bool {
        self.lie_in(sentence) && !self.formulae.is_match(sentence)
    }

    /// Whether `sentence` lays a duty on a body.
    pub fn lie_in(&self, sentence: &str) -> bool {
        let mut start = 0;
        // The first sentence of several, or the first part.
        let mut first = true;
        for clause in sentence.split_inclusive(STOPS) {
            let before = &sentence[..start];
            if first && self.is_subject(before, clause) || self.is_agent(clause) {
                return true;
            }
            first &= !clause.ends_with(['。', '；']);
            start += clause.len();
        }
        false
    }

    /// `市城市管理部门应当…`, with `before` before it in the sentence.
    fn is_subject(&self, before: &str, clause: &str) -> bool {
        pairs(&self.bodies, &self.duties, clause).any(|(body, between)| {
            let own = &clause[..body];
            let name = between.as_ptr() as usize - clause[body..].as_ptr() as usize;
            // A word of one character (办) opens a clause by chance.
            let opens = !before.is_empty() && own.chars().nth(OPENS).is_none() && name > SINGLE;
            between.chars().nth(APART).is_none()
                && (before.chars().chain(own.chars()).nth(BEGINNING).is_none()
                    || opens && !self.asides.is_match(before))
        })
    }

    /// `由市发展改革部门会同…`.
    fn is_agent(&self, clause: &str) -> bool {
        clause.contains('由')
            && pairs(&self.agents, &self.acts, clause).any(|(body, between)| {
                let name = |(at, by): (usize, &str)| clause.get(at + by.len()..body);
                between.chars().nth(ACT_APART).is_none()
                    && clause
                        .match_indices('由')
                        .filter_map(name)
                        .any(|name| NAME.contains(&name.chars().count()))
            })
    }
}

/// Each of the first words with each of the second behind it: where it begins, and what stands between.
fn pairs<'a>(
    first: &'a AhoCorasick,
    second: &'a AhoCorasick,
    clause: &'a str,
) -> impl Iterator<Item = (usize, &'a str)> {
    let second: Vec<usize> = second.find_overlapping_iter(clause).map(|m| m.start()).collect();
    let some = (!second.is_empty()).then(|| first.find_overlapping_iter(clause));
    some.into_iter().flatten().flat_map(move |m| {
        let behind = second.clone().into_iter().filter(move |&at| at >= m.end());
        behind.map(move |at| (m.start(), &clause[m.end()..at]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> AhoCorasick {
        anywhere(words).unwrap()
    }

    #[test]
    fn what_stands_between_is_counted() {
        let duties = Duties {
            bodies: words(&["部门"]),
            duties: words(&["应当"]),
            agents: words(&["局"]),
            acts: words(&["负责"]),
            asides: words(&["违反"]),
            formulae: Regex::new("施行").unwrap(),
        };
        let lie = |sentence: &str| duties.lie_in(sentence);
        let far = |n| "甲".repeat(n);
        assert!(lie(&format!("{}部门{}应当", far(60), far(20))));
        assert!(!lie(&format!("{}部门应当", far(61))));
        assert!(!lie(&format!("部门{}应当", far(21))));
        assert!(lie(&format!("{}，制证部门应当", far(80))));
        assert!(!lie(&format!("违反{}，制证部门应当", far(80))));
        assert!(lie("甲，部门应当") && !lie("甲；部门应当") && !lie("部门，应当"));
        assert!(lie(&format!("由{}局{}负责", far(24), far(12))));
        assert!(lie(&format!("{}。由甲乙局负责", far(80))));
        assert!(!lie(&format!("由{}局负责", far(25))) && !lie("由甲局负责"));
        assert!(!lie(&format!("由甲乙局{}负责", far(13))));
    }
}
