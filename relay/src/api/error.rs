//! What goes wrong with a request, as `{"code", "message"}`.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use heard_protocol::{Refusal, RefusalCode};
use serde::Serialize;

use crate::auth::{AuthError, PasswordError, TooFast};
use crate::store::StoreError;

/// Why a request is not carried out. The code is stable; the message is for whoever writes the
/// client.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The body is not what this address takes.
    #[error("{0}")]
    Malformed(String),
    /// The body is not JSON by its own word.
    #[error("send the body as application/json")]
    MediaType,
    /// The body is over the limit.
    #[error("the body is too big")]
    TooBig,
    /// There is nothing at this address.
    #[error("there is nothing here")]
    NotFound,
    /// There is something, but not for this method.
    #[error("this address does not take this method")]
    Method,
    /// No session.
    #[error("sign in first, or again: the session is missing or has ended")]
    Unauthorised,
    /// A visitor's token that is not one.
    #[error("the visitor's token is not valid for this site")]
    Token,
    /// A request that is not signed, or not lately, with the secret of both sides.
    #[error("the signature is missing, wrong or too old")]
    Signature,
    /// E-mail address and password do not go together.
    #[error("e-mail address and password do not go together")]
    BadCredentials,
    /// A page of somebody else's is asking.
    #[error("only the relay's own pages and programs that are not browsers may ask this")]
    Origin,
    /// Too many in too short a time.
    #[error(transparent)]
    TooFast(#[from] TooFast),
    /// The rules say no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The request took too long to arrive or to be answered.
    #[error("the request took too long")]
    Timeout,
    /// The relay can't do it now.
    #[error("the relay cannot do this right now; try again shortly")]
    Unavailable,
}

#[derive(Serialize)]
struct Body<'a> {
    code: serde_json::Value,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u32>,
}

impl ApiError {
    fn status(&self) -> StatusCode {
        match self {
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooBig => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Unauthorised | Self::Token | Self::Signature | Self::BadCredentials => {
                StatusCode::UNAUTHORIZED
            }
            Self::Origin => StatusCode::FORBIDDEN,
            Self::TooFast(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Refused(refusal) => refusal_status(refusal.code),
            Self::Timeout => StatusCode::REQUEST_TIMEOUT,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn code(&self) -> serde_json::Value {
        let code = match self {
            Self::Malformed(_) => "malformed",
            Self::MediaType => "media_type",
            Self::TooBig => "too_big",
            Self::NotFound => "not_found",
            Self::Method => "method",
            Self::Unauthorised => "unauthorised",
            Self::Token => "token",
            Self::Signature => "signature",
            Self::BadCredentials => "bad_credentials",
            Self::Origin => "origin",
            Self::TooFast(_) => "too_fast",
            // The same words as on a socket.
            Self::Refused(refusal) => return serde_json::json!(refusal.code),
            Self::Timeout => "timeout",
            Self::Unavailable => "unavailable",
        };
        code.into()
    }

    const fn retry_after_ms(&self) -> Option<u32> {
        match self {
            Self::TooFast(TooFast { retry_after_ms }) => Some(*retry_after_ms),
            Self::Refused(refusal) if refusal.code.is_passing() => Some(refusal.retry_after_ms),
            Self::Unavailable => Some(1_000),
            _ => None,
        }
    }
}

const fn refusal_status(code: RefusalCode) -> StatusCode {
    match code {
        RefusalCode::TooFast => StatusCode::TOO_MANY_REQUESTS,
        RefusalCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        RefusalCode::NotFound => StatusCode::NOT_FOUND,
        RefusalCode::IdTaken | RefusalCode::CallbackExists => StatusCode::CONFLICT,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let retry_after_ms = self.retry_after_ms();
        let body = Body {
            code: self.code(),
            message: &self.to_string(),
            retry_after_ms,
        };
        let mut response = (self.status(), Json(body)).into_response();
        if let Some(ms) = retry_after_ms {
            let seconds = HeaderValue::from(ms.div_ceil(1_000));
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        response
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "the store failed a request"
        );
        Self::Unavailable
    }
}

impl From<AuthError> for ApiError {
    fn from(error: AuthError) -> Self {
        match error {
            AuthError::Unauthorised => Self::Unauthorised,
            AuthError::Origin => Self::Origin,
            AuthError::Store(error) => error.into(),
        }
    }
}

impl From<PasswordError> for ApiError {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy => Self::Unavailable,
            PasswordError::TooLong => Self::BadCredentials,
            PasswordError::Hash(_) | PasswordError::Stopped => {
                tracing::error!(%error, "a password could not be compared");
                Self::Unavailable
            }
        }
    }
}
