//! `heard-relay agent …`

use std::io::BufRead;

use anyhow::{Context, bail};
use heard_desk::account;
use heard_protocol::SiteId;
use heard_relay::auth::{BOT_SESSION_MS, NewSession};
use heard_relay::clock::{Clock, SystemClock};
use heard_relay::entropy::Entropy;
use heard_relay::store::{Edit, Request, Store};

use super::args::{AgentAdd, AgentSkills};
use super::offline::{NewAccount, entropy, open, put_agent};
use super::serve::runtime;
use super::settings::common_config;

/// The characters of a drawn password: none that looks like another one. There are 32 of them, so
/// five bits choose one.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// How many characters are drawn: 100 bits.
const DRAWN: u32 = 20;

pub(super) fn add(args: &AgentAdd) -> anyhow::Result<()> {
    let config = common_config(&args.common)?;
    runtime()?.block_on(async { add_to(&*open(&config.data).await?, args).await })
}

/// Says what somebody is good at.
pub(super) fn skills(args: &AgentSkills) -> anyhow::Result<()> {
    let config = common_config(&args.common)?;
    runtime()?.block_on(async {
        let store = open(&config.data).await?;
        let email = account::sign_in_name(&args.email);
        let agent = store.agent_by_email(&email).await?;
        let agent = agent.with_context(|| format!("nobody signs in as {email}"))?;
        let request = Request::PutSkills {
            agent: agent.card.id,
            skills: args.skills.iter().cloned().collect(),
            edit: Edit::by_operator(SystemClock.now()),
        };
        store.execute(request).await?;
        anyhow::Ok(())
    })
}

async fn add_to(store: &dyn Store, args: &AgentAdd) -> anyhow::Result<()> {
    let (clock, entropy) = (SystemClock, entropy()?);
    let site = match args.site {
        Some(site) if store.site(site).await?.is_some() => site,
        Some(site) => bail!("there is no site {site}"),
        None => only_site(store).await?,
    };
    let password = if args.bot {
        None
    } else if args.password_stdin {
        Some(first_line()?)
    } else {
        Some(drawn(&entropy))
    };
    let account = NewAccount {
        site,
        name: &args.name,
        email: &args.email,
        password: password.as_deref(),
        capacity: args.capacity,
    };
    let id = put_agent(store, &clock, &entropy, account).await?;
    println!("{id}");
    match password {
        Some(password) if !args.password_stdin => {
            eprintln!("\nThe password, shown this once: {password}");
        }
        Some(_) => {}
        None => {
            let session = NewSession::draw(&entropy, clock.now(), BOT_SESSION_MS);
            let request = Request::SignIn {
                agent: id,
                token_hash: session.hash,
                expires_at: session.expires_at,
            };
            store.execute(request).await?;
            println!("{}", session.token.0);
            eprintln!("\nThe second line is the bot's token, shown this once.");
        }
    }
    Ok(())
}

async fn only_site(store: &dyn Store) -> anyhow::Result<SiteId> {
    match store.sites().await?.as_slice() {
        [site] => Ok(site.id),
        [] => bail!("there is no site yet: add one with `heard-relay site add`"),
        _ => bail!("there are several sites: say which with --site (`heard-relay site list`)"),
    }
}

fn first_line() -> anyhow::Result<String> {
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .context("no password could be read")?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn drawn(entropy: &dyn Entropy) -> String {
    let bits = entropy.bits();
    (0..DRAWN)
        .filter_map(|place| {
            let five = usize::try_from((bits >> (place * 5)) & 31).ok()?;
            LETTERS.get(five).copied().map(char::from)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use heard_relay::entropy::SeededEntropy;

    use super::*;

    #[test]
    fn a_drawn_password_is_long_and_never_the_same() {
        let entropy = SeededEntropy::new(1);
        let (one, other) = (drawn(&entropy), drawn(&entropy));
        assert_eq!(one.len(), 20);
        assert_ne!(one, other);
    }
}
