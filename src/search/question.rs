//! What is asked: words and phrases, all of which are needed.
//!
//! ```text
//! 控辍保学 教育局      both
//! "控辍保学"           exactly these characters one after another (“…” does as well)
//! 控辍保学 OR 义务教育  one of them; OR binds less than the space
//! 教育 -培训           the first without the second
//! ```

use super::SearchError;

/// Code points that a question may have.
const LONGEST: usize = 400;

/// A parsed question: one of `any` must hold.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Question {
    pub(super) any: Vec<All>,
}

/// Clauses that must all hold.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct All {
    pub(super) wanted: Vec<Clause>,
    pub(super) unwanted: Vec<Clause>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Clause {
    pub(super) text: String,
    /// In quotation marks: the characters must follow each other.
    pub(super) exact: bool,
}

impl Question {
    /// Parses a question. Anything is one that names something to look for.
    pub(super) fn parse(text: &str) -> Result<Self, SearchError> {
        if text.chars().count() > LONGEST {
            return Err(SearchError::TooLong { longest: LONGEST });
        }
        let mut question = Self { any: vec![All::default()] };
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            rest = question.next(rest).trim_start();
        }
        if question.any.len() > 1 && question.any.iter().any(All::is_empty) {
            return Err(SearchError::NothingBesideOr);
        }
        if question.any.iter().any(|all| all.wanted.is_empty()) {
            return Err(SearchError::NothingSought);
        }
        Ok(question)
    }

    /// Takes one clause from the beginning, and gives back what follows it.
    fn next<'t>(&mut self, text: &'t str) -> &'t str {
        let (unwanted, clause) = match text.strip_prefix(['-', '－']) {
            Some(clause) => (true, clause),
            None => (false, text),
        };
        let (body, exact, rest) = match clause.strip_prefix(['"', '“', '”', '＂']) {
            Some(quoted) => {
                let (body, rest) = quoted.split_once(['"', '”', '“', '＂']).unwrap_or((quoted, ""));
                (body, true, rest)
            }
            None => {
                let is_end = |c: char| c.is_whitespace() || ['"', '“', '”', '＂'].contains(&c);
                let end = clause.find(is_end).unwrap_or(clause.len());
                (&clause[..end], false, &clause[end..])
            }
        };
        if body == "OR" && !exact && !unwanted {
            self.any.push(All::default());
        } else if super::token::Tokenizer::characters(body).is_empty() {
            // Punctuation alone asks for nothing.
        } else if let Some(all) = self.any.last_mut() {
            let clauses = if unwanted { &mut all.unwanted } else { &mut all.wanted };
            clauses.push(Clause { text: body.to_owned(), exact });
        }
        rest
    }

    /// The clauses that a thing that answers has.
    pub(super) fn wanted(&self) -> impl Iterator<Item = &Clause> {
        self.any.iter().flat_map(|all| &all.wanted)
    }
}

impl All {
    fn is_empty(&self) -> bool {
        self.wanted.is_empty() && self.unwanted.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(text: &str) -> String {
        let show = |clause: &Clause| {
            if clause.exact { format!("«{}»", clause.text) } else { clause.text.clone() }
        };
        let all = |all: &All| {
            let wanted = all.wanted.iter().map(show);
            let unwanted = all.unwanted.iter().map(|clause| format!("-{}", show(clause)));
            wanted.chain(unwanted).collect::<Vec<_>>().join(" ")
        };
        let question = Question::parse(text).unwrap();
        question.any.iter().map(all).collect::<Vec<_>>().join(" | ")
    }

    #[test]
    fn words_phrases_or_and_without() {
        assert_eq!(shape(" 控辍保学　教育局 "), "控辍保学 教育局");
        assert_eq!(shape("“控辍 保学”教育"), "«控辍 保学» 教育");
        assert_eq!(shape("a OR b c -d -\"e f\""), "a | b c -d -«e f»");
        assert_eq!(shape("\"OR\" 2024-2025 “未完"), "«OR» 2024-2025 «未完»");
        assert_eq!(shape("，教育、 （） 局"), "，教育、 局");
    }

    #[test]
    fn a_question_asks_for_something() {
        for text in ["", "  ", "，。", "-教育", "\"\""] {
            assert!(matches!(Question::parse(text), Err(SearchError::NothingSought)), "{text}");
        }
        for text in ["OR", "a OR", "OR a", "a OR OR b"] {
            assert!(matches!(Question::parse(text), Err(SearchError::NothingBesideOr)), "{text}");
        }
        let long = "教".repeat(401);
        assert!(matches!(Question::parse(&long), Err(SearchError::TooLong { .. })));
    }
}
