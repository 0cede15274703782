//! Smaller text that means the same.

use anyhow::{Result, bail};
use oxc_allocator::Allocator;
use oxc_codegen::{Codegen, CodegenOptions, CommentOptions};
use oxc_minifier::{CompressOptions, MangleOptions, Minifier, MinifierOptions};
use oxc_parser::Parser;
use oxc_span::SourceType;

/// How a browser reads a script.
#[derive(Debug, Clone, Copy)]
pub(super) enum Form {
    /// As a script of the page, whose outermost names are the page's too.
    Classic,
    /// As a module, whose outermost names are its own.
    Module,
}

/// JavaScript that does the same in fewer bytes.
///
/// # Errors
/// If it is not JavaScript of this form.
pub(super) fn script(text: &str, form: Form) -> Result<String> {
    let memory = Allocator::default();
    let source = match form {
        Form::Classic => SourceType::script(),
        Form::Module => SourceType::mjs(),
    };
    let parsed = Parser::new(&memory, text, source).parse();
    if parsed.panicked || !parsed.errors.is_empty() {
        let errors: Vec<String> = parsed.errors.iter().map(ToString::to_string).collect();
        bail!("not valid JavaScript: {}", errors.join("; "));
    }
    let mut program = parsed.program;
    let options = MinifierOptions {
        mangle: Some(MangleOptions {
            top_level: Some(matches!(form, Form::Module)),
            ..MangleOptions::default()
        }),
        compress: Some(CompressOptions::smallest()),
    };
    let minified = Minifier::new(options).minify(&memory, &mut program);
    let written = Codegen::new()
        .with_options(CodegenOptions {
            minify: true,
            comments: CommentOptions::disabled(),
            ..CodegenOptions::default()
        })
        .with_scoping(minified.scoping)
        .build(&program);
    Ok(written.code)
}

/// CSS without comments and needless space. Nothing is rewritten, so new syntax passes through.
pub(super) fn style(text: &str) -> String {
    let mut small = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut space = false;
    while let Some(char) = chars.next() {
        match char {
            '/' if chars.peek() == Some(&'*') => {
                chars.next();
                let mut before = ' ';
                for inside in chars.by_ref() {
                    if before == '*' && inside == '/' {
                        break;
                    }
                    before = inside;
                }
                // `a/**/b` is two tokens.
                space = true;
            }
            '"' | '\'' => {
                push_space(&mut small, &mut space, char);
                small.push(char);
                let mut escaped = false;
                for inside in chars.by_ref() {
                    small.push(inside);
                    if !escaped && inside == char {
                        break;
                    }
                    escaped = !escaped && inside == '\\';
                }
            }
            _ if char.is_ascii_whitespace() => space = true,
            _ => {
                push_space(&mut small, &mut space, char);
                // The last declaration of a block needs no end.
                if char == '}' && small.ends_with(';') {
                    small.pop();
                }
                small.push(char);
            }
        }
    }
    small
}

/// Keeps one space where there was any, except beside punctuation that separates by itself. A space
/// *before* a colon stays: `a :hover` is not `a:hover`.
fn push_space(small: &mut String, space: &mut bool, next: char) {
    let was_there = std::mem::take(space);
    let separates = |c: char| matches!(c, '{' | '}' | ';' | ',');
    let after = small
        .chars()
        .next_back()
        .is_none_or(|last| separates(last) || last == ':');
    if was_there && !after && !separates(next) {
        small.push(' ');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn style_keeps_what_means_something() {
        let text = "/* a */\n.a :hover,\n.b > i { margin: calc(1px + 2px) 0 ; content: \"a  ;} \\\" b\"; }\n@media (min-width: 40em) { a { color: red; } }\n";
        assert_eq!(
            style(text),
            ".a :hover,.b > i{margin:calc(1px + 2px) 0;content:\"a  ;} \\\" b\"}@media (min-width:40em){a{color:red}}"
        );
    }

    #[test]
    fn a_comment_still_separates() {
        assert_eq!(style("a/**/b{}"), "a b{}");
        assert_eq!(style("a{b:c/* ; */}"), "a{b:c}");
    }

    #[test]
    fn script_drops_comments_and_keeps_what_looks_like_them() {
        let text = "// about a\nexport const a = (b) => `x  ${ b } // y`;\n/* about c */\nexport const c = /\\/\\/ [/]/.test(a);\n";
        let small = script(text, Form::Module).unwrap();
        assert!(!small.contains("about"), "{small}");
        assert!(small.contains("} // y`"), "{small}");
        assert!(small.contains("/\\/\\/ [/]/"), "{small}");
    }

    #[test]
    fn script_renames_only_what_is_its_own() {
        let text = "const shared = (argument) => window.other(argument + argument)\nshared(1)\n";
        let classic = script(text, Form::Classic).unwrap();
        assert!(classic.contains("shared"), "{classic}");
        assert!(!classic.contains("argument"), "{classic}");
        let module = script(text, Form::Module).unwrap();
        assert!(!module.contains("shared"), "{module}");
        assert!(module.contains("window.other"), "{module}");
    }

    #[test]
    fn what_is_not_javascript_is_refused() {
        assert!(script("const = 1", Form::Module).is_err());
    }
}
