//! From a file into a database and back.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use heard_protocol::{
    AssignmentAct, Availability, CommandId, ConversationAct, StaffCommand, UnixMillis,
};
use heard_relay::config::Data;
use heard_relay::store::moving::{self, Event, Options, Report};
use heard_relay::store::postgres::PostgresStore;
use heard_relay::store::sqlite::SqliteStore;
use heard_relay::store::{Answer, Request, Store};
use heard_test_postgres::Server;

use crate::content::{self, AGENTS, MANY, Nobody, command, conversation};
use crate::same::compare;

const OPTIONS: Options = Options {
    replace: false,
    batch: 4_000,
};

fn file(path: &Path) -> SqliteStore {
    SqliteStore::open(path, Arc::new(Nobody)).expect("the file opens")
}

async fn database(url: &str) -> PostgresStore {
    let store = PostgresStore::open(url, Arc::new(Nobody)).await;
    store.expect("the database opens")
}

async fn moved(from: &Data, to: &Data) -> Report {
    let begun = Instant::now();
    let mut last = None;
    let mut watch = |event| last = Some(event);
    let report = moving::run(from, to, OPTIONS, &mut watch).await;
    println!("{from} to {to} in {:?}", begun.elapsed());
    let report = report.expect("everything is moved");
    let rows: u64 = report.tables.iter().map(|table| table.rows).sum();
    let (rows, of) = (rows * 2, rows * 2);
    assert_eq!(last, Some(Event::Compared { rows, of }));
    report
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_in_the_file_is_in_the_database_and_in_a_file_again() {
    let begun = Instant::now();
    let large = tokio::task::spawn_blocking(content::large).await;
    let (folder, path) = large.expect("a store");
    let url = Server::shared().database();
    println!("made in {:?}", begun.elapsed());
    let (from, to) = (Data::from(path.clone()), Data::from(url.clone()));
    let there = moved(&from, &to).await;
    for table in &there.tables {
        assert!(table.rows > 0, "{} is moved", table.table);
    }
    {
        let (one, other) = (file(&path), database(&url).await);
        let entries = compare(&one, &other, MANY).await;
        println!("compared in {:?}", begun.elapsed());
        assert!(entries > 100_000, "there are {entries}");
    }

    let again = folder.path().join("again.db");
    let back = moved(&to, &Data::from(again.clone())).await;
    let rows = |report: &Report| report.tables.iter().map(|one| one.rows).collect::<Vec<_>>();
    assert_eq!(rows(&there), rows(&back));
    let (before, after) = (file(&path), file(&again));
    compare(&before, &after, MANY).await;
    let database = database(&url).await;
    answers_stay_the_same(&before, &[&after, &database]).await;
    let now = UnixMillis(1_900_000_000_000);
    for store in [&before as &dyn Store, &after, &database] {
        let answer = store.execute(content::thinks_better_of_it(6, now)).await;
        assert!(matches!(answer, Ok(Answer::Receipt(_))), "{answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_goes_into_one_database_and_on_into_another() {
    let small = tokio::task::spawn_blocking(content::small).await;
    let (_folder, path) = small.expect("a store");
    let urls = [(); 2].map(|()| Server::shared().database());
    let [first, second] = urls.clone().map(Data::from);
    let there = moved(&Data::from(path.clone()), &first).await;
    let on = moved(&first, &second).await;
    let rows = |report: &Report| report.tables.iter().map(|one| one.rows).collect::<Vec<_>>();
    assert_eq!(rows(&there), rows(&on));
    let (file, last) = (file(&path), database(&urls[1]).await);
    assert!(compare(&file, &last, 15).await > 0);
    answers_stay_the_same(&file, &[&last, &database(&urls[0]).await]).await;
}

/// What was answered once is answered so for ever, wherever it is asked again.
async fn answers_stay_the_same(before: &dyn Store, after: &[&dyn Store]) {
    let now = UnixMillis(1_900_000_000_000);
    let accept = Request::Staff {
        agent: AGENTS[1],
        id: command(2, 202),
        after: None,
        command: StaffCommand::In {
            conversation: conversation(2, 0),
            act: ConversationAct::Assignment(AssignmentAct::Accept),
        },
        now,
    };
    let word = CommandId::from_bytes(AGENTS[0].to_bytes());
    let said = Request::availability(AGENTS[0], word, Availability::Busy, now);
    for (request, refused) in [
        (content::message(1, 1), false),
        (content::message(13, 20), false),
        (said, false),
        (accept, true),
    ] {
        let answer = before.execute(request.clone()).await.expect("an answer");
        assert_eq!(matches!(answer, Answer::Refused(_)), refused, "{answer:?}");
        for store in after {
            let later = store.execute(request.clone()).await;
            assert_eq!(later.expect("an answer"), answer);
        }
    }
}
