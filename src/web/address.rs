//! Where the documents about an IRI of the store are.
//!
//! An IRI names a thing, such as an agency, and no document; what is about it has addresses of its own:
//!
//! | | address | |
//! |---|---|---|
//! | the IRI | `/agency/990100/青澜市教育局` | 303 to one of the others, by `Accept` |
//! | its page | `/page/agency/990100/青澜市教育局` | HTML |
//! | its triples | `/data/agency/990100/青澜市教育局.ttl` | Turtle; `.jsonld`, `.nt`, `.rdf`, `.nq`, `.trig` |
//!
//! Items of a document and claims about them are shown on the page of their version, evidence too, each at its
//! place; the page of an administrative division is the list of its documents.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use oxigraph::io::RdfFormat;
use oxigraph::model::NamedNode;

use super::paging::encode;
use super::site::Site;
use super::sparql;

/// Forms of triples that are told of in links; the others are variants of these.
const TOLD: [RdfFormat; 4] = [
    RdfFormat::Turtle,
    RdfFormat::JsonLd { profile: oxigraph::io::JsonLdProfileSet::empty() },
    RdfFormat::NTriples,
    RdfFormat::RdfXml,
];

/// Something that an address of ours leads to: the path of its IRI below the base, not encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Thing(pub(super) String);

impl Thing {
    /// The thing whose IRI the base and the path of an address make; none if that is no IRI.
    pub(super) fn of_path(site: &Site, path: &str) -> Option<Self> {
        let path = decode(path.trim_start_matches('/'));
        NamedNode::new(format!("{}{path}", site.store.base().as_str())).ok().map(|_| Self(path))
    }

    /// The thing and the form of an address like `agency/990100/青澜市教育局.ttl`.
    pub(super) fn with_form(site: &Site, path: &str) -> Option<(Self, RdfFormat)> {
        let (path, end) = path.rsplit_once('.')?;
        let mut forms = sparql::TRIPLES.iter().map(|&(_, format)| format);
        let format = forms.find(|format| format.file_extension() == end)?;
        Some((Self::of_path(site, path)?, format))
    }

    pub(super) fn iri(&self, site: &Site) -> String {
        format!("{}{}", site.store.base().as_str(), self.0)
    }

    /// Where people read about it: a path, with a fragment where it has a place on a page of more.
    pub(super) fn page(&self, site: &Site) -> String {
        let root = site.root();
        let mut parts = self.0.split('/');
        let head = parts.next().unwrap_or_default();
        match (head, parts.next(), parts.next(), parts.next()) {
            ("", ..) => root.to_owned(),
            ("jurisdiction", Some(code), None, _) => format!("{root}documents?place={code}"),
            ("graph", Some("version"), Some(version), None) => {
                format!("{root}page/version/{version}")
            }
            (
                "version",
                Some(version),
                Some(kind @ ("section" | "task" | "measure" | "practice" | "span")),
                Some(name),
            ) => format!("{root}page/version/{version}#{kind}/{name}"),
            _ => self.own_page(site),
        }
    }

    /// The page that is about it alone.
    pub(super) fn own_page(&self, site: &Site) -> String {
        format!("{}page/{}", site.root(), self.0)
    }

    /// Where its triples are.
    pub(super) fn data(&self, site: &Site, format: RdfFormat) -> String {
        format!("{}data/{}.{}", site.top(), self.0, format.file_extension())
    }

    /// The documents about it, for a `Link` header (RFC 8288): `rel` is `describedby` where the thing itself is asked
    /// for, `alternate` in one of the documents.
    pub(super) fn links(&self, site: &Site, rel: &str) -> HeaderValue {
        let page = (self.page(site), "text/html");
        let data = TOLD.map(|format| (self.data(site, format), format.media_type()));
        let links = std::iter::once(page).chain(data).map(|(address, kind)| {
            format!("<{}>; rel=\"{rel}\"; type=\"{kind}\"", ascii(&address))
        });
        let links = links.collect::<Vec<_>>().join(", ");
        HeaderValue::from_str(&links).expect("addresses are ASCII when encoded")
    }
}

/// Sends the client to another address of ours.
pub(super) fn see_other(address: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, ascii(address))]).into_response()
}

/// The path of an IRI from the path of an address: only characters beyond ASCII are decoded, the others are
/// encoded in the IRI as well (RFC 3987, section 3.2). Bytes that are not UTF-8 stay as they are.
pub(super) fn decode(path: &str) -> String {
    let mut decoded = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(at) = rest.find('%') {
        decoded.push_str(&rest[..at]);
        let run = rest.as_bytes()[at..].chunks(3).map_while(beyond_ascii).collect::<Vec<u8>>();
        match str::from_utf8(&run) {
            Ok(text) if !text.is_empty() => {
                decoded.push_str(text);
                rest = &rest[at + 3 * run.len()..];
            }
            _ => {
                decoded.push('%');
                rest = &rest[at + 1..];
            }
        }
    }
    decoded + rest
}

fn beyond_ascii(encoded: &[u8]) -> Option<u8> {
    let &[b'%', high, low] = encoded else { return None };
    let digit = |c: u8| char::from(c).to_digit(16);
    let byte = u8::try_from(digit(high)? * 16 + digit(low)?).ok()?;
    (byte >= 0x80).then_some(byte)
}

/// A header may hold ASCII only.
pub(super) fn ascii(address: &str) -> String {
    address.chars().fold(String::new(), |mut encoded, c| {
        if c.is_ascii() {
            encoded.push(c);
        } else {
            encoded.push_str(&encode(c.encode_utf8(&mut [0; 4])));
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_the_path_of_an_iri() {
        assert_eq!(decode("agency/220284/%E6%95%99%E8%82%B2%E5%B1%80"), "agency/220284/教育局");
        assert_eq!(decode("work/A%20B%25"), "work/A%20B%25");
        assert_eq!(decode("%E6%95"), "%E6%95");
        assert_eq!(decode("%"), "%");
        assert_eq!(ascii("/a/教#b"), "/a/%E6%95%99#b");
    }
}
