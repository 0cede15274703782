//! `heard-relay calls …`: how a site calls, and what came of it.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use heard_desk::Voiced;
use heard_desk::callback::report::{Report, report};
use heard_desk::callback::{CallPolicy, Callback};
use heard_protocol::{SiteId, UnixMillis};
use heard_relay::clock::{Clock, SystemClock};
use heard_relay::store::{Edit, Request, SiteRecord, Store};
use serde::Serialize;

use super::args::{CallsReport, CallsSet, CallsShow};
use super::offline::open;
use super::serve::runtime;
use super::settings::common_config;

const DAY_MS: u64 = 24 * 3_600_000;

/// Prints how a site calls, in the form that `set` reads.
pub(super) fn show(args: &CallsShow) -> anyhow::Result<()> {
    let config = common_config(&args.common)?;
    let site = runtime()?.block_on(async {
        let store = open(&config.data).await?;
        the_site(&*store, args.site).await
    })?;
    print!("{}", toml::to_string(&*site.calls)?);
    Ok(())
}

/// Sets how a site calls.
pub(super) fn set(args: &CallsSet) -> anyhow::Result<()> {
    let config = common_config(&args.common)?;
    let policy = read(&args.file)?;
    runtime()?.block_on(async {
        let store = open(&config.data).await?;
        let mut site = the_site(&*store, args.site).await?;
        site.calls = Arc::new(policy);
        store
            .execute(Request::PutSite(site, Edit::by_operator(SystemClock.now())))
            .await?;
        anyhow::Ok(())
    })
}

fn read(file: &Path) -> anyhow::Result<CallPolicy> {
    let name = file.display();
    let text = if file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text)?;
        text
    } else {
        std::fs::read_to_string(file).with_context(|| format!("{name} can't be read"))?
    };
    let policy: CallPolicy =
        toml::from_str(&text).with_context(|| format!("{name} does not say how to call"))?;
    if let Some((field, what)) = policy.fault() {
        bail!("{name}: {field} {what}");
    }
    Ok(policy)
}

/// Prints what came of the requests of the last days.
pub(super) fn tell(args: &CallsReport) -> anyhow::Result<()> {
    let config = common_config(&args.common)?;
    let now = SystemClock.now();
    let from = UnixMillis(now.0.saturating_sub(u64::from(args.days) * DAY_MS));
    let (calls, voices, names) = runtime()?.block_on(async {
        let store = open(&config.data).await?;
        let site = the_site(&*store, args.site).await?;
        let calls = store.calls_between(site.id, from, now).await?;
        let voices = store.voices_between(site.id, from, now).await?;
        let team = store.colleagues(site.id).await?;
        let names: Vec<_> = team
            .into_iter()
            .map(|one| (one.card.id, one.card.name))
            .collect();
        anyhow::Ok((calls, voices, names))
    })?;
    if args.csv {
        return rows(&calls, &voices);
    }
    let report = report(&calls, &voices);
    let name = |id| {
        let known = names.iter().find(|(known, _)| *known == id);
        known.map_or_else(|| id.to_string(), |(_, name)| name.clone())
    };
    summary(&report, name);
    Ok(())
}

fn summary(report: &Report, name: impl Fn(heard_protocol::AgentId) -> String) {
    let (all, here) = (&report.all, &report.here);
    let reach = all
        .reach_percent()
        .map_or_else(|| "none yet".to_owned(), |percent| format!("{percent} %"));
    println!("By phone");
    println!("  requests      {}", all.requests);
    println!("  over          {}", all.ended);
    println!("  reached       {} ({reach})", all.reached);
    println!("  cancelled     {}", all.cancelled);
    println!("  expired       {}", all.expired);
    println!("  attempts      {}", all.attempts);
    println!(
        "  first call    {} s after it was due (median)",
        all.first_call_ms / 1_000
    );
    for (disposition, count) in &report.outcomes {
        println!("    {disposition:?}: {count}");
    }
    println!("In the browser");
    println!("  asked for     {}", here.asked);
    println!(
        "  answered      {}, after {} s (median)",
        here.answered,
        here.answer_ms / 1_000
    );
    println!("  talked        {} s", here.talked_ms / 1_000);
    println!("By reason");
    for (reason, of) in &report.reasons {
        println!(
            "  {reason:?}: phone {} asked, {} reached; browser {} asked, {} answered",
            of.requests, of.reached, of.asked, of.answered
        );
    }
    println!("By agent");
    for (agent, of) in &report.agents {
        println!(
            "  {}: phone {} attempts, {} reached; browser {} answered",
            name(*agent),
            of.attempts,
            of.reached,
            of.answered
        );
    }
}

/// A line for each call, for a program or a table. Numbers are left out: whoever counts calls need
/// not know whose they were.
fn rows(calls: &[Callback], voices: &[Voiced]) -> anyhow::Result<()> {
    println!("channel,id,requested_at,due_at,reason,state,country,attempts,last_agent,talked_s");
    for call in calls {
        let last = call.life.tries.last();
        let outcome = last.map_or_else(String::new, |last| format!(":{:?}", last.disposition));
        println!(
            "phone,{},{},{},{},{}{outcome},{},{},{},{}",
            call.id,
            call.requested_at.0,
            call.life.due.0,
            call.life.reason.map(word).transpose()?.unwrap_or_default(),
            word(call.summary().state)?,
            call.life.country,
            call.life.tries.len(),
            last.map_or_else(String::new, |last| last.agent.to_string()),
            call.life.tries.iter().map(|one| one.talked_ms).sum::<u64>() / 1_000,
        );
    }
    for call in voices {
        let state = match call.ended {
            None => "open".to_owned(),
            Some((_, why)) => format!("ended:{}", word(why)?),
        };
        println!(
            "browser,{},{},{},{},{state},,{},{},{}",
            call.call,
            call.asked_at.0,
            call.asked_at.0,
            word(call.reason)?,
            u8::from(call.answered_at.is_some()),
            call.agent
                .map_or_else(String::new, |agent| agent.to_string()),
            call.talked_ms() / 1_000,
        );
    }
    Ok(())
}

/// The name that the protocol has for one of several possibilities.
fn word(value: impl Serialize) -> anyhow::Result<String> {
    Ok(match serde_json::to_value(value)? {
        serde_json::Value::String(name) => name,
        serde_json::Value::Object(fields) => fields.keys().next().cloned().unwrap_or_default(),
        _ => String::new(),
    })
}

/// The site that is named, or the only one.
async fn the_site(store: &dyn Store, named: Option<SiteId>) -> anyhow::Result<SiteRecord> {
    if let Some(id) = named {
        return store
            .site(id)
            .await?
            .with_context(|| format!("there is no site {id}"));
    }
    let mut sites = store.sites().await?;
    match (sites.pop(), sites.is_empty()) {
        (Some(site), true) => Ok(site),
        (None, _) => bail!("there is no site yet; `heard-relay site add` makes one"),
        (Some(_), false) => bail!("there are several sites; name one with --site"),
    }
}
