//! A raw module to a module and the JavaScript that loads it.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

/// A module and its loading code.
#[derive(Debug)]
pub(super) struct Bound {
    pub(super) wasm: Vec<u8>,
    pub(super) js: String,
}

/// Generates the loading code, in the library's version that Cargo.lock ties to the crate's.
///
/// # Errors
/// If the module is not one that wasm-bindgen understands, or its loading code wants more files.
pub(super) fn bind(module: &Path) -> Result<Bound> {
    let mut bindgen = Bindgen::new();
    let mut output = bindgen
        .input_path(module)
        .web(true)
        .and_then(|bindgen| {
            bindgen
                .typescript(false)
                // Pages pass the module's hashed address; a default one would be a dead line.
                .omit_default_module_path(true)
                .remove_name_section(true)
                .remove_producers_section(true)
                .generate_output()
        })
        .with_context(|| format!("wasm-bindgen on {}", module.display()))?;
    let extra = output
        .snippets()
        .values()
        .any(|snippets| !snippets.is_empty());
    if extra || !output.local_modules().is_empty() || !output.npm_dependencies().is_empty() {
        bail!(
            "{} brings JavaScript files of its own (`inline_js` or `module = …` of wasm-bindgen), which \
             the assets have no place for",
            module.display()
        );
    }
    Ok(Bound {
        wasm: output.wasm_mut().emit_wasm(),
        js: output.js().to_owned(),
    })
}
