//! Signing in and out. The session itself is a cookie that no script can read.

use gloo_net::http::{Request, Response};
use heard_protocol::AgentCard;
use serde::Deserialize;

const SESSION: &str = "/api/v1/session";

/// Why nobody is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SignInError {
    /// E-mail and password don't go together, or there is no session.
    BadCredentials,
    /// Too many attempts.
    TooFast,
    /// No answer at all.
    Unreachable,
    /// An answer that makes no sense here.
    Failed,
}

#[derive(Deserialize)]
struct Session {
    agent: AgentCard,
}

/// Who is signed in, by the cookie.
pub(crate) async fn who() -> Result<AgentCard, SignInError> {
    let answer = Request::get(SESSION).send().await;
    read(answer.map_err(|_| SignInError::Unreachable)?).await
}

/// Signs in; the answer carries the cookie.
pub(crate) async fn sign_in(email: &str, password: &str) -> Result<AgentCard, SignInError> {
    let form = serde_json::json!({ "email": email, "password": password });
    let request = Request::post(SESSION)
        .header("content-type", "application/json")
        .body(form.to_string())
        .map_err(|_| SignInError::Failed)?;
    read(request.send().await.map_err(|_| SignInError::Unreachable)?).await
}

/// Signs out. If the relay can't be reached the session ends by itself, later.
pub(crate) async fn sign_out() -> Result<(), SignInError> {
    let answer = Request::delete(SESSION).send().await;
    answer.map(drop).map_err(|_| SignInError::Unreachable)
}

async fn read(answer: Response) -> Result<AgentCard, SignInError> {
    match answer.status() {
        200 => {}
        401 => return Err(SignInError::BadCredentials),
        429 => return Err(SignInError::TooFast),
        502..=504 => return Err(SignInError::Unreachable),
        _ => return Err(SignInError::Failed),
    }
    let body = answer.text().await.map_err(|_| SignInError::Unreachable)?;
    let session: Session = serde_json::from_str(&body).map_err(|_| SignInError::Failed)?;
    Ok(session.agent)
}
