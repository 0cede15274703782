//! What every kind of record is held to.

use std::fmt::Debug;
use std::sync::Arc;

use heard_protocol::{RefusalCode, UnixMillis};
use heard_relay::config::Data;
use heard_relay::store::moving::{self, Options};
use heard_relay::store::{
    Answer, Edit, Find, Kept, Listener, Put, Record, Request, Store, StoreError, Version,
};

use crate::bench::{ANNA, Bench, Home, NOW, Notebook};
use crate::{postgres, sqlite};

/// A record by number and words, which are in all of it that people write.
pub(crate) type Make<R> = fn(u128, &str) -> R;

/// The number of the first record that is a case's own.
const FIRST: u128 = 1_000;

fn by_operator() -> Edit {
    Edit::by_operator(NOW)
}

fn by_anna() -> Edit {
    Edit::by_agent(ANNA, NOW.plus(1_000))
}

fn put<R: Record>(record: &R, was: u64, edit: Edit) -> Request {
    Request::Put(Put::new(record, Version(was), edit).expect("it can be written"))
}

/// A record that is due then.
fn due<R: Record>(record: &R, at: u64) -> Request {
    let mut put = Put::over(record, by_operator()).expect("it can be written");
    put.due = Some(UnixMillis(at));
    Request::Put(put)
}

async fn kept<H: Home>(bench: &Bench<H>, request: Request) -> Version {
    match bench.answer(request).await {
        Answer::Kept(version) => version,
        other => panic!("a version was due, not {other:?}"),
    }
}

async fn record<R: Record>(store: &dyn Store, id: R::Id) -> Kept<R> {
    let found = store.record::<R>(id).await.expect("a read");
    found.expect("it is there")
}

/// What is found of a case's own, in the order in which it is.
async fn found<R: Record + PartialEq>(store: &dyn Store, own: &[R], find: Find<R>) -> Vec<usize> {
    let all = store.records(find).await.expect("a read");
    all.iter()
        .filter_map(|kept| own.iter().position(|one| *one == kept.record))
        .collect()
}

pub(crate) async fn what_it_was_is_kept<H, R>(bench: Bench<H>, make: Make<R>)
where
    H: Home,
    R: Record + Debug + PartialEq,
{
    let (first, second) = (make(FIRST, "first"), make(FIRST, "second"));
    let id = first.id();
    assert_eq!(
        kept(&bench, put(&first, 0, by_operator())).await,
        Version(1)
    );
    // A copy that comes late, or whose answer was lost.
    assert_eq!(
        kept(&bench, put(&first, 0, by_operator())).await,
        Version(1)
    );
    assert_eq!(kept(&bench, put(&second, 1, by_anna())).await, Version(2));
    let stale = make(FIRST, "third");
    let refused = bench.refused(put(&stale, 1, by_operator())).await;
    assert_eq!(refused, RefusalCode::Conflict);
    let refused = bench.refused(put(&stale, 0, by_operator())).await;
    assert_eq!(refused, RefusalCode::Conflict);

    let bench = bench.restart().await;
    let now = record::<R>(&*bench.store, id).await;
    assert_eq!((&now.record, now.version), (&second, Version(2)));
    assert_eq!((now.edit, now.due), (by_anna(), second.due()));
    let third = kept(&bench, put(&stale, 2, by_operator())).await;
    assert_eq!(third, Version(3));
    let past = bench.store.history::<R>(id, 10).await.expect("a read");
    let past: Vec<_> = past
        .into_iter()
        .map(|one| (one.record, one.version.0, one.edit))
        .collect();
    let expected = [(second, 2, by_anna()), (first, 1, by_operator())];
    assert_eq!(past, expected);
    let latest = bench.store.history::<R>(id, 1).await.expect("a read");
    assert_eq!(latest.len(), 1);
}

pub(crate) async fn it_is_found_in_order<H, R>(bench: Bench<H>, make: Make<R>)
where
    H: Home,
    R: Record + Debug + PartialEq,
{
    let own: Vec<R> = (0..6)
        .map(|number| make(FIRST + number, &format!("words{number}")))
        .collect();
    for place in [3, 0, 5, 1, 4, 2] {
        kept(&bench, put(&own[place], 0, by_operator())).await;
    }
    let store = &*bench.store;
    let in_order = found(store, &own, Find::all()).await;
    assert_eq!(in_order, [0, 1, 2, 3, 4, 5]);
    let third = record::<R>(store, own[2].id()).await;
    let rest = found(store, &own, Find::all().after(&third)).await;
    assert_eq!(rest, [3, 4, 5]);
    let two = found(store, &own, Find::all().after(&third).most(2)).await;
    assert_eq!(two, [3, 4]);
    for (place, one) in own.iter().enumerate() {
        let of_site = found(store, &own, Find::of_site(one.site())).await;
        assert!(of_site.contains(&place), "{of_site:?}");
    }

    for (place, at) in [(4, 20), (1, 10), (5, 20), (2, 30)] {
        bench.answer(due(&own[place], at)).await;
    }
    let before = |at| Find::<R>::due_before(UnixMillis(at));
    assert_eq!(found(store, &own, before(30)).await, [1, 4, 5]);
    let fifth = record::<R>(store, own[4].id()).await;
    assert_eq!(found(store, &own, before(31).after(&fifth)).await, [5, 2]);
    assert_eq!(found(store, &own, before(31).most(1)).await, [1]);
}

