//! Basic and Digest authentication (RFC 7617, RFC 7616) as clients do it.
//!
//! Written here because the one crate for it has had no release since 2022 and keeps old versions of its
//! dependencies; what it takes is two hashes over strings.

use std::collections::HashMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use md5::Md5;
use sha2::{Digest, Sha256};
use ureq::http::Uri;

/// A user, and what the server has asked for last.
pub(super) struct Login {
    user: String,
    password: String,
    /// By path, since a server may ask for other things at its other addresses.
    asked: HashMap<String, Challenge>,
}

enum Challenge {
    Basic,
    Digest {
        realm: String,
        nonce: String,
        opaque: Option<String>,
        sha256: bool,
        qop: bool,
        count: u32,
    },
}

impl Login {
    pub(super) fn new(user: &str, password: &str) -> Self {
        Self { user: user.to_owned(), password: password.to_owned(), asked: HashMap::new() }
    }

    /// Takes note of what the server asks for in `WWW-Authenticate`: Digest goes before Basic.
    pub(super) fn asked(&mut self, uri: &Uri, challenges: &[String]) {
        let mut read: Vec<Challenge> =
            challenges.iter().filter_map(|challenge| Challenge::parse(challenge)).collect();
        read.sort_by_key(|challenge| matches!(challenge, Challenge::Basic));
        if let Some(challenge) = read.into_iter().next() {
            self.asked.insert(uri.path().to_owned(), challenge);
        }
    }

    /// The value of `Authorization` for a POST; none as long as nothing was asked for.
    pub(super) fn answer(&mut self, uri: &Uri) -> Result<Option<String>, getrandom::Error> {
        let own = format!("{:016x}", getrandom::u64()?);
        let Some(challenge) = self.asked.get_mut(uri.path()) else { return Ok(None) };
        Ok(Some(challenge.answer(&self.user, &self.password, uri, &own)))
    }
}

impl Challenge {
    fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once(' ').unwrap_or((text, ""));
        if scheme.eq_ignore_ascii_case("basic") {
            return Some(Self::Basic);
        }
        if !scheme.eq_ignore_ascii_case("digest") {
            return None;
        }
        let mut given = parameters(rest);
        let sha256 = match given.get("algorithm").map(|name| name.to_ascii_uppercase()) {
            None => false,
            Some(name) if name == "MD5" => false,
            Some(name) if name == "SHA-256" => true,
            Some(_) => return None,
        };
        let qop = given.get("qop").map(|all| all.split(',').any(|one| one.trim() == "auth"));
        if qop == Some(false) {
            return None;
        }
        Some(Self::Digest {
            realm: given.remove("realm")?,
            nonce: given.remove("nonce")?,
            opaque: given.remove("opaque"),
            sha256,
            qop: qop.is_some(),
            count: 0,
        })
    }

    fn answer(&mut self, user: &str, password: &str, uri: &Uri, own: &str) -> String {
        let Self::Digest { realm, nonce, opaque, sha256, qop, count } = self else {
            return format!("Basic {}", BASE64.encode(format!("{user}:{password}")));
        };
        *count += 1;
        let hash = |text: String| {
            if *sha256 { hex::encode(Sha256::digest(text)) } else { hex::encode(Md5::digest(text)) }
        };
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let secret = hash(format!("{user}:{realm}:{password}"));
        let what = hash(format!("POST:{path}"));
        let name = if *sha256 { "SHA-256" } else { "MD5" };
        let mut answer = format!(
            "Digest username=\"{user}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{path}\", algorithm={name}"
        );
        let response = if *qop {
            answer.push_str(&format!(", qop=auth, nc={count:08x}, cnonce=\"{own}\""));
            hash(format!("{secret}:{nonce}:{count:08x}:{own}:auth:{what}"))
        } else {
            hash(format!("{secret}:{nonce}:{what}"))
        };
        answer.push_str(&format!(", response=\"{response}\""));
        if let Some(opaque) = opaque {
            answer.push_str(&format!(", opaque=\"{opaque}\""));
        }
        answer
    }
}

/// `name=value, name="value"`.
fn parameters(text: &str) -> HashMap<String, String> {
    let mut given = HashMap::new();
    let mut rest = text.trim_start();
    while let Some((name, value)) = rest.split_once('=') {
        let (value, after) = match value.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => value.split_at(value.find(',').unwrap_or(value.len())),
        };
        given.insert(name.trim().to_ascii_lowercase(), value.trim().to_owned());
        rest = after.trim_start_matches([',', ' ']);
    }
    given
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digest_is_as_the_standard_computes_it() {
        // RFC 7616, section 3.9.1, but for the method, which is POST here.
        let asked = "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm=MD5, \
                     nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", \
                     opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"";
        let mut challenge = Challenge::parse(asked).unwrap();
        let uri: Uri = "http://www.example.org/dir/index.html".parse().unwrap();
        let own = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzXusqGemxURZJ";
        let answer = challenge.answer("Mufasa", "Circle of Life", &uri, own);
        let a1 = hex::encode(Md5::digest("Mufasa:http-auth@example.org:Circle of Life"));
        let a2 = hex::encode(Md5::digest("POST:/dir/index.html"));
        let expected = hex::encode(Md5::digest(format!(
            "{a1}:7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v:00000001:{own}:auth:{a2}"
        )));
        assert!(answer.contains(&format!("response=\"{expected}\"")), "{answer}");
        assert_eq!(a1, "3d78807defe7de2157e2b0b6573a855f");
        assert!(answer.contains("nc=00000001"));
        assert!(challenge.answer("Mufasa", "x", &uri, own).contains("nc=00000002"));
    }

    #[test]
    fn digest_goes_before_basic_and_what_is_not_known_is_left() {
        let mut login = Login::new("me", "secret");
        let uri: Uri = "http://h/sparql".parse().unwrap();
        assert_eq!(login.answer(&uri).unwrap(), None);
        login.asked(&uri, &["Negotiate".to_owned()]);
        assert_eq!(login.answer(&uri).unwrap(), None);
        let both = ["Basic realm=\"x\"".to_owned(), "Digest realm=\"x\", nonce=\"n\"".to_owned()];
        login.asked(&uri, &both);
        let answer = login.answer(&uri).unwrap().unwrap();
        assert!(answer.starts_with("Digest ") && !answer.contains("secret"), "{answer}");
    }
}
