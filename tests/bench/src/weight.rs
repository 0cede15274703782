//! What a visitor downloads, in brotli'd bytes, off the relay itself.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use anyhow::{Context as _, ensure};

use crate::desk::Desk;
use crate::machine::Server;
use crate::report::{Goal, Row};

/// The loader's budget, in bytes.
const LOADER: f64 = 3.0 * 1024.0;
/// The budget of everything a visitor downloads to chat, the loader included, in bytes.
const ALL: f64 = 95.0 * 1024.0;

/// Fetches what a browser would, and counts.
pub(crate) async fn rows() -> anyhow::Result<Vec<Row>> {
    let desk = Desk::set_up(0).await?;
    let server = Server::relay(&desk.data, 512).await?;
    let address = server.address;
    let fetch = move |path: String| tokio::task::spawn_blocking(move || get(address, &path));
    let loader = fetch("/heard.js".to_owned()).await??;
    let page = fetch(format!("/widget/{}", crate::desk::site())).await??;
    let html = String::from_utf8(page.clone()).context("the page is not text")?;
    let mut all = loader.len() + page.len();
    let mut seen = 0;
    for path in assets(&html) {
        all += fetch(path).await??.len();
        seen += 1;
    }
    ensure!(
        seen >= 4,
        "the page names {seen} files; style, starter, glue and wasm were due"
    );
    let row = |name, bytes: usize, goal| Row {
        name,
        unit: "B",
        values: vec![bytes as f64],
        baselines: vec![],
        goal: Some(Goal::AtMost(goal)),
        busy: 0.0,
        worst_is_low: false,
    };
    Ok(vec![
        row("loader.bytes_brotli", loader.len(), LOADER),
        row("widget.bytes_brotli", all, ALL),
    ])
}

/// Every file of ours that the page names.
fn assets(html: &str) -> Vec<String> {
    let mut paths: Vec<String> = html
        .split('"')
        .filter(|part| part.starts_with("/assets/"))
        .map(ToOwned::to_owned)
        .collect();
    paths.sort();
    paths.dedup();
    paths
}

/// The body of a page as it crosses the wire, to a browser that understands brotli.
fn get(server: SocketAddr, path: &str) -> anyhow::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(server)?;
    // HTTP/1.0, so that the body comes in one piece and ends with the connection.
    write!(
        stream,
        "GET {path} HTTP/1.0\r\nHost: {server}\r\nAccept-Encoding: br\r\n\r\n"
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let head = answer
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .with_context(|| format!("{path}: no answer"))?;
    let status = answer
        .split(|byte| *byte == b' ')
        .nth(1)
        .unwrap_or_default();
    ensure!(
        status == b"200",
        "{path}: status {}",
        String::from_utf8_lossy(status)
    );
    Ok(answer.split_off(head + 4))
}
