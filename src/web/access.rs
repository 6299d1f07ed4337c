//! Who may do what: bearer tokens (RFC 6750) with a role.

use axum::http::{HeaderMap, StatusCode, header};
use sha2::{Digest, Sha256};

use super::problem::Problem;
use crate::config::{self, Reading, Role, Token};

/// The environment variable that gives a process a token of the role admin.
const ADMIN_TOKEN: &str = "GANGMU_ADMIN_TOKEN";

/// The tokens that are known and what may be done without one.
pub(super) struct Access {
    open_to_read: bool,
    tokens: Vec<Token>,
}

impl Access {
    /// The tokens of the settings, and the one of the environment.
    pub(super) fn new(settings: &config::Access) -> Self {
        let mut tokens = settings.tokens.clone();
        if let Some(token) = std::env::var(ADMIN_TOKEN).ok().filter(|token| !token.is_empty()) {
            let sha256 = digest(&token);
            tokens.push(Token { name: ADMIN_TOKEN.to_owned(), role: Role::Admin, sha256 });
        }
        Self { open_to_read: settings.read == Reading::Open, tokens }
    }

    /// Whether reading needs a token.
    pub(super) fn reading(&self) -> Reading {
        if self.open_to_read { Reading::Open } else { Reading::Token }
    }

    /// Whether the sender of these headers may do what needs this role.
    ///
    /// # Errors
    /// 401 without a token that is known, 403 with one of a lesser role.
    pub(super) fn check(&self, headers: &HeaderMap, needed: Role) -> Result<(), Problem> {
        if needed == Role::Reader && self.open_to_read {
            return Ok(());
        }
        let Some(role) = bearer(headers).and_then(|token| self.role_of(token)) else {
            let title = "需要令牌 A token is needed";
            return Err(Problem::new(StatusCode::UNAUTHORIZED, "token-needed", title)
                .remedy("Authorization: Bearer …")
                .wants_token());
        };
        if role < needed {
            let title = "令牌的权限不够 The token's role does not suffice";
            return Err(Problem::new(StatusCode::FORBIDDEN, "role-too-low", title));
        }
        Ok(())
    }

    /// Digests are compared, not tokens, so the time a comparison takes tells nothing about a token.
    fn role_of(&self, token: &str) -> Option<Role> {
        let digest = digest(token);
        let known = self.tokens.iter().filter(|t| t.sha256.eq_ignore_ascii_case(&digest));
        known.map(|token| token.role).max()
    }
}

/// SHA-256 in lower-case hexadecimal.
fn digest(token: &str) -> String {
    Sha256::digest(token).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(token: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::AUTHORIZATION, format!("Bearer {token}").parse().unwrap())])
    }

    #[test]
    fn a_role_does_what_the_lesser_ones_do() {
        let tokens = vec![Token { name: "a".into(), role: Role::Editor, sha256: digest("secret") }];
        let access = Access { open_to_read: false, tokens };
        let status =
            |headers: &HeaderMap, role| access.check(headers, role).err().map(|p| p.status());
        assert_eq!(status(&with("secret"), Role::Reader), None);
        assert_eq!(status(&with("secret"), Role::Editor), None);
        assert_eq!(status(&with("secret"), Role::Admin), Some(StatusCode::FORBIDDEN));
        assert_eq!(status(&with("other"), Role::Reader), Some(StatusCode::UNAUTHORIZED));
        assert_eq!(status(&HeaderMap::new(), Role::Reader), Some(StatusCode::UNAUTHORIZED));
        let open = Access { open_to_read: true, tokens: Vec::new() };
        assert!(open.check(&HeaderMap::new(), Role::Reader).is_ok());
        assert!(open.check(&HeaderMap::new(), Role::Editor).is_err());
    }
}
