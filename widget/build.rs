//! Makes the struct of the panel's words, which reads them from the file of a language.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use heard_words::build::Languages;

fn main() -> Result<(), Box<dyn Error>> {
    let languages = Languages::watched()?;
    let out = env::var("OUT_DIR")?;
    fs::write(
        Path::new(&out).join("words.rs"),
        languages.reader("widget", "Strings"),
    )?;
    Ok(())
}
