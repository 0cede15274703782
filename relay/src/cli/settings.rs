//! From the command line to settings.

use anyhow::Context;
use heard_relay::config::{Config, Layers, Value, load};

use super::args::{Common, DemoArgs, Format, LogArgs, ServeArgs};
use super::logging;

/// The settings for a command that only touches the data.
pub(super) fn common_config(common: &Common) -> anyhow::Result<Config> {
    loaded(common, Vec::new())
}

/// The settings for a relay.
pub(super) fn serve_config(args: &ServeArgs) -> anyhow::Result<Config> {
    let mut flags = log_flags(&args.log);
    if let Some(listen) = args.listen {
        flags.push(("listen", Value::from(listen.to_string())));
    }
    if let Some(bus) = &args.bus {
        flags.push(("bus", Value::from(bus.as_str())));
    }
    if let Some(url) = &args.public_url {
        flags.push(("public_url", Value::from(url.to_string())));
    }
    if args.trust_proxy {
        flags.push(("trust_proxy", Value::from(true)));
    }
    loaded(&args.common, flags)
}

/// The settings for the demo: its own data and addresses; everything else as usual, but only
/// warnings are logged, so that what it prints can be read.
pub(crate) fn demo_config(args: &DemoArgs) -> anyhow::Result<Config> {
    let mut flags = log_flags(&args.log);
    flags.push(("listen", Value::from(args.listen.to_string())));
    if args.log.log_level.is_none() {
        flags.push(("log.level", Value::from("warn")));
    }
    let data = Some(args.data.join("heard.db").into_os_string());
    let config = std::env::var_os("HEARD_CONFIG").map(Into::into);
    loaded(&Common { config, data }, flags)
}

fn loaded(common: &Common, mut flags: Vec<(&'static str, Value)>) -> anyhow::Result<Config> {
    if let Some(data) = &common.data {
        let data = data
            .to_str()
            .context("the path of the data file, or the address of the database, must be UTF-8")?;
        flags.push(("data", Value::from(data)));
    }
    // A variable that is not text is not one of ours.
    let env = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    Ok(load(&Layers {
        file: common.config.clone(),
        env,
        flags,
    })?)
}

fn log_flags(log: &LogArgs) -> Vec<(&'static str, Value)> {
    let mut flags = Vec::new();
    if let Some(format) = log.log_format {
        let word = match format {
            Format::Text => "text",
            Format::Json => "json",
        };
        flags.push(("log.format", Value::from(word)));
    }
    if let Some(level) = &log.log_level {
        flags.push(("log.level", Value::from(level.as_str())));
    }
    flags
}

/// Starts logging as the settings say.
pub(crate) fn start_logging(config: &Config) -> anyhow::Result<()> {
    logging::start(&config.log)
}

/// Prints the settings in force.
pub(super) fn show(args: &ServeArgs) -> anyhow::Result<()> {
    let config = serve_config(args)?;
    print!(
        "{}",
        toml::to_string(&config).context("the settings cannot be written as TOML")?
    );
    Ok(())
}
