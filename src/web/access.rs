//! Who may do what: bearer tokens (RFC 6750) with a role.

use axum::http::{HeaderMap, StatusCode, header};

use super::problem::Problem;
use crate::config::{self, ADMIN_TOKEN, Reading, Role, Token};

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
            tokens.push(Token::new(ADMIN_TOKEN, Role::Admin, &token));
        }
        Self { open_to_read: settings.read == Reading::Open, tokens }
    }

    /// Whether anybody may write: the holder of a token of the role editor or admin.
    pub(super) fn anyone_writes(&self) -> bool {
        self.anyone_has(Role::Editor)
    }

    fn anyone_has(&self, needed: Role) -> bool {
        self.tokens.iter().any(|token| token.role >= needed)
    }

    /// Whether reading needs a token.
    pub(super) fn reading(&self) -> Reading {
        if self.open_to_read { Reading::Open } else { Reading::Token }
    }

    /// Whether the sender of these headers may do what needs this role.
    ///
    /// # Errors
    /// 401 without a token that is known, 403 with one of a lesser role or where no token would suffice.
    pub(super) fn check(&self, headers: &HeaderMap, needed: Role) -> Result<(), Problem> {
        if needed == Role::Reader && self.open_to_read {
            return Ok(());
        }
        if !self.anyone_has(needed) {
            let title = "此服务器没有开放这项操作 This server does not offer this operation";
            return Err(Problem::new(StatusCode::FORBIDDEN, "not-enabled", title)
                .detail("no token of the role that it needs is known to the server")
                .remedy("gangmu token new --role editor, gangmu serve --config FILE; GANGMU_ADMIN_TOKEN"));
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
        let digest = Token::new("", Role::Reader, token).sha256;
        let known = self.tokens.iter().filter(|t| t.sha256.eq_ignore_ascii_case(&digest));
        known.map(|token| token.role).max()
    }
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
        let tokens =
            vec![Token::new("a", Role::Editor, "secret"), Token::new("b", Role::Admin, "another")];
        let access = Access { open_to_read: false, tokens };
        assert!(access.anyone_writes());
        let status =
            |headers: &HeaderMap, role| access.check(headers, role).err().map(|p| p.status());
        assert_eq!(status(&with("secret"), Role::Reader), None);
        assert_eq!(status(&with("secret"), Role::Editor), None);
        assert_eq!(status(&with("secret"), Role::Admin), Some(StatusCode::FORBIDDEN));
        assert_eq!(status(&with("other"), Role::Reader), Some(StatusCode::UNAUTHORIZED));
        assert_eq!(status(&HeaderMap::new(), Role::Reader), Some(StatusCode::UNAUTHORIZED));
        let open = Access { open_to_read: true, tokens: Vec::new() };
        assert!(open.check(&HeaderMap::new(), Role::Reader).is_ok());
        assert!(!open.anyone_writes());
        let refused = open.check(&with("secret"), Role::Editor).unwrap_err();
        assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    }
}
