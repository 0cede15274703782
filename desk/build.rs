//! Makes the table of what people agreed to, from the files of all languages.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use heard_words::build::Languages;

fn main() -> Result<(), Box<dyn Error>> {
    let languages = Languages::watched()?;
    let out = env::var("OUT_DIR")?;
    fs::write(Path::new(&out).join("consent.rs"), languages.consents())?;
    Ok(())
}
