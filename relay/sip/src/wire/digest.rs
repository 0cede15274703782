//! Saying who we are (RFC 7616, 8760).

use bytes::Bytes;
use ezk_sip_auth::{
    ClientAuthenticator, DigestAuthenticator, DigestCredentials, DigestUser, RequestParts,
    ResponseParts,
};
use ezk_sip_core::Request;
use ezk_sip_core::transaction::TsxResponse;
use ezk_sip_types::header::typed::AuthChallenge;
use ezk_sip_types::{Headers, Name};

use crate::settings::Trunk;

/// How often a challenge is answered that says the last answer was only too old.
const STALE: u8 = 2;

/// What a transaction remembers of challenges.
#[derive(Debug, Default)]
pub(super) struct Challenges {
    answered: u8,
}

impl Challenges {
    /// Whether one has been answered.
    pub(super) const fn known(&self) -> bool {
        self.answered > 0
    }

    /// What to add to the request so that it is believed. Nothing if we have no name, if it was
    /// believed not to be us already, or if we cannot say it as asked.
    pub(super) fn answer(
        &mut self,
        trunk: &Trunk,
        request: &Request,
        response: &TsxResponse,
    ) -> Option<Headers> {
        let again = self.answered > 0;
        if trunk.username.is_empty()
            || again && (self.answered > STALE || !is_stale(&response.headers))
        {
            return None;
        }
        self.answered += 1;
        let mut credentials = DigestCredentials::new();
        credentials.set_default(DigestUser::new(
            trunk.username.as_str(),
            trunk.password.reveal(),
        ));
        // A new one each time: it would reuse what it worked out for another method.
        let mut authenticator = DigestAuthenticator::new(credentials);
        let rejected = RequestParts {
            line: &request.line,
            headers: &request.headers,
            body: &request.body,
        };
        let rejection = ResponseParts {
            line: &response.line,
            headers: &response.headers,
            body: &response.body,
        };
        if let Err(error) = authenticator.handle_rejection(rejected, rejection) {
            tracing::debug!(%error, "a challenge cannot be answered");
            return None;
        }
        let mut headers = Headers::new();
        authenticator.authorize_request(&mut headers);
        let said = headers.iter().next().is_some();
        said.then_some(headers)
    }
}

fn is_stale(headers: &Headers) -> bool {
    [Name::WWW_AUTHENTICATE, Name::PROXY_AUTHENTICATE]
        .into_iter()
        .filter_map(|name| headers.try_get::<Vec<AuthChallenge>>(name)?.ok())
        .flatten()
        .any(|challenge| matches!(challenge, AuthChallenge::Digest(digest) if digest.stale))
}

/// Adds a body of the kind that phones agree with.
pub(super) fn with_description(request: &mut Request, body: Bytes) {
    if !body.is_empty() {
        request
            .headers
            .insert(Name::CONTENT_TYPE, "application/sdp");
    }
    request.body = body;
}
