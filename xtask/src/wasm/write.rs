//! Assets on disk, each with its compressed twin, rewritten only when they change.

use std::hash::{DefaultHasher, Hasher as _};
use std::path::Path;
use std::{env, fs, io};

use anyhow::{Context as _, Result};
use brotli::enc::BrotliEncoderParams;

use crate::project;

/// What decides what an asset looks like, besides its input: this very program, with the
/// wasm-bindgen, the minifier and the compressor in it.
#[derive(Debug)]
pub(super) struct Tools {
    digest: String,
}

impl Tools {
    /// The ones in use.
    ///
    /// # Errors
    /// If this program can't read its own file.
    pub(super) fn identify() -> Result<Self> {
        let program = env::current_exe().and_then(fs::read)?;
        Ok(Self {
            digest: digest(&[&program]),
        })
    }
}

/// Writes assets that come from one input, unless they were already made from it with the same
/// tools.
///
/// # Errors
/// If making or writing them fails.
pub(super) fn write(
    names: &[&str],
    input: &[u8],
    tools: &Tools,
    make: impl FnOnce() -> Result<Vec<Vec<u8>>>,
) -> Result<()> {
    let folder = project::assets();
    let stamp = project::memory().join(format!("{}.stamp", names.join("+")));
    let key = digest(&[input, tools.digest.as_bytes()]);
    let present = |name: &&str| folder.join(name).is_file() && folder.join(twin(name)).is_file();
    if names.iter().all(present) && fs::read_to_string(&stamp).is_ok_and(|made| made == key) {
        return Ok(());
    }

    eprintln!("   Preparing {}", names.join(", "));
    fs::create_dir_all(&folder)?;
    fs::create_dir_all(project::memory())?;
    for (name, bytes) in names.iter().zip(make()?) {
        write_if_changed(&folder.join(name), &bytes)?;
        write_if_changed(&folder.join(twin(name)), &compress(&bytes)?)?;
    }
    fs::write(&stamp, key).with_context(|| format!("writing {}", stamp.display()))
}

/// What an asset's compressed twin is called.
pub(crate) fn twin(name: &str) -> String {
    format!("{name}.br")
}

/// A file's date is what makes cargo build the relay anew.
fn write_if_changed(path: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    fs::write(path, bytes).with_context(|| format!("writing {}", path.display()))
}

fn compress(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let parameters = BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        size_hint: bytes.len(),
        ..BrotliEncoderParams::default()
    };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut compressed, &parameters)?;
    Ok(compressed)
}

/// Tells inputs apart; not for adversaries.
fn digest(parts: &[&[u8]]) -> String {
    let mut hasher = DefaultHasher::new();
    for part in parts {
        hasher.write_usize(part.len());
        hasher.write(part);
    }
    format!("{:016x}", hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compressed_twin_reads_back() {
        let text = "Heard. ".repeat(500);
        let small = compress(text.as_bytes()).unwrap();
        assert!(small.len() < 100);
        let mut back = Vec::new();
        brotli::BrotliDecompress(&mut &*small, &mut back).unwrap();
        assert_eq!(back, text.as_bytes());
    }

    #[test]
    fn a_digest_keeps_its_parts_apart() {
        assert_ne!(digest(&[b"ab", b"c"]), digest(&[b"a", b"bc"]));
        assert_eq!(digest(&[b"ab", b"c"]), digest(&[b"ab", b"c"]));
    }
}
