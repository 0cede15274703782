use heard_protocol::{AssignmentAct, AssignmentNoted, ConversationAct, ResolutionAct, ResolutionTold};
use heard_protocol::AgentKind;
use proptest::prelude::*;

use super::*;

const CONVERSATION: ConversationId = ConversationId::from_bits(1);
const NOW: UnixMillis = UnixMillis(1_000);

fn agent(n: u128) -> AgentCard {
    AgentCard {
        id: AgentId::from_bits(n),
        name: format!("Agent {n}"),
        kind: AgentKind::Person,
    }
}

fn fresh() -> Conversation {
    Conversation::start(CONVERSATION, ContactId::from_bits(1), UnixMillis(0))
}

fn act(
    conversation: &mut Conversation,
    actor: u128,
    command: &ConversationAct,
) -> Result<Change, RefusalCode> {
    let to = match command {
        ConversationAct::Assignment(AssignmentAct::Transfer { to, .. }) => Some(Recipient {
            card: AgentCard {
                id: *to,
                name: String::new(),
                kind: AgentKind::Person,
            },
            online: true,
        }),
        _ => None,
    };
    conversation.acts(
        &agent(actor),
        CommandId::from_bits(9),
        command,
        to.as_ref(),
        NOW,
    )
}

fn accept() -> ConversationAct {
    ConversationAct::Assignment(AssignmentAct::Accept)
}

fn send() -> ConversationAct {
    ConversationAct::Send { text: "hello".to_owned() }
}

#[test]
fn an_offer_is_for_one_agent() {
    let mut conversation = fresh();
    conversation.offer(agent(1).id, UnixMillis(30_000));
    assert_eq!(
        act(&mut conversation, 2, &accept()),
        Err(RefusalCode::AlreadyTaken)
    );
    assert!(act(&mut conversation, 1, &accept()).is_ok());
    assert_eq!(conversation.owner(), Some(agent(1).id));
    assert_eq!(
        act(&mut conversation, 2, &accept()),
        Err(RefusalCode::AlreadyTaken)
    );
}

#[test]
fn only_the_owner_answers_but_any_colleague_notes() {
    let mut conversation = fresh();
    assert_eq!(
        act(&mut conversation, 1, &send()),
        Err(RefusalCode::WrongState)
    );
    act(&mut conversation, 1, &accept()).expect("it waits");
    assert_eq!(
        act(&mut conversation, 2, &send()),
        Err(RefusalCode::NotYours)
    );
    assert!(act(&mut conversation, 1, &send()).is_ok());
    let note = ConversationAct::Note { text: "psst".to_owned() };
    assert!(matches!(
        act(&mut conversation, 2, &note).as_deref(),
        Ok([Write::Staff(StaffBody::Note { .. })])
    ));
}

#[test]
fn writing_after_a_resolution_reopens_at_once_and_starts_anew_later() {
    let policy = Policy::default();
    let mut conversation = fresh();
    act(&mut conversation, 1, &accept()).expect("it waits");
    act(
        &mut conversation,
        1,
        &ConversationAct::Resolution(ResolutionAct::Resolve),
    )
    .expect("it is owned");
    assert!(conversation.continues(&policy, NOW.plus(policy.reopen_ms)));
    assert!(!conversation.continues(&policy, NOW.plus(policy.reopen_ms + 1)));
    let change = conversation
        .visitor_says(CommandId::from_bits(3), "still broken", false, NOW)
        .expect("it says something");
    assert_eq!(change.len(), 3);
    assert_eq!(conversation.status, Status::Waiting { since: NOW });
}

#[test]
fn a_chat_given_back_waits_in_front() {
    let mut conversation = fresh();
    act(&mut conversation, 1, &accept()).expect("it waits");
    assert_eq!(conversation.give_back(NOW).len(), 2);
    assert!(conversation.front);
    assert_eq!(conversation.owner(), None);
    assert!(conversation.give_back(NOW).is_empty());
}

#[test]
fn declining_passes_it_on() {
    let mut conversation = fresh();
    conversation.offer(agent(1).id, UnixMillis(30_000));
    let decline = ConversationAct::Assignment(AssignmentAct::Decline { reason: " lunch ".to_owned() });
    assert_eq!(
        act(&mut conversation, 2, &decline),
        Err(RefusalCode::NotYours)
    );
    assert!(act(&mut conversation, 1, &decline).is_ok());
    assert_eq!(conversation.passed, vec![(agent(1).id, NOW)]);
    assert_eq!(conversation.waiting_since(), Some(UnixMillis(0)));
}

fn commands() -> impl Strategy<Value = ConversationAct> {
    let conversation = CONVERSATION;
    prop_oneof![
        Just(send()),
        Just(accept()),
        Just(ConversationAct::Assignment(AssignmentAct::Decline { reason: String::new() })),
        (1_u128..4).prop_map(move |to| ConversationAct::Assignment(AssignmentAct::Transfer { to: AgentId::from_bits(to), comment: String::new() })),
        Just(ConversationAct::Assignment(AssignmentAct::Return)),
        Just(ConversationAct::Resolution(ResolutionAct::Resolve)),
        Just(ConversationAct::Resolution(ResolutionAct::Reopen)),
    ]
}

proptest! {
    /// Whatever anybody does: a refusal changes nothing, and the log alone tells who owns the
    /// conversation.
    #[test]
    fn the_log_tells_the_owner(acts in prop::collection::vec((1_u128..4, commands()), 0..40)) {
        let mut conversation = fresh();
        let mut owner = None;
        for (actor, command) in acts {
            let before = conversation.clone();
            match act(&mut conversation, actor, &command) {
                Err(_) => prop_assert_eq!(&conversation, &before),
                Ok(change) => for write in change {
                    match write {
                        Write::Staff(StaffBody::Assignment(AssignmentNoted::Assigned { agent })) => owner = Some(agent),
                        Write::Staff(StaffBody::Assignment(AssignmentNoted::Transferred { to, .. })) => owner = Some(to),
                        Write::Staff(StaffBody::Assignment(AssignmentNoted::Queued { .. }))
                        | Write::Public(PublicBody::Resolution(ResolutionTold::Resolved)) => owner = None,
                        _ => {}
                    }
                },
            }
            prop_assert_eq!(conversation.owner(), owner);
        }
    }
}
