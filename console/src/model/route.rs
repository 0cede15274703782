//! The part of the address behind `#`, so that a reload, a bookmark and the browser's way back
//! work.

use heard_protocol::ConversationId;

use super::act::Place;

/// What the address asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Route {
    /// Which page.
    pub(crate) place: Place,
    /// Which conversation is open.
    pub(crate) open: Option<ConversationId>,
}

impl Route {
    /// Reads what stands behind `#`; anything unknown is the list.
    pub(crate) fn read(hash: &str) -> Self {
        let path = hash.trim_start_matches('#').trim_start_matches('/');
        match path.split_once('/') {
            Some(("chats", id)) => Self {
                place: Place::Chats,
                open: id.parse().ok(),
            },
            _ if path == "calls" => Self {
                place: Place::Callbacks,
                open: None,
            },
            _ => Self::default(),
        }
    }

    /// What stands behind `#`.
    pub(crate) fn write(self) -> String {
        match (self.place, self.open) {
            (Place::Callbacks, _) => "#/calls".to_owned(),
            (Place::Chats, Some(id)) => format!("#/chats/{id}"),
            (Place::Chats, None) => "#/chats".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixtures::conversation;

    #[test]
    fn an_address_reads_back() {
        for route in [
            Route {
                place: Place::Chats,
                open: Some(conversation(3)),
            },
            Route {
                place: Place::Chats,
                open: None,
            },
            Route {
                place: Place::Callbacks,
                open: None,
            },
        ] {
            assert_eq!(Route::read(&route.write()), route);
        }
        for other in ["", "#", "#/chats/cnv_nonsense", "#/elsewhere"] {
            assert_eq!(Route::read(other), Route::default());
        }
    }
}
