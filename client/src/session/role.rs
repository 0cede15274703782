//! What a session must know of its role beyond the types.

use heard_protocol::{
    ConversationId, Role, Seq, Staff, StaffCredential, StaffNotice, StaffWelcome, Visitor,
    VisitorCredential, VisitorNotice, VisitorWelcome,
};

/// A role that a [`Session`](crate::Session) can play.
pub trait ClientRole: Role {
    /// Whether the relay follows conversations for this role without being asked, so that entries
    /// of an unknown one are the start of it. If not, they are leftovers of a log the client has
    /// left.
    const FOLLOWED_UNASKED: bool;

    /// Takes over what a greeting says about who the client is from now on.
    fn adopt(credential: &mut Self::Credential, welcome: &Self::Welcome);

    /// The conversation the relay follows from this greeting on, with the end of its log.
    fn current(welcome: &Self::Welcome) -> Option<(ConversationId, Seq)>;

    /// The conversation the relay follows from this notice on.
    fn begun(notice: &Self::Notice) -> Option<ConversationId>;
}

impl ClientRole for Visitor {
    const FOLLOWED_UNASKED: bool = true;

    fn adopt(credential: &mut VisitorCredential, welcome: &VisitorWelcome) {
        credential.token = Some(welcome.token.clone());
    }

    fn current(welcome: &VisitorWelcome) -> Option<(ConversationId, Seq)> {
        welcome.conversation
    }

    fn begun(notice: &VisitorNotice) -> Option<ConversationId> {
        if let VisitorNotice::Conversation { id } = notice {
            Some(*id)
        } else {
            None
        }
    }
}

impl ClientRole for Staff {
    const FOLLOWED_UNASKED: bool = false;

    fn adopt(_: &mut StaffCredential, _: &StaffWelcome) {}

    fn current(_: &StaffWelcome) -> Option<(ConversationId, Seq)> {
        None
    }

    fn begun(_: &StaffNotice) -> Option<ConversationId> {
        None
    }
}
