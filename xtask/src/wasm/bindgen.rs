//! A raw module to a module and the JavaScript that loads it.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

use super::names;

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
    let from = format!("./{}_bg.js", output_name(module)?);
    let exports: Vec<_> = {
        let exports = output.wasm().exports.iter();
        exports
            .map(|export| (export.id(), export.name.clone()))
            .collect()
    };
    let imports = output.wasm().imports.iter();
    let (js, names) = names::shorten(
        output.js(),
        &from,
        imports.map(|import| &*import.name),
        exports.iter().map(|(_, name)| &**name),
    )
    .context("renaming what the module and its loading code call each other")?;

    let wasm = output.wasm_mut();
    for import in wasm.imports.iter_mut() {
        if let Some(name) = names.imports.get(&import.name)
            && import.module == from
        {
            names::MODULE.clone_into(&mut import.module);
            name.clone_into(&mut import.name);
        } else {
            bail!(
                "the module imports `{}` of `{}`",
                import.name,
                import.module
            );
        }
    }
    for (id, old) in exports {
        match names.exports.get(&old) {
            Some(name) => name.clone_into(&mut wasm.exports.get_mut(id).name),
            None => wasm.exports.delete(id),
        }
    }
    Ok(Bound {
        wasm: wasm.emit_wasm(),
        js,
    })
}

/// What wasm-bindgen calls a module after its file.
fn output_name(module: &Path) -> Result<&str> {
    let stem = module.file_stem().and_then(|stem| stem.to_str());
    stem.with_context(|| format!("{} has no name", module.display()))
}
