//! How a site calls, set as its operator sets it.

use std::path::Path;
use std::process::Stdio;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::binary;

/// Has the relay's own command read `policy` in TOML, for the only site in this data file. No relay
/// may run on it.
pub async fn set_calls(data: &Path, policy: &str) {
    let mut child = Command::new(binary::relay())
        .args(["calls", "set", "-", "--data"])
        .arg(data)
        .stdin(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("the command can be started");
    let mut input = child.stdin.take().expect("its input is a pipe");
    let written = input.write_all(policy.as_bytes()).await;
    written.expect("it reads");
    drop(input);
    let status = child.wait().await.expect("it can be waited for");
    assert!(status.success(), "the calls could not be set: {status}");
}