pub(crate) async fn unique_keys_are_unique<H, R>(bench: Bench<H>, make: Make<R>)
where
    H: Home,
    R: Record + Debug + PartialEq,
{
    let (one, other) = (make(FIRST, "same"), make(FIRST + 1, "same"));
    kept(&bench, put(&one, 0, by_operator())).await;
    let answer = bench.answer(put(&other, 0, by_operator())).await;
    if !R::TABLE.has_unique_keys() {
        assert_eq!(answer, Answer::Kept(Version(1)));
        return;
    }
    let refused =
        matches!(&answer, Answer::Refused(refusal) if refusal.code == RefusalCode::IdTaken);
    assert!(refused, "{answer:?}");
    // Once the one has let go of them, the other may have them, also in one transaction.
    let freed = bench
        .store
        .execute(put(&make(FIRST, "another"), 1, by_anna()));
    let taken = bench.store.execute(put(&other, 0, by_anna()));
    assert_eq!(
        freed.await.expect("the store works"),
        Answer::Kept(Version(2))
    );
    assert_eq!(
        taken.await.expect("the store works"),
        Answer::Kept(Version(1))
    );
}

pub(crate) async fn one_of_two_nodes_changes_it<H, R>(bench: Bench<H>, make: Make<R>)
where
    H: Home,
    R: Record + Debug + PartialEq,
{
    let listener = Arc::new(Notebook::default()) as Arc<dyn Listener>;
    let other = bench.home.open(listener).await;
    let id = make(FIRST, "first").id();
    kept(&bench, put(&make(FIRST, "first"), 0, by_operator())).await;
    for turn in 1..=8 {
        let (one, two) = tokio::join!(
            bench.store.execute(put(
                &make(FIRST, &format!("one{turn}")),
                turn,
                by_operator()
            )),
            other.execute(put(&make(FIRST, &format!("two{turn}")), turn, by_anna())),
        );
        let answers: [Result<Answer, StoreError>; 2] = [one, two];
        let count = |wanted: fn(&Answer) -> bool| {
            let answers = answers.iter().flatten();
            answers.filter(|answer| wanted(answer)).count()
        };
        let won = count(|answer| matches!(answer, Answer::Kept(_)));
        let lost = count(
            |answer| matches!(answer, Answer::Refused(refusal) if refusal.code == RefusalCode::Conflict),
        );
        assert_eq!((won, lost), (1, 1), "{answers:?}");
    }
    let past = other.history::<R>(id, 100).await.expect("a read");
    let versions: Vec<_> = past.iter().map(|one| one.version.0).collect();
    assert_eq!(versions, [8, 7, 6, 5, 4, 3, 2, 1]);

    // Two that come to be at once under the same keys.
    let (one, two) = tokio::join!(
        bench
            .store
            .execute(put(&make(FIRST + 1, "same"), 0, by_operator())),
        other.execute(put(&make(FIRST + 2, "same"), 0, by_operator())),
    );
    let both = [one.expect("it works"), two.expect("it works")];
    let won = both
        .iter()
        .filter(|one| matches!(one, Answer::Kept(_)))
        .count();
    let room = if R::TABLE.has_unique_keys() { 1 } else { 2 };
    assert_eq!(won, room, "{both:?}");
}

pub(crate) async fn it_is_moved_along<R>(make: Make<R>)
where
    R: Record + Debug + PartialEq,
{
    let bench = Bench::<sqlite::File>::set_up().await;
    let id = make(FIRST, "first").id();
    kept(&bench, put(&make(FIRST, "first"), 0, by_operator())).await;
    kept(&bench, put(&make(FIRST, "second"), 1, by_anna())).await;
    bench.answer(due(&make(FIRST + 1, "due"), 10)).await;
    let all = bench.store.records::<R>(Find::all()).await.expect("a read");
    let past = bench.store.history::<R>(id, 10).await.expect("a read");
    assert_eq!(past.len(), 1);
    let Bench { home, store, .. } = bench;
    drop(store);

    let database = postgres::Database::make().await;
    let places = [
        Data::from(home.path()),
        Data::from(database.url.clone()),
        Data::from(home.path().with_extension("again")),
    ];
    let options = Options {
        replace: false,
        batch: 1,
    };
    for step in places.windows(2) {
        let moved = moving::run(&step[0], &step[1], options, &mut |_| {}).await;
        moved.expect("it is moved");
    }
    for place in &places[1..] {
        let listener = Arc::new(Notebook::default());
        let store = heard_relay::store::open(place, listener, 1).await;
        let store = store.expect("it opens");
        let moved = store.records::<R>(Find::all()).await.expect("a read");
        assert_eq!(moved, all);
        let moved = store.history::<R>(id, 10).await.expect("a read");
        assert_eq!(moved, past);
    }
}
