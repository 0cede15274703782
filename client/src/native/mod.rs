//! The transport for native programs: one task and one TCP connection per client, light enough for
//! thousands in a process.
//!
//! ```no_run
//! # use heard_client::{Config, Update, native::{NativeClient, Options}};
//! # use heard_protocol::{ConversationAct, Secret, Staff, StaffCommand, StaffCredential};
//! # async fn bot(conversation: heard_protocol::ConversationId) -> Result<(), Box<dyn std::error::Error>> {
//! let credential = StaffCredential { token: Some(Secret("…".into())) };
//! let options = Options::<Staff>::new("ws://127.0.0.1:8080", Config::new(credential));
//! let (client, mut updates) = NativeClient::start(options)?;
//! client.follow(conversation);
//! while let Some(update) = updates.recv().await {
//!     if let Update::Entries { conversation, .. } = update {
//!         let text = "Noted.".to_owned();
//!         client.submit(ConversationAct::Send { text }.within(conversation)).await?;
//!     }
//! }
//! # Ok(())
//! # }
//! ```

mod client;
mod ids;
mod options;
mod socket;
mod task;

pub use client::{Ended, NativeClient, SubmitError, Updates};
pub use ids::{now, random_bits};
pub use options::{Options, OptionsError};
