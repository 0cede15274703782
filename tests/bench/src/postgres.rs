//! Messages a second on PostgreSQL: what the store makes durable, in turns with bare inserts of the
//! same rows into a table of the same shape, as many to a commit. Nothing is pinned: the server has
//! processes of its own.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use heard_protocol::{CommandId, ContactId, UnixMillis, VisitorCommand};
use heard_relay::store::postgres::PostgresStore;
use heard_relay::store::{
    Answer, Answers, Edit, Fact, Listener, Request, SiteRecord, Store, VisitorProfile,
};
use heard_test_postgres::Server;
use sqlx::types::Uuid;
use sqlx::{Connection as _, PgConnection, query, raw_sql};
use tokio::sync::mpsc;

use crate::desk::{TEXT_BYTES, new_id, site};
use crate::machine::{Neighbours, settle};
use crate::report::{Goal, Row};

/// How many visitors write, as in the other rows about durable messages.
const VISITORS: u128 = 100;
/// How many messages wait for an answer at once: two commits' worth, so that one gathers while the
/// other is written.
const AT_ONCE: usize = 2 * BATCH;
/// How many share a commit at most.
const BATCH: usize = heard_relay::store::postgres::WRITE_BATCH;
/// How long one measurement takes.
const SPAN: Duration = Duration::from_secs(2);
const NOW: UnixMillis = UnixMillis(1_800_000_000_000);

/// Answers away from the writer's thread, as the relay does.
struct Answering(mpsc::UnboundedSender<Answers>);

impl Answering {
    fn start() -> Self {
        let (sender, mut answers) = mpsc::unbounded_channel::<Answers>();
        tokio::spawn(async move {
            while let Some(answer) = answers.recv().await {
                answer();
            }
        });
        Self(sender)
    }
}

impl Listener for Answering {
    fn committed(&self, _facts: Vec<Fact>) {}

    fn answer(&self, answers: Answers) {
        // When the runtime has stopped, nobody waits any more.
        let _ = self.0.send(answers);
    }
}

/// Measures `reps` times and makes the rows.
pub(crate) async fn rows(reps: usize) -> anyhow::Result<Vec<Row>> {
    let server = Server::start();
    let (mut ratios, mut bares, mut busy) = (vec![], vec![], 0_f64);
    for rep in 1..=reps {
        settle().await;
        let bare = bare(&server.database()).await.context("bare inserts")?;
        settle().await;
        let watch = Neighbours::watch_alone();
        let store = store(&server.database()).await.context("the store")?;
        // The server's own processes count as others here.
        busy = busy.max(watch.share_alone() - 0.5);
        eprintln!("  {rep}/{reps}: bare inserts {bare:.0}/s, messages {store:.0}/s");
        ratios.push(store / bare);
        bares.push(bare);
    }
    Ok(vec![Row {
        name: "relay.postgres.ratio_to_inserts",
        unit: "ratio",
        values: ratios,
        baselines: bares,
        goal: Some(Goal::AtLeast(0.5)),
        busy: busy.max(0.0),
        worst_is_low: true,
    }])
}

/// Rows a second, each batch in one statement and one commit.
async fn bare(url: &str) -> anyhow::Result<f64> {
    let mut connection = PgConnection::connect(url).await?;
    raw_sql(
        "CREATE TABLE bare (conversation uuid NOT NULL, seq bigint NOT NULL, public_seq bigint, at bigint NOT NULL,
           command uuid, actor uuid, body text NOT NULL, PRIMARY KEY (conversation, seq));
         CREATE UNIQUE INDEX bare_by_command ON bare (command) WHERE command IS NOT NULL",
    )
    .execute(&mut connection)
    .await?;
    let body = format!(
        "{{\"message\":{{\"id\":\"cmd_{:026}\",\"author\":\"visitor\",\"text\":\"{}\"}}}}",
        0,
        "x".repeat(TEXT_BYTES)
    );
    let (began, mut rows) = (Instant::now(), 0_u64);
    let mut seqs = 0_i64..;
    while began.elapsed() < SPAN {
        let uuid = |bits: u128| Uuid::from_u128(bits);
        let conversations: Vec<Uuid> = (0..BATCH as u128).map(|n| uuid(n % VISITORS)).collect();
        let seqs: Vec<i64> = seqs.by_ref().take(BATCH).collect();
        let commands: Vec<Uuid> = (0..BATCH)
            .map(|_| Uuid::from_bytes(new_id().to_bytes()))
            .collect();
        query(
            "INSERT INTO bare SELECT * FROM UNNEST($1::uuid[], $2::bigint[], $2::bigint[], $2::bigint[], $3::uuid[], $1::uuid[], $4::text[])",
        )
        .bind(&conversations)
        .bind(&seqs)
        .bind(&commands)
        .bind(vec![body.as_str(); BATCH])
        .execute(&mut connection)
        .await?;
        rows += BATCH as u64;
    }
    Ok(rows as f64 / began.elapsed().as_secs_f64())
}

/// Messages a second, each acknowledged.
async fn store(url: &str) -> anyhow::Result<f64> {
    let store = Arc::new(PostgresStore::open_with(url, Arc::new(Answering::start()), BATCH).await?);
    let put = Request::PutSite(
        SiteRecord {
            id: site(),
            name: "Bench".to_owned(),
            origins: Vec::new(),
            calls: std::sync::Arc::default(),
            policy: heard_desk::Policy::default(),
        },
        Edit::default(),
    );
    store.execute(put).await?;
    let profile = Arc::new(VisitorProfile::default());
    let says = move |visitor: u128, id: CommandId, text: &str| Request::Visitor {
        site: site(),
        contact: ContactId::from_bits(visitor + 1),
        profile: Arc::clone(&profile),
        id,
        after: None,
        command: VisitorCommand::Send {
            text: text.to_owned(),
        },
        now: NOW,
    };
    let text = "x".repeat(TEXT_BYTES);
    for visitor in 0..VISITORS {
        store.execute(says(visitor, new_id(), &text)).await?;
    }
    let (began, mut said) = (Instant::now(), 0_u64);
    let mut under_way = std::collections::VecDeque::with_capacity(AT_ONCE);
    let mut next = 0_u128;
    while began.elapsed() < SPAN || !under_way.is_empty() {
        while under_way.len() < AT_ONCE && began.elapsed() < SPAN {
            under_way.push_back(store.execute(says(next % VISITORS, new_id(), &text)));
            next += 1;
        }
        if let Some(oldest) = under_way.pop_front() {
            let answer = oldest.await?;
            anyhow::ensure!(
                matches!(answer, Answer::Receipt(_)),
                "not taken: {answer:?}"
            );
            said += 1;
        }
    }
    Ok(said as f64 / began.elapsed().as_secs_f64())
}
