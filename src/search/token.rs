//! Texts to tokens: words, for what a text is about; characters, for what stands in it.
//!
//! Words are cut by a dictionary (jieba), which sees 教育 in 教育局 but may cut a name or a new word
//! otherwise here than there. Characters miss nothing: a phrase of them is found wherever it stands.

use std::sync::Arc;

use jieba_rs::Jieba;
use tantivy::tokenizer::Token;

use super::fold::{Class, Point, fold};

/// Cuts texts into tokens, with a dictionary that is handed in.
pub struct Tokenizer {
    jieba: Arc<Jieba>,
}

impl Tokenizer {
    pub fn new(jieba: Arc<Jieba>) -> Self {
        Self { jieba }
    }

    /// The words of a text that is to be found, and the shorter words in them: 人民政府 and 人民 and 政府.
    pub(super) fn words(&self, text: &str) -> Vec<Token> {
        self.cut(text, |run| self.jieba.cut_for_search(run, true))
    }

    /// The words of a text that is sought.
    pub(super) fn sought_words(&self, text: &str) -> Vec<Token> {
        self.cut(text, |run| self.jieba.cut(run, true))
    }

    fn cut(&self, text: &str, han: impl Fn(&str) -> Vec<jieba_rs::Token<'_>>) -> Vec<Token> {
        let points = fold(text);
        let mut tokens = Tokens::default();
        for (class, run) in runs(&points) {
            match class {
                Class::Han => {
                    let word: String = run.iter().map(|point| point.ch).collect();
                    for cut in han(&word) {
                        tokens.push(&run[cut.start..cut.end]);
                    }
                }
                Class::Word => tokens.push(run),
                Class::Stop | Class::Other => {}
            }
        }
        tokens.list
    }

    /// The characters of a text, and its letters and digits by runs, with positions: a phrase is a sequence of
    /// tokens whose positions follow each other. Brackets, commas and spaces do not count; a full stop or line
    /// break leaves one position free, so that no phrase goes across it.
    pub(super) fn characters(text: &str) -> Vec<Token> {
        let points = fold(text);
        let mut tokens = Tokens::default();
        for (class, run) in runs(&points) {
            match class {
                Class::Han => run.chunks(1).for_each(|point| tokens.push(point)),
                Class::Word => tokens.push(run),
                Class::Stop => tokens.next += 1,
                Class::Other => {}
            }
        }
        tokens.list
    }
}

/// Maximal runs of one class.
fn runs(points: &[Point]) -> impl Iterator<Item = (Class, &[Point])> {
    points
        .chunk_by(|a, b| a.class() == b.class())
        .filter_map(|run| run.first().map(|first| (first.class(), run)))
}

#[derive(Default)]
struct Tokens {
    list: Vec<Token>,
    next: usize,
}

impl Tokens {
    fn push(&mut self, run: &[Point]) {
        let [first, .., last] = run else {
            return run.iter().for_each(|only| self.add(only.ch.into(), *only, *only));
        };
        self.add(run.iter().map(|point| point.ch).collect(), *first, *last);
    }

    fn add(&mut self, text: String, first: Point, last: Point) {
        let (offset_from, offset_to) = (first.start, last.end);
        let position = self.next;
        self.list.push(Token { offset_from, offset_to, position, text, position_length: 1 });
        self.next += 1;
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::LazyLock;

    use super::*;

    /// Loading the dictionary takes a while, so the tests share one.
    pub(in crate::search) static TOKENIZER: LazyLock<Arc<Tokenizer>> =
        LazyLock::new(|| Arc::new(Tokenizer::new(Arc::new(Jieba::new()))));

    fn texts(tokens: &[Token]) -> Vec<&str> {
        tokens.iter().map(|token| token.text.as_str()).collect()
    }

    #[test]
    fn long_words_are_found_by_their_parts() {
        let tokens = TOKENIZER.words("市人民政府办公室");
        let words = texts(&tokens);
        assert!(words.contains(&"人民") && words.contains(&"政府"), "{words:?}");
        let tokens = TOKENIZER.words("新建５Ｇ基站2.5万个（含AI）");
        let words = texts(&tokens);
        for word in ["5g", "2", "5", "ai", "基站"] {
            assert!(words.contains(&word), "{word}: {words:?}");
        }
    }

    #[test]
    fn tokens_name_their_places_in_the_text() {
        let text = "见《５Ｇ方案》。";
        for token in TOKENIZER.words(text).into_iter().chain(Tokenizer::characters(text)) {
            let place = &text[token.offset_from..token.offset_to];
            let folded: String = fold(place).iter().map(|point| point.ch).collect();
            assert_eq!(folded, token.text);
        }
    }

    #[test]
    fn phrases_pass_brackets_but_no_full_stop() {
        let tokens = Tokenizer::characters("各县（市、区）局。2024年");
        assert_eq!(texts(&tokens), ["各", "县", "市", "区", "局", "2024", "年"]);
        let positions: Vec<usize> = tokens.iter().map(|token| token.position).collect();
        assert_eq!(positions, [0, 1, 2, 3, 4, 6, 7]);
    }
}
