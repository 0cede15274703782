//! Puts what browsers download into the binary: a table of the files that `cargo xtask wasm` left
//! in `target/assets`, or in the folder that `HEARD_ASSETS` names. Without any, the table is empty
//! and the relay says so when it is started. And makes code of the words of the relay's own pages.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use heard_words::build::{Code, Languages};
use sha2::{Digest as _, Sha256};

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("words.rs"), words()?)?;
    fs::write(out.join("assets.rs"), assets()?)?;
    Ok(())
}

/// The words of the pages.
fn words() -> Result<String, Box<dyn Error>> {
    let languages = Languages::watched()?;
    let code = languages.code(&Code {
        section: "pages",
        name: "Words",
        method: "words",
        visibility: "pub",
        variants: &[],
    });
    Ok(languages.lang("pub") + &code)
}

/// The table of assets.
fn assets() -> Result<String, Box<dyn Error>> {
    println!("cargo::rerun-if-env-changed=HEARD_ASSETS");
    println!("cargo::rerun-if-changed=build.rs");
    let folder = match env::var_os("HEARD_ASSETS") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../target/assets"),
    };
    // A folder that is missing would make cargo run this on every build.
    fs::create_dir_all(&folder)?;
    let folder = folder.canonicalize()?;
    println!("cargo::rerun-if-changed={}", folder.display());

    let mut files: Vec<PathBuf> = fs::read_dir(&folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    files.retain(|file| file.extension().is_some_and(|kind| kind != "br"));
    files.sort();

    let mut table = String::from("&[\n");
    for file in &files {
        row(&mut table, file).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    table.push_str("]\n");
    Ok(table)
}

/// Adds a file to the table. Its hash is of what it holds, so its address never serves anything
/// else.
fn row(table: &mut String, file: &Path) -> Result<(), Box<dyn Error>> {
    let part =
        |part: Option<&std::ffi::OsStr>| part.and_then(|part| part.to_str()).map(str::to_owned);
    let (Some(name), Some(stem), Some(kind)) = (
        part(file.file_name()),
        part(file.file_stem()),
        part(file.extension()),
    ) else {
        return Err("not a name for an asset".into());
    };
    let mime = match kind.as_str() {
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "txt" => "text/plain; charset=utf-8",
        _ => return Err("not a kind of asset that is known here".into()),
    };
    let compressed = file.with_file_name(format!("{name}.br"));
    if !compressed.is_file() {
        return Err("its compressed twin (.br) is missing".into());
    }
    let (Some(raw), Some(brotli)) = (file.to_str(), compressed.to_str()) else {
        return Err("the path is not UTF-8".into());
    };
    let mut hash = String::new();
    for byte in &Sha256::digest(fs::read(file)?)[..8] {
        write!(hash, "{byte:02x}")?;
    }
    writeln!(
        table,
        "    Asset {{ name: {name:?}, path: \"/assets/{stem}-{hash}.{kind}\", hash: {hash:?}, mime: {mime:?}, \
         raw: include_bytes!({raw:?}), brotli: include_bytes!({brotli:?}) }},"
    )?;
    Ok(())
}
