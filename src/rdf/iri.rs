//! The one place where IRIs of data are made: readable, and the same on any machine.
//!
//! Invariant: every IRI made here is valid (RFC 3987) and a function of the base and of what it
//! names, never of time, order of ingestion or machine. Chinese stays Chinese; only what a path
//! segment may not hold is percent-encoded, so that two names never fall together.
//!
//! | IRI after the base | names |
//! |---|---|
//! | `work/KEY` | a document as a work |
//! | `version/HASH` | one text of it: 16 hexadecimal digits of the SHA-256 of the clean text |
//! | `version/HASH/task/2.13.1` | an outline node (`section`, `task`, `measure`, `practice`; the root is `root`) |
//! | `version/HASH/task/2.13.1/lead/NAME` | a claim about it: a role and a name, or `target/1`, `deadline/1`, `citation/1` |
//! | `version/HASH/span/10-20` | a piece of evidence: code points of the text; below it `quote` and `position` |
//! | `version/HASH/leader/NAME` | a person as this document names them |
//! | `agency/CODE/NAME`, `group/…`, `unresolved/…` | a body by the code of its division; a group; an unresolved name |
//! | `jurisdiction/CODE` | an administrative division |
//! | `graph/version/HASH`, `graph/agencies`, `graph/jurisdictions`, `graph/works`, `graph/history` | the named graphs |

use std::fmt::Write;

use oxigraph::model::{IriParseError, NamedNode};
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

use crate::model::{Agency, AgencyKind, Division, NodeKind, Span, Work};

/// Characters of a name that an IRI shows before it falls back to a digest for the rest.
const LONGEST: usize = 120;

/// The IRI that all IRIs of a store begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base(String);

/// Why a base IRI cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BaseError {
    /// Not an absolute IRI (RFC 3987).
    #[error("the base {base:?} is not an absolute IRI: {source}")]
    Invalid { base: String, source: IriParseError },
    /// A query or fragment would swallow what is put behind it.
    #[error("the base {base:?} has a query or a fragment")]
    Closed { base: String },
}

impl Base {
    /// A base from an absolute IRI; a missing `/` at its end is added.
    ///
    /// # Errors
    /// When it is not an absolute IRI or has a query or fragment.
    pub fn new(iri: &str) -> Result<Self, BaseError> {
        if iri.contains(['?', '#']) {
            return Err(BaseError::Closed { base: iri.into() });
        }
        let slash = if iri.ends_with('/') { "" } else { "/" };
        let base = format!("{iri}{slash}");
        match NamedNode::new(base.clone()) {
            Ok(_) => Ok(Self(base)),
            Err(source) => Err(BaseError::Invalid { base: iri.into(), source }),
        }
    }

    /// The IRI, with `/` at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A work.
    pub fn work(&self, work: &Work) -> NamedNode {
        self.named(&["work", &work.key])
    }

    /// The work of a text whose title could not be read: told apart by the text itself.
    pub fn untitled(&self, text: &str) -> NamedNode {
        self.named(&["work", "无题", &digest(text)])
    }

    /// The version that a clean text is.
    pub fn version(&self, text: &str) -> NamedNode {
        self.version_and_graph(text).0
    }

    /// The version that a clean text is, and its named graph.
    pub fn version_and_graph(&self, text: &str) -> (NamedNode, NamedNode) {
        let digest = digest(text);
        (self.named(&["version", &digest]), self.named(&["graph", "version", &digest]))
    }

    /// The named graph of the version that a clean text is.
    pub fn version_graph(&self, text: &str) -> NamedNode {
        self.named(&["graph", "version", &digest(text)])
    }

    /// The graph of agencies.
    pub fn agencies_graph(&self) -> NamedNode {
        self.named(&["graph", "agencies"])
    }

    /// The graph of administrative divisions.
    pub fn jurisdictions_graph(&self) -> NamedNode {
        self.named(&["graph", "jurisdictions"])
    }

