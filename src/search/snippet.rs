//! A little of a text around what was sought.

use tantivy::tokenizer::Token;

use super::Tokenizer;
use super::question::Question;

/// Code points that a snippet has at most, and how many of them before the first mark.
const LENGTH: usize = 90;
const BEFORE: usize = 24;

/// Words of one character are too common to be marked by themselves.
const SHORTEST: usize = 2;

/// A piece of a text, with `…` where more of it follows or goes before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snippet {
    pub text: String,
    /// What was sought, in code points of the snippet: first, and one past the last.
    pub marks: Vec<(usize, usize)>,
}

/// What to mark: the clauses as they are written, or else the words of each.
pub(super) struct Needles(Vec<Needle>);

struct Needle {
    whole: Vec<Token>,
    words: Vec<Vec<Token>>,
}

impl Needles {
    pub(super) fn new(question: &Question, tokenizer: &Tokenizer) -> Self {
        let needle = |clause: &super::question::Clause| {
            let words = if clause.exact { vec![] } else { tokenizer.sought_words(&clause.text) };
            let words = words.iter().filter(|word| word.text.chars().count() >= SHORTEST);
            Needle {
                whole: Tokenizer::characters(&clause.text),
                words: words.map(|word| Tokenizer::characters(&word.text)).collect(),
            }
        };
        Self(question.wanted().map(needle).collect())
    }

    /// The snippet of the first of these texts that has something to mark, else of the first.
    pub(super) fn snippet(&self, texts: &[String]) -> Snippet {
        let marked = texts.iter().map(|text| (text, self.marks(text)));
        let best = marked.clone().find(|(_, marks)| !marks.is_empty()).or_else(|| {
            let mut marked = marked;
            marked.next()
        });
        best.map(|(text, marks)| cut(text, &marks)).unwrap_or_default()
    }

    /// The places to mark, in bytes, in their order and apart from each other.
    fn marks(&self, text: &str) -> Vec<(usize, usize)> {
        let tokens = Tokenizer::characters(text);
        let mut marks = Vec::new();
        for needle in &self.0 {
            let whole = places(&tokens, &needle.whole);
            if whole.is_empty() {
                marks.extend(needle.words.iter().flat_map(|word| places(&tokens, word)));
            } else {
                marks.extend(whole);
            }
        }
        marks.sort_unstable();
        let mut apart: Vec<(usize, usize)> = Vec::new();
        for (start, end) in marks {
            match apart.last_mut() {
                Some(last) if start <= last.1 => last.1 = last.1.max(end),
                _ => apart.push((start, end)),
            }
        }
        apart
    }
}

/// Where a sequence of tokens stands among others, in bytes.
fn places(tokens: &[Token], needle: &[Token]) -> Vec<(usize, usize)> {
    if needle.is_empty() {
        return Vec::new();
    }
    let is_needle = |window: &&[Token]| {
        let start = (window[0].position, needle[0].position);
        window.iter().zip(needle).all(|(token, sought)| {
            token.text == sought.text && token.position - start.0 == sought.position - start.1
        })
    };
    let windows = tokens.windows(needle.len()).filter(is_needle);
    windows.map(|window| (window[0].offset_from, window[window.len() - 1].offset_to)).collect()
}

/// Cuts around the first mark, at a line's beginning where one is near.
fn cut(text: &str, marks: &[(usize, usize)]) -> Snippet {
    let offsets: Vec<usize> = text.char_indices().map(|(offset, _)| offset).collect();
    let point = |byte: usize| offsets.partition_point(|&offset| offset < byte);
    let first = marks.first().map_or(0, |&(start, _)| point(start));
    let mut start = first.saturating_sub(BEFORE);
    if start + LENGTH > offsets.len() {
        start = offsets.len().saturating_sub(LENGTH).min(first);
    }
    let end = (start + LENGTH).min(offsets.len());
    let byte = |point: usize| offsets.get(point).copied().unwrap_or(text.len());
    let (more_before, more_after) = (start > 0, end < offsets.len());
    let piece = text[byte(start)..byte(end)].replace('\n', " ");
    let shift = usize::from(more_before);
    let inside = |&(from, to): &(usize, usize)| {
        let (from, to) = (point(from).max(start), point(to).min(end));
        (from < to).then(|| (from - start + shift, to - start + shift))
    };
    let ellipsis = |more: bool| if more { "…" } else { "" };
    Snippet {
        text: format!("{}{piece}{}", ellipsis(more_before), ellipsis(more_after)),
        marks: marks.iter().filter_map(inside).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::token::tests::TOKENIZER;
    use super::*;

    fn shown(question: &str, texts: &[&str]) -> String {
        let question = Question::parse(question).unwrap();
        let texts: Vec<String> = texts.iter().map(|&text| text.into()).collect();
        let Snippet { text, marks } = Needles::new(&question, &TOKENIZER).snippet(&texts);
        let mut shown = String::new();
        for (at, ch) in text.chars().enumerate() {
            shown.extend(marks.iter().filter(|mark| mark.0 == at).map(|_| '['));
            shown.push(ch);
            shown.extend(marks.iter().filter(|mark| mark.1 == at + 1).map(|_| ']'));
        }
        shown
    }

    #[test]
    fn what_was_sought_is_marked() {
        assert_eq!(shown("控辍保学", &["抓好控辍保学，防止辍学。"]), "抓好[控辍保学]，防止辍学。");
        assert_eq!(shown("教师培训", &["培训骨干教师"]), "[培训]骨干[教师]");
        assert_eq!(shown("\"教师培训\"", &["培训骨干教师"]), "培训骨干教师");
        assert_eq!(shown("5g 基站", &["新建５Ｇ基站"]), "新建[５Ｇ基站]");
        assert_eq!(shown("各县市区", &["由各县（市、区）办"]), "由[各县（市、区]）办");
    }

    #[test]
    fn the_name_that_was_hit_is_shown() {
        assert_eq!(shown("市教育局", &["青澜市教体局", "市教育局"]), "[市教育局]");
        assert_eq!(shown("jyj", &["青澜市教育局", "市教育局"]), "青澜市教育局");
    }

    #[test]
    fn a_long_text_is_cut_around_the_first_mark() {
        let text = format!("{}控辍保学\n{}", "前".repeat(200), "后".repeat(200));
        let shown = shown("控辍保学", &[&text]);
        assert_eq!(shown, format!("…{}[控辍保学] {}…", "前".repeat(24), "后".repeat(61)));
    }
}
