//! Where a command is kept until the relay has answered it.

use heard_protocol::{CommandId, Envelope, Role};

/// Keeps commands so that they survive the end of the program. Losing one loses nothing but that
/// comfort, so there are no errors to report: a keeper that cannot write forgets.
pub trait Keeper<R: Role> {
    /// Every command kept and not yet forgotten, oldest first. Called once, before anything else.
    fn load(&mut self) -> Vec<Envelope<R>>;

    /// Keeps a command; one of the same id is replaced.
    fn keep(&mut self, envelope: &Envelope<R>);

    /// Forgets a command: it was carried out, refused for good, or given up.
    fn forget(&mut self, id: CommandId);
}

/// Keeps nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoKeeper;

impl<R: Role> Keeper<R> for NoKeeper {
    fn load(&mut self) -> Vec<Envelope<R>> {
        Vec::new()
    }

    fn keep(&mut self, _: &Envelope<R>) {}

    fn forget(&mut self, _: CommandId) {}
}