    /// The graph of works.
    pub fn works_graph(&self) -> NamedNode {
        self.named(&["graph", "works"])
    }

    /// The graph that says which version of a work is current.
    pub fn history_graph(&self) -> NamedNode {
        self.named(&["graph", "history"])
    }

    /// An administrative division, by its code.
    pub fn jurisdiction(&self, code: &str) -> NamedNode {
        self.named(&["jurisdiction", code])
    }

    /// A bearer. A body is told apart by its division's code and its name, since many districts of
    /// China share a name; a group or an unresolved name by its scope, else its division, else the
    /// `document` (a work's key or a digest) that prints it.
    pub fn agency(
        &self,
        agency: &Agency,
        division: Option<&Division>,
        document: &str,
    ) -> NamedNode {
        let code = division.map(|d| d.code.as_str());
        let kind = match agency.kind {
            AgencyKind::Body => match code {
                Some(code) => return self.named(&["agency", code, &agency.name]),
                None => return self.named(&["agency", &agency.name]),
            },
            AgencyKind::Group => "group",
            AgencyKind::Unresolved => "unresolved",
        };
        let given = agency.scope.as_deref().filter(|scope| !scope.is_empty());
        let scope = given.or(code).unwrap_or(document);
        self.named(&[kind, scope, &agency.name])
    }

    /// The program that wrote a graph.
    pub fn program(&self, name: &str, version: &str) -> NamedNode {
        self.named(&["program", name, version])
    }

    /// What such a program knew when it read.
    pub fn knowledge(&self, program: &str, version: &str, digest: &str) -> NamedNode {
        self.named(&["program", program, version, "knowledge", digest])
    }

    fn named(&self, segments: &[&str]) -> NamedNode {
        join(self.0.trim_end_matches('/'), segments)
    }
}

/// The path segment that says what kind of outline node an IRI names.
pub const fn kind(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Root => "root",
        NodeKind::Section => "section",
        NodeKind::Task => "task",
        NodeKind::Measure => "measure",
        NodeKind::Practice => "practice",
    }
}

/// Appends path segments to an IRI: something below it, such as a claim about an outline node.
pub fn push(iri: &mut String, segments: &[&str]) {
    for segment in segments {
        iri.push('/');
        push_segment(iri, segment);
    }
}

/// Appends to a version's IRI what makes it that of evidence: `points` are code points of its text.
pub fn push_evidence(iri: &mut String, points: Span) {
    // Writing into a string cannot fail.
    let _ = write!(iri, "/span/{}-{}", points.start, points.end);
}

/// The first 16 hexadecimal digits of the SHA-256 of a text: enough for any store of documents.
pub fn digest(text: &str) -> String {
    hex::encode(&Sha256::digest(text)[..8])
}

fn join(start: &str, segments: &[&str]) -> NamedNode {
    let mut iri = String::with_capacity(start.len() + 16 * segments.len());
    iri.push_str(start);
    push(&mut iri, segments);
    // The base was validated, and a segment holds only what `isegment-nz` of RFC 3987 allows.
    NamedNode::new_unchecked(iri)
}

/// One path segment: NFC, percent-encoded where the IRI grammar demands it, and of a long name the
/// beginning with the digest of the whole.
fn push_segment(iri: &mut String, name: &str) {
    // A lone dot would be resolved away, and an empty segment would not show.
    match name {
        // The encoded form of ∅, which itself is never encoded.
        "" => return iri.push_str("%E2%88%85"),
        "." => return iri.push_str("%2E"),
        ".." => return iri.push_str("%2E%2E"),
        _ => {}
    }
    // Most names are of characters that stay as they are.
    let plain = |c| matches!(c, '\u{4e00}'..='\u{9fff}' | 'a'..='z' | 'A'..='Z' | '0'..='9');
    if name.len() <= LONGEST && name.chars().all(plain) {
        return iri.push_str(name);
    }
    let start = iri.len();
    let mut buffer = [0; 4];
    for (count, c) in name.nfc().enumerate() {
        if count == LONGEST {
            iri.push('~');
            iri.push_str(&digest(&name.nfc().collect::<String>()));
            return;
        }
        if is_segment(c) {
            iri.push(c);
        } else {
            for byte in c.encode_utf8(&mut buffer).bytes() {
                let _ = write!(iri, "%{byte:02X}");
            }
        }
    }
    debug_assert!(iri.len() > start);
}

