//! Every store passes the same suite.
//!
//! To add a store: implement [`bench::Home`] for it and add one line at the end of this file; one
//! more if many nodes can share it. To add a kind of record: add the line that makes one.

use heard_protocol::SiteId;
use heard_relay::store::{Account, SiteRecord};

mod bench;
mod suite;

mod lossy;
mod postgres;
mod sqlite;
mod stream;

/// Instantiates the suite for a home.
macro_rules! conformance {
    ($name:ident, $home:ty) => {
        mod $name {
            use crate::{bench, suite};
            conformance!(@cases $home:
                greeting::lists_full_of_the_largest_texts_let_everybody_in,
                logs::the_first_message_starts_a_conversation,
                logs::a_retry_gets_the_same_receipt,
                logs::nothing_overtakes_the_command_it_follows,
                logs::an_id_belongs_to_its_sender,
                logs::positions_are_dense_on_both_faces,
                logs::an_arrival_is_what_was_not_seen,
                logs::many_at_once_stay_in_order,
                logs::nothing_is_announced_before_it_can_be_read,
                logs::bad_text_leaves_nothing_behind,
                logs::everything_survives_a_restart,
                desk::an_offer_is_accepted_once,
                desk::a_missed_offer_moves_on,
                desk::an_agent_gone_gives_back,
                desk::a_transfer_needs_a_colleague_online,
                desk::resolved_reopens_or_starts_anew,
                desk::another_sites_agent_sees_nothing,
                desk::read_marks_only_grow,
                people::sessions_end,
                people::one_address_one_agent,
                people::a_restart_leaves_nobody_online,
                people::an_agent_is_online_while_any_node_has_them,
                callbacks::a_request_is_kept_once,
                callbacks::one_open_request_per_number,
                callbacks::an_outcome_is_kept_once,
                calls::places_are_never_booked_twice,
                calls::whoever_is_on_a_call_is_offered_no_conversation,
                calls::a_call_rings_for_one_who_has_what_it_takes,
                calls::a_call_rings_is_taken_and_tried_again,
                calls::a_visitor_moves_and_cancels_their_own,
                calls::what_is_heard_of_a_call_counts_once,
                calls::a_dialer_that_never_answers_has_failed,
                calls::an_agent_says_whether_calls_ring_for_them,
                talk::it_is_offered_once_and_never_after_a_no,
                talk::an_agent_offers_in_their_own_words,
                talk::who_is_to_be_called_is_offered_nothing,
                talk::a_site_has_thresholds_of_its_own,
                voice::a_call_rings_is_handed_over_and_ends,
            );
        }
    };
    (many nodes: $name:ident, $home:ty) => {
        mod $name {
            use crate::{bench, suite};
            conformance!(@cases $home:
                nodes::one_of_two_accepts_wins,
                nodes::a_command_sent_to_both_is_carried_out_once,
                nodes::two_first_messages_start_one_conversation,
                nodes::positions_are_dense_across_nodes,
                nodes::nothing_overtakes_by_way_of_the_other_node,
                nodes::rounds_at_once_overload_nobody,
                nodes::a_round_takes_nothing_from_who_accepts,
                nodes::what_two_nodes_change_of_one_row_is_both_kept,
                calls::nor_by_way_of_two_nodes,
                talk::two_nodes_that_notice_it_offer_it_once,
            );
        }
    };
    (records: $($name:ident: $record:ty = $make:expr,)+) => {$(
        mod $name {
            use crate::suite::records::{self, Make};
            use super::*;

            const MAKE: Make<$record> = $make;

            conformance!(@record on_sqlite, crate::sqlite::File, MAKE:
                what_it_was_is_kept, it_is_found_in_order, unique_keys_are_unique,
            );
            conformance!(@record on_postgres, crate::postgres::Database, MAKE:
                what_it_was_is_kept, it_is_found_in_order, unique_keys_are_unique,
                one_of_two_nodes_changes_it,
            );

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn it_is_moved_along() {
                records::it_is_moved_along(MAKE).await;
            }
        }
    )+};
    (@record $name:ident, $home:ty, $make:ident: $($case:ident,)+) => {
        mod $name {
            use super::*;

            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    let bench = crate::bench::Bench::<$home>::set_up().await;
                    records::$case(bench, $make).await;
                }
            )+
        }
    };
    (@cases $home:ty: $($module:ident::$case:ident,)+) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $case() {
            let bench = bench::Bench::<$home>::set_up().await;
            suite::$module::$case(bench).await;
        }
    )+};
}

conformance!(on_sqlite, crate::sqlite::File);
conformance!(on_postgres, crate::postgres::Database);
conformance!(many nodes: nodes_on_postgres, crate::postgres::Database);
conformance!(records:
    sites: SiteRecord = |id, words| SiteRecord { name: words.to_owned(), ..bench::site(SiteId::from_bits(id)) },
    accounts: Account = bench::account,
);
