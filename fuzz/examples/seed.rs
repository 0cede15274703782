//! Makes the corpora that the fuzzer starts from:
//! `cargo run --manifest-path fuzz/Cargo.toml --example seed`.
//!
//! Every golden frame of the protocol becomes one input of the target that reads its kind.

use std::path::Path;
use std::{fs, io};

fn main() -> io::Result<()> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut count = 0;
    for entry in fs::read_dir(here.join("../protocol/tests/golden"))? {
        let path = entry?.path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        let text = fs::read_to_string(&path)?;
        let line = text.trim_end_matches('\n');
        let (json, bytes) = if name.ends_with(".json") {
            (true, line.as_bytes().to_vec())
        } else {
            (false, from_hex(line)?)
        };
        let target = if name.starts_with("client.") {
            "decode_client"
        } else {
            "decode_relay"
        };
        // As `heard_fuzz::choice` reads it.
        let first = u8::from(json) | u8::from(name.contains(".staff.")) << 1;
        let corpus = here.join("corpus").join(target);
        fs::create_dir_all(&corpus)?;
        fs::write(corpus.join(name), [&[first][..], &bytes].concat())?;
        count += 1;
    }
    println!("{count} inputs in fuzz/corpus");
    Ok(())
}

fn from_hex(line: &str) -> io::Result<Vec<u8>> {
    let digits = line.as_bytes().chunks(2);
    digits
        .map(|pair| {
            str::from_utf8(pair)
                .ok()
                .and_then(|pair| u8::from_str_radix(pair, 16).ok())
                .ok_or_else(|| io::Error::other("a golden file is not hexadecimal"))
        })
        .collect()
}
