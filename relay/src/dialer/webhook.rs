//! Calls made by a program of the site's own.
//!
//! The program is told by `POST` with a JSON body, and says what happens by `POST` to
//! `/api/v1/dialer/events`. Both are signed in the same way: `Heard-Signature: t=<unix
//! seconds>,v1=<hex of HMAC-SHA256(secret, "<t>.<body>")>`. A signature is believed for [`AGE_S`]
//! seconds, and what a request says counts once: an order carries `Idempotency-Key`, an event the
//! number of its order.

use std::time::Duration;

use heard_desk::callback::without_extension;
use heard_protocol::UnixMillis;
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use sha2::Sha256;

use super::{DialError, Order};
use crate::clock::Clock;
use crate::config::{Hidden, WebhookSettings};

/// How far the clock of a signature may be off, in seconds.
pub const AGE_S: u64 = 300;
/// The header that holds a signature.
pub const SIGNATURE: &str = "heard-signature";
/// How long the program may take to answer.
const ANSWER: Duration = Duration::from_secs(10);
/// The pauses between attempts to tell it.
const PAUSES: [Duration; 3] = [
    Duration::from_millis(500),
    Duration::from_secs(2),
    Duration::from_secs(8),
];

/// The way to the program, and the secret that both know.
pub struct Webhook {
    url: reqwest::Url,
    secret: Hidden,
    client: reqwest::Client,
}

impl std::fmt::Debug for Webhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Webhook").finish_non_exhaustive()
    }
}

/// What the program is told.
#[derive(Debug, Serialize)]
struct Told<'a> {
    /// The order's own name: the request's id and the order's number.
    order: String,
    site: String,
    callback: String,
    number: u16,
    /// In international form.
    phone: &'a str,
    /// Digits to dial after that; may be empty.
    extension: &'a str,
    /// What to call the person; may be empty.
    name: &'a str,
    topic: &'a str,
    agent: Who<'a>,
}

#[derive(Debug, Serialize)]
struct Who<'a> {
    id: String,
    name: &'a str,
    /// The agent's phone as they gave it; may be empty.
    phone: &'a str,
}

impl Webhook {
    /// As the settings say.
    ///
    /// # Errors
    /// [`DialError::Settings`].
    pub fn new(settings: &WebhookSettings) -> Result<Self, DialError> {
        let fault = |reason: String| DialError::Settings(reason);
        let url = reqwest::Url::parse(&settings.url)
            .map_err(|error| fault(format!("dialer.webhook.url: {error}")))?;
        if settings.secret.reveal().len() < 16 {
            return Err(fault(
                "dialer.webhook.secret must have at least 16 characters".to_owned(),
            ));
        }
        let client = reqwest::Client::builder()
            .timeout(ANSWER)
            // Wherever it leads, it is not where the owner wanted customers' numbers to go.
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| fault(error.to_string()))?;
        Ok(Self {
            url,
            secret: settings.secret.clone(),
            client,
        })
    }

    /// Tells the program to make a call. It is told again if it does not answer; the key tells it
    /// that it is the same order.
    pub(super) async fn order(&self, order: &Order, clock: &dyn Clock) -> Result<(), DialError> {
        let body = Self::body(order)?;
        let key = name_of(order);
        let mut pauses = PAUSES.iter();
        loop {
            let failed = match self.tell(&key, &body, clock.now()).await {
                Ok(status) if status.is_success() => return Ok(()),
                // It understood, and will not.
                Ok(status) if status.is_client_error() => {
                    return Err(DialError::Told(format!("it answered {status}")));
                }
                Ok(status) => format!("it answered {status}"),
                Err(error) => error.without_url().to_string(),
            };
            match pauses.next() {
                Some(pause) => tokio::time::sleep(*pause).await,
                None => return Err(DialError::Told(failed)),
            }
        }
    }

    async fn tell(
        &self,
        key: &str,
        body: &str,
        now: UnixMillis,
    ) -> Result<reqwest::StatusCode, reqwest::Error> {
        let seconds = now.0 / 1_000;
        let answer = self
            .client
            .post(self.url.clone())
            .header("content-type", "application/json")
            .header("idempotency-key", key)
            .header(
                SIGNATURE,
                sign(self.secret.reveal(), seconds, body.as_bytes()),
            )
            .body(body.to_owned())
            .send()
            .await?;
        Ok(answer.status())
    }

    fn body(order: &Order) -> Result<String, DialError> {
        let form = &order.callback.form;
        let extension = form.phone.split_once(";ext=");
        let told = Told {
            order: name_of(order),
            site: order.ordered.site.to_string(),
            callback: order.ordered.callback.to_string(),
            number: order.ordered.order,
            phone: without_extension(&form.phone),
            extension: extension.map_or("", |(_, extension)| extension),
            name: &form.name,
            topic: &form.topic,
            agent: Who {
                id: order.agent.card.id.to_string(),
                name: &order.agent.card.name,
                phone: &order.agent.phone.address,
            },
        };
        serde_json::to_string(&told).map_err(|error| DialError::Told(error.to_string()))
    }

    /// Whether a body was signed with the secret, lately.
    pub fn believes(&self, signature: &str, body: &[u8], now: UnixMillis) -> bool {
        believe(self.secret.reveal(), signature, body, now)
    }
}

