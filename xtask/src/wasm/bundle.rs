//! What each wasm crate brings to the browser.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use clap::ValueEnum;
use heard_words::build::Languages;

use super::bindgen;
use super::minify::{self, Form};
use super::write::{Tools, write};
use crate::project;

/// What stands in the loader for its words in every language.
const WORDS: &str = "HEARD_WORDS";

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
        let languages = Languages::open()?;
        for (source, name, kind) in self.files() {
            let path = project::root().join(source);
            let text =
                fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
            let text = match kind {
                Kind::Script(_) => {
                    spoken(&text, &languages).with_context(|| path.display().to_string())?
                }
                Kind::Style => text,
            };
            write(&[name], text.as_bytes(), tools, || {
                let small = match kind {
                    Kind::Script(form) => minify::script(&text, *form),
                    Kind::Style => Ok(minify::style(&text)),
                };
                let small = small.with_context(|| format!("minifying {source}"))?;
                Ok(vec![small.into_bytes()])
            })?;
        }

        self.write_words(&languages, tools)?;

        let raw = fs::read(module).with_context(|| format!("reading {}", module.display()))?;
        write(&[self.module(), self.glue()], &raw, tools, || {
            let bound = bindgen::bind(module)?;
            let js =
                minify::script(&bound.js, Form::Module).context("minifying the loading code")?;
            Ok(vec![bound.wasm, js.into_bytes()])
        })
    }

    /// Writes what is fetched in one language alone: the panel's words, and those of a call.
    fn write_words(self, languages: &Languages, tools: &Tools) -> Result<()> {
        if self != Self::Widget {
            return Ok(());
        }
        for language in languages.all() {
            let tag = &language.tag;
            for (name, words) in [
                (
                    format!("words-{tag}.txt"),
                    languages.file("widget", language),
                ),
                (format!("call-{tag}.json"), languages.json("call", language)),
            ] {
                write(&[&name], words.as_bytes(), tools, || {
                    Ok(vec![words.clone().into_bytes()])
                })?;
            }
        }
        Ok(())
    }
}

/// A script with the words of every language where it names them.
fn spoken(script: &str, languages: &Languages) -> Result<String> {
    match script.matches(WORDS).count() {
        0 => Ok(script.to_owned()),
        1 => Ok(script.replace(WORDS, &languages.json_of_all("loader"))),
        count => bail!("{WORDS} stands in it {count} times"),
    }
}
