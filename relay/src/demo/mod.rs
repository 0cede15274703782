//! `heard-relay demo`: a relay with a shop, a console and two agents to try it with.

mod seed;
mod shop;

use std::fmt::Write;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use anyhow::{Context, anyhow};
use heard_protocol::SiteId;
use heard_relay::assets;
use heard_relay::clock::SystemClock;
use heard_relay::config::{Config, Data};
use heard_relay::entropy::{Entropy, OsEntropy};
use heard_relay::server::Relay;
use tokio_util::sync::CancellationToken;

use crate::cli::args::DemoArgs;
use crate::cli::serve::{bind, runtime, stop_signal};
use crate::cli::settings::{demo_config, start_logging};

/// Runs the demo until it is stopped.
pub(crate) fn run(args: &DemoArgs) -> anyhow::Result<()> {
    assets::require()?;
    let config = demo_config(args)?;
    start_logging(&config)?;
    std::fs::create_dir_all(&args.data)
        .with_context(|| format!("cannot create the folder {}", args.data.display()))?;
    runtime()?.block_on(serve(config, args))
}

async fn serve(config: Config, args: &DemoArgs) -> anyhow::Result<()> {
    let stop_signal = stop_signal()?;
    let (for_relay, for_shop) = (bind(args.listen)?, bind(args.shop)?);
    let relay_url = reached_at(for_relay.local_addr()?);
    let shop_address = for_shop.local_addr()?;
    let entropy: Arc<dyn Entropy> = Arc::new(
        OsEntropy::open().map_err(|error| anyhow!("the system has no randomness: {error}"))?,
    );
    let data = config.data.clone();
    let relay = Relay::open(config, Arc::new(SystemClock), Arc::clone(&entropy)).await?;
    let app = relay.app();
    let site = seed::seed(&*app.store, &*app.clock, &*app.entropy, shop_address.port()).await?;

    let closing = CancellationToken::new();
    let shop = shop::router(&relay_url, site, entropy);
    let shop =
        axum::serve(for_shop, shop).with_graceful_shutdown(closing.clone().cancelled_owned());
    let shop = tokio::spawn(shop.into_future());

    print!(
        "{}",
        told(&relay_url, &reached_at(shop_address), site, &data)
    );
    relay.serve(for_relay, stop_signal).await;
    closing.cancel();
    // The shop has nothing to lose.
    shop.abort();
    println!("\nStopped. Everything is kept in {data}.");
    Ok(())
}

/// The address somebody on this machine types.
fn reached_at(address: SocketAddr) -> String {
    let ip = match address.ip() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V4(_) => IpAddr::from([127, 0, 0, 1]),
        IpAddr::V6(_) => IpAddr::from(std::net::Ipv6Addr::LOCALHOST),
    };
    format!("http://{}", SocketAddr::new(ip, address.port()))
}

fn told(relay: &str, shop: &str, site: SiteId, data: &Data) -> String {
    let mut text = format!(
        "\n  Heard is running.\n\n\
         \x20   Shop       {shop}/\n\
         \x20   Console    {relay}/console/\n\
         \x20   Chat page  {relay}/chat/{site}\n\n\
         \x20 Sign in to the console as\n\n",
    );
    // Writing to a string does not fail.
    for person in seed::TEAM {
        let _ = writeln!(
            text,
            "    {:<20} password  {}",
            person.email, person.password
        );
    }
    let _ = writeln!(text, "\n  Data: {data}. Ctrl-C stops.\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_everywhere_is_reached_here() {
        assert_eq!(
            reached_at("0.0.0.0:80".parse().unwrap()),
            "http://127.0.0.1:80"
        );
        assert_eq!(reached_at("[::]:80".parse().unwrap()), "http://[::1]:80");
        assert_eq!(
            reached_at("192.0.2.1:80".parse().unwrap()),
            "http://192.0.2.1:80"
        );
    }

    #[test]
    fn what_is_printed_names_three_addresses_and_two_people() {
        let site = SiteId::from_bits(5);
        let text = told(
            "http://127.0.0.1:1",
            "http://127.0.0.1:2",
            site,
            &Data::File("d/heard.db".into()),
        );
        for expected in [
            "http://127.0.0.1:2/",
            "http://127.0.0.1:1/console/",
            &format!("http://127.0.0.1:1/chat/{site}"),
            "anna@demo.example",
            "oleg@demo.example",
        ] {
            assert!(text.contains(expected), "{expected}\n{text}");
        }
    }
}
