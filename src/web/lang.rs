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

    pub(super) fn pick<T>(self, zh: T, en: T) -> T {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }
}
