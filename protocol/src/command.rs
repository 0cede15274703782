//! What clients ask for, and the receipt.
//!
//! A command travels with a [`CommandId`](crate::CommandId) its sender picked. The relay answers
//! with a [`Receipt`] only after the result is on disk, and answers a retry with the same receipt,
//! however often and to whichever relay it is sent; or with a [`Refusal`](crate::Refusal).
//!
//! A command is an address and a verb: the outer enum says which aggregate it is for, and the
//! feature whose verb it is says the rest.

use serde::{Deserialize, Serialize};

use crate::feature::assignment::AssignmentAct;
use crate::feature::call_offer::{CallOfferAct, CallOfferAsk};
use crate::feature::callback::{CallbackAct, CallbackAsk};
use crate::feature::me::MeAct;
use crate::feature::resolution::ResolutionAct;
use crate::feature::voice::{VoiceAct, VoiceAsk};
use crate::feature::wrap_up::{WrapUpAct, WrapUpAsk};
use crate::id::{CallbackId, ConversationId};
use crate::time::{Seq, UnixMillis};
use crate::wire::Wire;

/// What a visitor can ask for, in their own conversation. There is no command to write a note: it
/// is another type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum VisitorCommand {
    /// Say something. The relay puts it into the visitor's open conversation, reopens a freshly
    /// resolved one, or starts one.
    Send {
        /// 1 to [`MAX_TEXT_BYTES`](crate::limits::MAX_TEXT_BYTES) bytes, not only white space.
        text: String,
    },
    /// About a request to be called.
    Callback(CallbackAsk),
    /// About an offer of a call.
    CallOffer(CallOfferAsk),
    /// About a voice call from page to page.
    Voice(VoiceAsk),
    /// About a call that is over.
    WrapUp(WrapUpAsk),
}

/// What an agent or a bot can ask for, by what it is addressed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum StaffCommand {
    /// In a conversation.
    In {
        /// The conversation.
        conversation: ConversationId,
        /// What to do.
        act: ConversationAct,
    },
    /// About a request to be called.
    Callback {
        /// The request.
        callback: CallbackId,
        /// What to do.
        act: CallbackAct,
    },
    /// About oneself.
    Me(MeAct),
}

/// What staff can do in a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum ConversationAct {
    /// Answer the visitor.
    Send {
        /// 1 to [`MAX_TEXT_BYTES`](crate::limits::MAX_TEXT_BYTES) bytes.
        text: String,
    },
    /// Write something only colleagues see.
    Note {
        /// 1 to [`MAX_TEXT_BYTES`](crate::limits::MAX_TEXT_BYTES) bytes.
        text: String,
    },
    /// About who answers.
    Assignment(AssignmentAct),
    /// About whether the matter is settled.
    Resolution(ResolutionAct),
    /// About an offer of a call.
    CallOffer(CallOfferAct),
    /// About a voice call from page to page.
    Voice(VoiceAct),
    /// About a call that is over.
    WrapUp(WrapUpAct),
}

impl ConversationAct {
    /// The act as a command for a conversation.
    pub const fn within(self, conversation: ConversationId) -> StaffCommand {
        StaffCommand::In {
            conversation,
            act: self,
        }
    }
}

impl CallbackAct {
    /// The act as a command for a request.
    pub const fn about(self, callback: CallbackId) -> StaffCommand {
        StaffCommand::Callback {
            callback,
            act: self,
        }
    }
}

/// Proof that a command is on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Wire)]
pub struct Receipt {
    /// The conversation it went into, if any.
    pub conversation: Option<ConversationId>,
    /// Where it stands in the sender's face of the log, if it wrote there; otherwise
    /// [`Seq::START`].
    pub seq: Seq,
    /// When the relay wrote it down.
    pub at: UnixMillis,
}
