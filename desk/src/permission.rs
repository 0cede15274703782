//! Who may do what: one table, asked wherever an agent acts or reads.
//!
//! A row of the table says whether a role may do an act to something that it stands in a relation
//! to. Sockets, HTTP and the command line ask the same table, and a list shows what may be read.

use serde::{Deserialize, Serialize};

/// What an agent is on their site.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Runs the site: may do everything on it.
    Owner,
    /// Answers visitors.
    #[default]
    Agent,
}

/// What can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Read a conversation, or act in it.
    Converse,
    /// Read a request to be called, or act on it.
    Call,
    /// Set what an agent says of themself: availability, phone, headset.
    SetSelf,
    /// Read what a site keeps about itself: settings, team, history.
    ReadHouse,
    /// Change what a site keeps about itself.
    ChangeHouse,
}

/// How the one who acts stands to what the deed is done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// It is they themself.
    Own,
    /// It belongs to their site.
    Site,
    /// It belongs to another site.
    Foreign,
}

/// Whether this is allowed.
pub const fn may(role: Role, deed: Deed, relation: Relation) -> bool {
    match (relation, deed) {
        (Relation::Foreign, _) => false,
        (Relation::Own | Relation::Site, Deed::Converse | Deed::Call)
        | (Relation::Own, Deed::SetSelf) => true,
        (Relation::Site, Deed::SetSelf)
        | (Relation::Own | Relation::Site, Deed::ReadHouse | Deed::ChangeHouse) => {
            matches!(role, Role::Owner)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEEDS: [Deed; 5] = [
        Deed::Converse,
        Deed::Call,
        Deed::SetSelf,
        Deed::ReadHouse,
        Deed::ChangeHouse,
    ];

    #[test]
    fn nobody_touches_another_site() {
        for role in [Role::Owner, Role::Agent] {
            for deed in DEEDS {
                assert!(!may(role, deed, Relation::Foreign), "{role:?} {deed:?}");
            }
        }
    }

    #[test]
    fn an_owner_may_do_everything_on_their_site() {
        for deed in DEEDS {
            assert!(may(Role::Owner, deed, Relation::Site), "{deed:?}");
        }
    }

    #[test]
    fn an_agent_answers_and_sets_themself_and_changes_nothing_else() {
        let allowed = |relation| DEEDS.map(|deed| may(Role::Agent, deed, relation));
        assert_eq!(allowed(Relation::Site), [true, true, false, false, false]);
        assert_eq!(allowed(Relation::Own), [true, true, true, false, false]);
    }
}
