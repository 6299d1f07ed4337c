//! The languages that pages are written in. The address says which (`/en/…` is English), so that an address that is
//! shared or kept by a cache keeps its language.

/// A language of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lang {
    Zh,
    En,
}

impl Lang {
    /// The tag of the language (BCP 47).
    pub(super) fn tag(self) -> &'static str {
        self.pick("zh-CN", "en")
    }

    /// Where its pages lie below the top.
    pub(super) fn path(self) -> &'static str {
        self.pick("", "en/")
    }

    /// The one that the switch of a page leads to.
    pub(super) fn other(self) -> Self {
        match self {
            Self::Zh => Self::En,
            Self::En => Self::Zh,
        }
    }

    /// Its part of a text that says the same in Chinese and then in English, as those of problems do.
    pub(super) fn part(self, text: &str) -> &str {
        let chinese = text.char_indices().rfind(|(_, ch)| !ch.is_ascii());
        let Some((at, ch)) = chinese else { return text };
        let (zh, en) = text.split_at(at + ch.len_utf8());
        match en.strip_prefix(' ') {
            Some(en) => self.pick(zh, en),
            None => text,
        }
    }

    pub(super) fn pick<T>(self, zh: T, en: T) -> T {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_two_parts() {
        let text = "缩小范围，例如用 LIMIT；或调高上限 Ask for less, as with LIMIT";
        assert_eq!(Lang::Zh.part(text), "缩小范围，例如用 LIMIT；或调高上限");
        assert_eq!(Lang::En.part(text), "Ask for less, as with LIMIT");
        for one in ["limits.query_timeout: 3 s", "只有中文", "federation.hosts"] {
            assert_eq!((Lang::Zh.part(one), Lang::En.part(one)), (one, one));
        }
    }
}
