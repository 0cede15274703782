//! One WebSocket at a time, all speaking to one listener.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{BinaryType, CloseEvent, Event, MessageEvent, WebSocket};

/// What a socket said.
pub(super) enum Word {
    Opened,
    Bytes(Vec<u8>),
    /// Something that is not bytes.
    Text,
    Closed(u16),
}

impl Word {
    /// What this event of a WebSocket says.
    pub(super) fn of(event: &Event) -> Self {
        if let Some(message) = event.dyn_ref::<MessageEvent>() {
            let data = message.data();
            if data.is_instance_of::<js_sys::ArrayBuffer>() {
                Self::Bytes(js_sys::Uint8Array::new(&data).to_vec())
            } else {
                Self::Text
            }
        } else if let Some(close) = event.dyn_ref::<CloseEvent>() {
            Self::Closed(close.code())
        } else {
            Self::Opened
        }
    }
}

/// Opens a socket whose events go to `listener`; nothing if the browser won't.
pub(super) fn open(
    url: &str,
    subprotocol: &str,
    listener: &Closure<dyn FnMut(Event)>,
) -> Option<WebSocket> {
    let socket = WebSocket::new_with_str(url, subprotocol).ok()?;
    socket.set_binary_type(BinaryType::Arraybuffer);
    listen(&socket, Some(listener));
    Some(socket)
}

/// Closes a socket and listens no more: on a dead network its close event may be minutes away.
pub(super) fn close(socket: &WebSocket) {
    listen(socket, None);
    // Fails only if it is closed already.
    let _ = socket.close();
}

fn listen(socket: &WebSocket, listener: Option<&Closure<dyn FnMut(Event)>>) {
    let function = listener.map(|closure| closure.as_ref().unchecked_ref());
    socket.set_onopen(function);
    socket.set_onmessage(function);
    socket.set_onclose(function);
}
