//! What each wasm crate brings to the browser.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use clap::ValueEnum;

use super::bindgen;
use super::minify::{self, Form};
use super::write::{Tools, write};
use crate::project;

/// A crate that becomes files for browsers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Bundle {
    /// The visitor's panel and the loader
    Widget,
    /// The agent's console
    Console,
}

/// How a file that is not compiled is made smaller.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Script(Form),
    Style,
}

impl Bundle {
    /// All of them.
    pub(crate) const ALL: &[Self] = &[Self::Widget, Self::Console];

    /// Its crate.
    pub(crate) const fn package(self) -> &'static str {
        match self {
            Self::Widget => "heard-widget",
            Self::Console => "heard-console",
        }
    }

    /// What it is to somebody who waits for it.
    pub(crate) const fn part(self) -> &'static str {
        match self {
            Self::Widget => "panel",
            Self::Console => "console",
        }
    }

    /// What its module is called.
    pub(super) const fn module(self) -> &'static str {
        match self {
            Self::Widget => "widget.wasm",
            Self::Console => "console.wasm",
        }
    }

    /// What its loading code is called.
    const fn glue(self) -> &'static str {
        match self {
            Self::Widget => "widget.js",
            Self::Console => "console.js",
        }
    }

    /// The hand-written files: where they are, what the asset is called.
    const fn files(self) -> &'static [(&'static str, &'static str, Kind)] {
        match self {
            Self::Widget => &[
                (
                    "widget/loader/heard.js",
                    "heard.js",
                    Kind::Script(Form::Classic),
                ),
                ("widget/page/boot.js", "boot.js", Kind::Script(Form::Module)),
                (
                    "widget/page/voice.js",
                    "voice.js",
                    Kind::Script(Form::Module),
                ),
                ("widget/page/widget.css", "widget.css", Kind::Style),
            ],
            Self::Console => &[
                (
                    "console/page/console-boot.js",
                    "console-boot.js",
                    Kind::Script(Form::Module),
                ),
                ("console/page/console.css", "console.css", Kind::Style),
            ],
        }
    }

    /// Writes its assets, leaving alone what is up to date.
    ///
    /// # Errors
    /// If a file is missing or a tool fails.
    pub(super) fn write(self, module: &Path, tools: &Tools) -> Result<()> {
        for (source, name, kind) in self.files() {
            let path = project::root().join(source);
            let text =
                fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
            write(&[name], text.as_bytes(), tools, || {
                let small = match kind {
                    Kind::Script(form) => minify::script(&text, *form),
                    Kind::Style => Ok(minify::style(&text)),
                };
                let small = small.with_context(|| format!("minifying {source}"))?;
                Ok(vec![small.into_bytes()])
            })?;
        }

        let raw = fs::read(module).with_context(|| format!("reading {}", module.display()))?;
        write(&[self.module(), self.glue()], &raw, tools, || {
            let bound = bindgen::bind(module)?;
            let js =
                minify::script(&bound.js, Form::Module).context("minifying the loading code")?;
            Ok(vec![bound.wasm, js.into_bytes()])
        })
    }
}
