//! `heard-relay site …`

use heard_relay::clock::SystemClock;
use heard_relay::store::Store;

use super::args::{Common, SiteAdd};
use super::offline::{entropy, open, put_site};
use super::serve::runtime;
use super::settings::common_config;

pub(super) fn add(args: &SiteAdd) -> anyhow::Result<()> {
    let config = common_config(&args.common)?;
    let store = open(&config.data)?;
    let entropy = entropy()?;
    let adding = put_site(&store, &SystemClock, &entropy, &args.name, &args.origins);
    let site = runtime()?.block_on(adding)?;
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
    let store = open(&common_config(common)?.data)?;
    for site in runtime()?.block_on(store.sites())? {
        println!("{}\t{}\t{}", site.id, site.name, site.origins.join(" "));
    }
    Ok(())
}
