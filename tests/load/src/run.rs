//! One run, from the first connection to the verdict.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use heard_desk::Policy;
use heard_protocol::{Availability, MeAct, Staff, StaffCommand, StaffEntry, Visitor};
use heard_relay::config::Data;
use heard_test_postgres::Server;
use heard_tests::Rng;
use heard_tests::check::check;
use heard_tests::real::{Desk, Party, Relay, Start, history, is_by_visitor};
use tokio::sync::watch;

use crate::meter::{Meter, Origin};
use crate::{Home, Options, people};

/// How often it is said how it goes.
const EVERY: Duration = Duration::from_secs(2);
const ENV: [(&str, &str); 1] = [("HEARD_LIMITS__OUTGOING_QUEUE", "65536")];

/// Runs; returns whether nothing was wrong.
pub(crate) async fn run(options: Options) -> anyhow::Result<bool> {
    let server = (options.data == Home::Postgres).then(Server::start);
    let data = server.as_ref().map(|server| Data::from(server.database()));
    let agents = usize::try_from(options.agents)?;
    // Room for everybody.
    let capacity = u16::try_from(options.visitors / options.agents + 1).unwrap_or(u16::MAX);
    let url = data.as_ref().map(url_of);
    let desk = Desk::with(data, agents, capacity, Policy::default()).await;
    let file = desk.file();
    let start = Start {
        data: url.as_deref().map_or(file.as_path(), Path::new),
        listen: None,
        env: &ENV,
    };
    let relay = Relay::start(start).await;
    let (origin, meter) = (Origin(Instant::now()), Arc::new(Meter::default()));
    let agents: Vec<_> = (0..agents)
        .map(|number| people::agent(number, &desk, &relay.url(), origin, &meter))
        .collect();
    for agent in &agents {
        let availability = Availability::Available;
        agent
            .voice()
            .say(StaffCommand::Me(MeAct::SetAvailability { availability }));
    }
    let (stop, stopped) = watch::channel(false);
    let mut rng = Rng::new(options.seed);
    let talking: Vec<_> = (0..options.visitors)
        .map(|number| {
            let visitor = people::visitor(number, &relay.url(), &meter);
            let rng = Rng::new(rng.next());
            let (meter, stopped) = (Arc::clone(&meter), stopped.clone());
            let talk = people::talk(visitor, origin, options.think_ms, rng, meter, stopped);
            tokio::spawn(talk)
        })
        .collect();

    watch_them(&options, &relay, &meter).await;
    stop.send(true)?;
    let mut visitors = Vec::new();
    for visitor in talking {
        visitors.push(visitor.await?);
    }
    settle(&visitors, &agents).await;
    anyhow::ensure!(
        relay.stop().await.success(),
        "the relay did not stop in order"
    );
    let history = history(&desk, visitors, agents).await;
    let mut wrong = meter.all_wrong();
    wrong.extend(check(&history).iter().map(ToString::to_string));
    let shown: usize = history.logs.iter().map(|log| log.entries.len()).sum();
    if wrong.is_empty() {
        println!("{shown} entries, each once and in order for everybody who may see it");
    } else {
        for one in wrong.iter().take(20) {
            println!("WRONG {one}");
        }
        println!("{} violations of the delivery contract", wrong.len());
    }
    Ok(wrong.is_empty())
}

/// The database's address, with what is not shown.
fn url_of(data: &Data) -> String {
    match data {
        Data::Postgres(url) => url.clone(),
        Data::File(path) => path.display().to_string(),
    }
}

async fn watch_them(options: &Options, relay: &Relay, meter: &Meter) {
    let began = Instant::now();
    let mut before = 0;
    println!(
        "  seconds  messages/s  receipt ms p50 p99 max      screen ms p50 p99 max       relay MiB  wrong"
    );
    while began.elapsed() < Duration::from_secs(options.seconds) {
        tokio::time::sleep(EVERY).await;
        let look = meter.look();
        println!(
            "  {:7.0}  {:10.0}  {:10.1} {:7.1} {:7.1}  {:9.1} {:7.1} {:7.1}  {:10.1}  {:5}",
            began.elapsed().as_secs_f64(),
            (look.acked - before) as f64 / EVERY.as_secs_f64(),
            look.receipt.half,
            look.receipt.most,
            look.receipt.worst,
            look.screen.half,
            look.screen.most,
            look.screen.worst,
            relay.resident() as f64 / 1_048_576.0,
            look.wrong,
        );
        before = look.acked;
    }
    let look = meter.look();
    println!(
        "{} messages acknowledged, {} entries shown",
        look.acked, look.shown
    );
}

/// Waits until everybody has read everything.
async fn settle(visitors: &[Party<Visitor>], agents: &[Party<Staff>]) {
    let messages: usize = visitors.iter().map(|one| one.voice().said()).sum();
    for agent in agents {
        agent
            .until("reads every message", |seen| {
                let own = |log: &Vec<_>| log.iter().filter(|one| is_by_visitor(one)).count();
                seen.logs.values().map(own).sum::<usize>() >= messages
            })
            .await;
        let voice = agent.voice().clone();
        agent
            .until("is answered", |seen| seen.answers.len() >= voice.said())
            .await;
    }
    // The end of each log, as far as anybody knows: whoever answered last was told.
    let mut ends = BTreeMap::new();
    for agent in agents {
        agent.look(|seen| {
            for receipt in seen.answers.iter().filter_map(|(_, answer)| answer.ok()) {
                if let Some(conversation) = receipt.conversation {
                    let end = ends.entry(conversation).or_insert(receipt.seq);
                    *end = receipt.seq.max(*end);
                }
            }
        });
    }
    for agent in agents {
        agent
            .until("reads every answer", |seen| {
                ends.iter().all(|(conversation, end)| {
                    let read = seen.logs.get(conversation).map_or(0, Vec::len);
                    read as u64 >= end.0
                })
            })
            .await;
    }
    let public = agents.first().map(|agent| {
        agent.look(|seen| {
            let count =
                |log: &Vec<StaffEntry>| log.iter().filter(|one| one.public().is_some()).count();
            let counts = seen.logs.iter().map(|(id, log)| (*id, count(log)));
            counts.collect::<BTreeMap<_, _>>()
        })
    });
    for visitor in visitors {
        visitor
            .until("reads every answer", |seen| {
                seen.logs.iter().all(|(id, log)| {
                    let all = public.as_ref().and_then(|public| public.get(id));
                    all.is_none_or(|all| log.len() >= *all)
                })
            })
            .await;
    }
}
