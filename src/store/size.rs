//! How large a query may be. Parsing and planning go down into a query as deep as it is nested, and try the joins
//! of a group in all orders: neither can be stopped, and a thread that runs out of stack takes the process along.

use spargebra::Query;
use spargebra::algebra::GraphPattern;

/// Brackets within brackets.
const DEEPEST: usize = 150;
/// Operators and clauses; a chain of them is as deep as it is long.
const MOST_OPERATORS: usize = 2000;
/// Triple patterns that are joined with each other; the planner's work grows with the fourth power of them.
const MOST_PATTERNS: usize = 100;

/// Clauses that nest what stands before them.
const CLAUSES: [&str; 9] =
    ["UNION", "OPTIONAL", "MINUS", "FILTER", "BIND", "GRAPH", "SERVICE", "EXISTS", "VALUES"];

/// That a query is too large.
#[derive(Debug, thiserror::Error)]
#[error("查询过于复杂，请拆分 The query is too large, split it: more than {most} {what}")]
pub struct TooLarge {
    what: &'static str,
    most: usize,
}

/// Looks at the text of a query before it is parsed.
pub(super) fn of_query_text(text: &str) -> Result<(), TooLarge> {
    of_text(text, true)
}

/// Looks at the text of an update before it is parsed. It may hold any number of negative numbers as data.
pub(super) fn of_update_text(text: &str) -> Result<(), TooLarge> {
    of_text(text, false)
}

/// `signs`: whether the sign of a number is an operator, as in `1 -1`.
fn of_text(text: &str, signs: bool) -> Result<(), TooLarge> {
    let (mut depth, mut operators) = (0_usize, 0_usize);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '#' => rest.find('\n').unwrap_or(rest.len()),
            '"' | '\'' => string(rest, c),
            '<' => iri(rest).unwrap_or_else(|| {
                operators += 1;
                1
            }),
            '^' if rest.starts_with("^^") => 2,
            '(' | '{' | '[' => {
                depth += 1;
                1
            }
            ')' | '}' | ']' => {
                depth = depth.saturating_sub(1);
                1
            }
            '+' | '-' if !signs && rest[1..].starts_with(|c: char| c.is_ascii_digit()) => 1,
            '+' | '-' | '*' | '/' | '|' | '&' | '=' | '!' | '^' | '>' => {
                operators += 1;
                1
            }
            c if c.is_alphabetic() => {
                let name =
                    |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | ':' | '.' | '%');
                let word = &rest[..rest.find(|c| !name(c)).unwrap_or(rest.len())];
                operators += usize::from(CLAUSES.iter().any(|c| word.eq_ignore_ascii_case(c)));
                word.len()
            }
            c => c.len_utf8(),
        };
        if depth > DEEPEST {
            return Err(TooLarge { what: "brackets within brackets", most: DEEPEST });
        }
        if operators > MOST_OPERATORS {
            return Err(TooLarge { what: "operators and clauses", most: MOST_OPERATORS });
        }
        rest = &rest[length..];
    }
    Ok(())
}

/// The length of the string that begins here, with its quotes; to the end if it has none.
fn string(text: &str, quote: char) -> usize {
    let long = [quote; 3].iter().collect::<String>();
    let quotes = if text.starts_with(&long) { 3 } else { 1 };
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(quotes) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if text[at..].starts_with(&long[..quotes]) => return at + quotes,
            _ => {}
        }
    }
    text.len()
}

/// The length of the IRI that begins here, with its brackets; none if it is a comparison.
fn iri(text: &str) -> Option<usize> {
    let ends = |c: char| c <= ' ' || matches!(c, '<' | '>' | '"' | '{' | '}' | '|' | '^' | '`');
    let end = 1 + text[1..].find(ends)?;
    text[end..].starts_with('>').then_some(end + 1)
}

/// Looks at a query before it is planned.
pub(super) fn of_query(query: &Query) -> Result<(), TooLarge> {
    match query {
        Query::Select { pattern, .. }
        | Query::Construct { pattern, .. }
        | Query::Describe { pattern, .. }
        | Query::Ask { pattern, .. } => of_pattern(pattern),
    }
}

/// Looks at a pattern before it is planned.
pub(super) fn of_pattern(pattern: &GraphPattern) -> Result<(), TooLarge> {
    if patterns(pattern) > MOST_PATTERNS {
        return Err(TooLarge { what: "triple patterns joined", most: MOST_PATTERNS });
    }
    Ok(())
}

/// How many triple patterns the largest join has.
fn patterns(pattern: &GraphPattern) -> usize {
    use GraphPattern as P;
    match pattern {
        P::Bgp { patterns } => patterns.len(),
        P::Path { .. } | P::Values { .. } | P::Service { .. } => 1,
        P::Join { left, right } | P::Lateral { left, right } | P::LeftJoin { left, right, .. } => {
            patterns(left) + patterns(right)
        }
        P::Union { left, right } | P::Minus { left, right } => patterns(left).max(patterns(right)),
        P::Filter { inner, .. }
        | P::Graph { inner, .. }
        | P::Extend { inner, .. }
        | P::OrderBy { inner, .. }
        | P::Project { inner, .. }
        | P::Distinct { inner }
        | P::Reduced { inner }
        | P::Slice { inner, .. }
        | P::Group { inner, .. } => patterns(inner),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_and_chains_are_seen_in_the_text() {
        for (text, fits) in [
            ("(".repeat(10_000), false),
            ("{".repeat(10_000), false),
            ("!".repeat(10_000), false),
            ("+1".repeat(10_000), false),
            ("<1 ".repeat(10_000), false),
            ("{} UNION ".repeat(10_000), false),
            ("() ".repeat(10_000), true),
            ("'((((' ".repeat(10_000), true),
            ("'''\\'((((''' ".repeat(10_000), true),
            ("<http://a/b/c> 'x'^^xsd:a-b-c ".repeat(10_000), true),
            (format!("#{}\n", "(".repeat(10_000)), true),
            ("'unended((".to_owned(), true),
            ("\"数'".to_owned(), true),
        ] {
            let shown: String = text.chars().take(40).collect();
            assert_eq!(of_query_text(&text).is_ok(), fits, "{shown}");
        }
        let numbers = "<a> <b> -1 . ".repeat(10_000);
        assert!(of_update_text(&numbers).is_ok() && of_query_text(&numbers).is_err());
    }
}
