//! Spaces that PDF extraction puts around digits and Latin letters (`2023 年6 月`) → none.
//!
//! Invariant: a space between two Chinese words stays (`市委教育工委 市教育局`), and so does one that
//! parts the fields of a metadata line (`来源 2023-03-15`) or a number from its item (`1 加强…`).

use std::ops::Range;

use super::draft::Line;

/// Drops such spaces from a paragraph; in one that was `wrapped`, also those beside punctuation.
pub(super) fn tidy(line: &mut Line, wrapped: bool) {
    if !line.text.contains(' ') {
        return;
    }
    let text = line.text.as_str();
    let cuts: Vec<Range<usize>> = text
        .match_indices(' ')
        .filter(|&(at, _)| is_artefact(&text[..at], &text[at + 1..], wrapped))
        .map(|(at, _)| at..at + 1)
        .collect();
    line.remove(&cuts);
}

fn is_artefact(left: &str, right: &str, wrapped: bool) -> bool {
    let (Some(before), Some(after)) = (left.chars().next_back(), right.chars().next()) else {
        return false;
    };
    if wrapped && (is_mark(before) || is_mark(after)) {
        return true;
    }
    match (before.is_ascii_alphanumeric() || before == '%', after.is_ascii_alphanumeric()) {
        (true, false) if is_han(after) => {
            let token = left.rsplit(|c: char| !is_token(c)).next().unwrap_or_default();
            let leads = token.len() == left.len();
            !is_field(token) && (!leads || is_counter(after) || token.len() > 3)
        }
        (false, true) if is_han(before) => {
            let token = right.split(|c: char| !is_token(c)).next().unwrap_or_default();
            !is_field(token)
        }
        _ => false,
    }
}

fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | ':' | '.' | '/' | '%' | '+')
}

/// A date in figures, a time, a number of an item: something that stands by itself.
fn is_field(token: &str) -> bool {
    token.contains(['-', ':', '/']) || token.ends_with('.')
}

fn is_counter(c: char) -> bool {
    "年月日号时分秒个项家条名所万亿元人次件类种批米公里吨度岁天周级".contains(c)
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}' | '〇')
}

fn is_mark(c: char) -> bool {
    matches!(
        c,
        '，' | '。'
            | '、'
            | '；'
            | '：'
            | '？'
            | '！'
            | '（'
            | '）'
            | '《'
            | '》'
            | '〈'
            | '〉'
            | '“'
            | '”'
            | '‘'
            | '’'
            | '【'
            | '】'
            | '〔'
            | '〕'
            | '—'
            | '…'
    )
}

#[cfg(test)]
mod tests {
    use super::super::draft::Kind;
    use super::*;

    fn tidied(text: &str, wrapped: bool) -> String {
        let mut line = Line::new(Kind::Text, text.into(), 0, 1);
        tidy(&mut line, wrapped);
        line.text
    }

    #[test]
    fn spaces_of_extraction_go() {
        assert_eq!(
            tidied("（2023 年6 月20 日）增长1800 亿元", true),
            "（2023年6月20日）增长1800亿元"
        );
        assert_eq!(tidied("2023 年底前建成5G 基站", false), "2023年底前建成5G基站");
        assert_eq!(tidied("“全区通办” 事项", true), "“全区通办”事项");
    }

    #[test]
    fn spaces_that_part_fields_stay() {
        for text in [
            "来源 2023-03-15 17:25 青澜网",
            "青澜市委 青澜市政府",
            "1 加强统筹",
            "1. 青澜市关于X的通知",
        ] {
            assert_eq!(tidied(text, true), text);
        }
    }
}
