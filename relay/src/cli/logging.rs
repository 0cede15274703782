//! Structured logs on standard error.

use std::io::IsTerminal;

use anyhow::anyhow;
use heard_relay::config::{Log, LogFormat};
use tracing_subscriber::EnvFilter;

/// Starts logging.
pub(super) fn start(log: &Log) -> anyhow::Result<()> {
    let mut filter: EnvFilter = log
        .level
        .parse()
        .map_err(|_| anyhow!("log.level: `{}` is neither a level nor a filter", log.level))?;
    // They quote what they could not read, which may be somebody's number.
    for target in heard_sip::LOUD {
        filter = filter.add_directive(format!("{target}=off").parse()?);
    }
    let to_stderr = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    match log.format {
        LogFormat::Text => to_stderr.init(),
        LogFormat::Json => to_stderr.json().flatten_event(true).init(),
    }
    Ok(())
}