fn name_of(order: &Order) -> String {
    format!("{}-{}", order.ordered.callback, order.ordered.order)
}

/// The signature of a body, as its header holds it.
pub fn sign(secret: &str, seconds: u64, body: &[u8]) -> String {
    let mac = keyed(secret, seconds, body).finalize().into_bytes();
    let mut written = format!("t={seconds},v1=");
    for byte in mac {
        use std::fmt::Write as _;
        // Writing to a string does not fail.
        let _ = write!(written, "{byte:02x}");
    }
    written
}

fn believe(secret: &str, signature: &str, body: &[u8], now: UnixMillis) -> bool {
    let Some((seconds, mac)) = signature
        .strip_prefix("t=")
        .and_then(|rest| rest.split_once(",v1="))
    else {
        return false;
    };
    let (Ok(seconds), Some(mac)) = (seconds.parse::<u64>(), unhex(mac)) else {
        return false;
    };
    let age = (now.0 / 1_000).abs_diff(seconds);
    age <= AGE_S && keyed(secret, seconds, body).verify_slice(&mac).is_ok()
}

fn keyed(secret: &str, seconds: u64, body: &[u8]) -> Hmac<Sha256> {
    Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        .expect("HMAC takes a key of any length")
        .chain_update(seconds.to_string())
        .chain_update(b".")
        .chain_update(body)
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let pairs = text.as_bytes().chunks(2);
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    pairs.map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "a secret of the two";
    const NOW: UnixMillis = UnixMillis(1_795_600_800_000);

    #[test]
    fn what_is_signed_is_believed_for_a_while() {
        let seconds = NOW.0 / 1_000;
        let signed = sign(SECRET, seconds, b"{}");
        assert!(believe(SECRET, &signed, b"{}", NOW));
        assert!(believe(SECRET, &signed, b"{}", NOW.plus(AGE_S * 1_000)));
        assert!(!believe(
            SECRET,
            &signed,
            b"{}",
            NOW.plus((AGE_S + 1) * 1_000)
        ));
        assert!(!believe(SECRET, &signed, b"{ }", NOW));
        assert!(!believe("another secret", &signed, b"{}", NOW));
    }

    #[test]
    fn what_is_no_signature_is_not() {
        let good = sign(SECRET, NOW.0 / 1_000, b"{}");
        let later = good.replacen("t=1", "t=2", 1);
        let (cut, _) = good.split_at(good.len() - 1);
        for bad in ["", "t=,v1=", "t=1,v1=zz", &later, cut] {
            assert!(!believe(SECRET, bad, b"{}", NOW), "{bad}");
        }
    }
}
