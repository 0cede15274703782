//! `heard-relay site …`

use heard_relay::clock::SystemClock;

use super::args::{Common, SiteAdd};
use super::offline::{entropy, open, put_site};
use super::serve::runtime;
use super::settings::common_config;

pub(super) fn add(args: &SiteAdd) -> anyhow::Result<()> {
    let config = common_config(&args.common)?;
    let entropy = entropy()?;
    let site = runtime()?.block_on(async {
        let store = open(&config.data).await?;
        put_site(&*store, &SystemClock, &entropy, &args.name, &args.origins).await
    })?;
    println!("{}", site.id);
    let relay = config.public_url.as_ref().map_or_else(
        || "https://your-relay.example".to_owned(),
        ToString::to_string,
    );
    eprintln!(
        "\nPut this into the pages of {}:\n\n  <script async src=\"{relay}/heard.js\" data-site=\"{}\"></script>\n",
        site.name, site.id,
    );
    if site.origins.is_empty() {
        eprintln!(
            "No --origin was given, so no page can show the chat yet; {relay}/chat/{} can.",
            site.id
        );
    }
    Ok(())
}

pub(super) fn list(common: &Common) -> anyhow::Result<()> {
    let config = common_config(common)?;
    let sites = runtime()?.block_on(async {
        let store = open(&config.data).await?;
        anyhow::Ok(store.sites().await?)
    })?;
    for site in sites {
        println!("{}\t{}\t{}", site.id, site.name, site.origins.join(" "));
    }
    Ok(())
}
