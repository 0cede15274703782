//! Requests that come in, and whose they are.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use ezk_sip_core::{Endpoint, IncomingRequest, Layer, MayTake};
use ezk_sip_types::{Method, StatusCode};
use parking_lot::Mutex;
use tokio::sync::mpsc;

/// A dialog's letterbox.
#[derive(Debug)]
struct Letterbox {
    local_tag: String,
    requests: mpsc::UnboundedSender<IncomingRequest>,
}

/// All letterboxes, by Call-ID: every dialog has one of its own.
#[derive(Debug, Clone, Default)]
pub(super) struct Post(Arc<Mutex<HashMap<String, Letterbox>>>);

/// What arrives for one dialog. Whatever arrives after this is dropped is answered as unknown.
#[derive(Debug)]
pub(super) struct Letters {
    post: Post,
    call_id: String,
    requests: mpsc::UnboundedReceiver<IncomingRequest>,
}

impl Post {
    /// Puts a letterbox up.
    pub(super) fn open(&self, call_id: &str, local_tag: &str) -> Letters {
        let (sender, requests) = mpsc::unbounded_channel();
        let letterbox = Letterbox {
            local_tag: local_tag.to_owned(),
            requests: sender,
        };
        self.0.lock().insert(call_id.to_owned(), letterbox);
        Letters {
            post: self.clone(),
            call_id: call_id.to_owned(),
            requests,
        }
    }

    fn find(&self, request: &IncomingRequest) -> Option<mpsc::UnboundedSender<IncomingRequest>> {
        let boxes = self.0.lock();
        let found = boxes.get(&*request.base_headers.call_id.0)?;
        let to = request.base_headers.to.tag.as_deref();
        (to == Some(found.local_tag.as_str())).then(|| found.requests.clone())
    }
}

impl Letters {
    /// The next request.
    pub(super) async fn next(&mut self) -> IncomingRequest {
        match self.requests.recv().await {
            Some(request) => request,
            // The box that sends is taken down by this one's end alone.
            None => std::future::pending().await,
        }
    }
}

impl Drop for Letters {
    fn drop(&mut self) {
        self.post.0.lock().remove(&self.call_id);
    }
}

#[async_trait]
impl Layer for Post {
    fn name(&self) -> &'static str {
        "heard"
    }

    async fn receive(&self, endpoint: &Endpoint, request: MayTake<'_, IncomingRequest>) {
        if let Some(letterbox) = self.find(&request) {
            // Closed between finding and sending: as good as unknown.
            let _ = letterbox.send(request.take());
            return;
        }
        let request = request.take();
        let code = match request.line.method {
            Method::ACK => return,
            // How a trunk asks whether we are there.
            Method::OPTIONS => StatusCode::OK,
            _ => StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST,
        };
        // Said once, and nothing is remembered: whoever does not hear it asks again. The library
        // would go on for half a minute, to whomever a stranger names.
        let mut response = endpoint.create_response(&request, code, None);
        if let Err(error) = endpoint.send_outgoing_response(&mut response).await {
            tracing::debug!(%error, "a stranger was not answered");
        }
    }
}