/// `ipchar` of RFC 3987 without percent signs, and without the invisible characters (spaces,
/// joiners, marks of direction) that the grammar lets pass.
fn is_segment(c: char) -> bool {
    match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' => true,
        c if c.is_ascii() => "-._~!$&'()*+,;=:@".contains(c),
        '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202F}' | '\u{2060}'..='\u{206F}' => false,
        '\u{FEFF}' | '\u{FFF0}'..='\u{FFFF}' | '\u{E000}'..='\u{F8FF}' => false,
        '\u{80}'..='\u{A0}' | '\u{FDD0}'..='\u{FDEF}' => false,
        // The planes' last two code points are no characters, plane 14 has tags, above is private use.
        c if c >= '\u{E0000}' || (c as u32) & 0xFFFE == 0xFFFE => false,
        c => !c.is_whitespace(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn base() -> Base {
        Base::new("http://localhost:8080").expect("a base")
    }

    fn body(name: &str) -> Agency {
        Agency {
            kind: AgencyKind::Body,
            name: name.into(),
            alt: Default::default(),
            jurisdiction: None,
            part_of: None,
            unit_of: None,
            member_rule: None,
            scope: None,
        }
    }

    #[test]
    fn a_base_is_an_absolute_iri() {
        assert_eq!(base().as_str(), "http://localhost:8080/");
        assert!(matches!(Base::new("data/"), Err(BaseError::Invalid { .. })));
        assert!(matches!(Base::new("http://a b/"), Err(BaseError::Invalid { .. })));
        assert!(matches!(Base::new("http://a/#"), Err(BaseError::Closed { .. })));
    }

    #[test]
    fn names_stay_readable() {
        let code = Division { code: "990100".into(), name: "青澜市".into(), broader: None };
        let iri = base().agency(&body("青澜市教育局"), Some(&code), "");
        assert_eq!(iri.as_str(), "http://localhost:8080/agency/990100/青澜市教育局");
        let group = Agency { kind: AgencyKind::Group, ..body("各县(市、区)教育局") };
        assert_eq!(
            base().agency(&group, Some(&code), "").as_str(),
            "http://localhost:8080/group/990100/各县(市、区)教育局"
        );
    }

    #[test]
    fn unresolved_names_of_two_documents_are_two() {
        let name = Agency { kind: AgencyKind::Unresolved, ..body("有关部门") };
        assert_ne!(base().agency(&name, None, "甲"), base().agency(&name, None, "乙"));
        let scoped = Agency { scope: Some("990100".into()), ..name };
        assert_eq!(base().agency(&scoped, None, "甲"), base().agency(&scoped, None, "乙"));
    }

    #[test]
    fn long_names_differ_by_their_ends() {
        let work = |end: &str| Work {
            key: "关于印发方案的通知".repeat(40) + end,
            title: String::new(),
            policy: true,
            relations: vec![],
            number: None,
            maker: None,
        };
        let (one, two) = (base().work(&work("一")), base().work(&work("二")));
        assert_ne!(one, two);
        assert!(one.as_str().chars().count() < 200);
    }

    proptest! {
        #[test]
        fn any_name_makes_a_valid_iri(name in any::<String>(), other in any::<String>()) {
            let iri = base().agency(&body(&name), None, "");
            prop_assert!(NamedNode::new(iri.as_str()).is_ok(), "{iri}");
            prop_assert_eq!(iri.as_str().matches('/').count(), 4);
            let same = name.nfc().eq(other.nfc());
            prop_assert_eq!(same, iri == base().agency(&body(&other), None, ""));
        }
    }
}
