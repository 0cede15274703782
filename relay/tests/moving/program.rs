//! The program that is run by hand.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};

/// The program, without the settings of whoever runs the tests.
pub(crate) fn heard() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_heard-relay"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("HEARD_") {
            command.env_remove(name);
        }
    }
    command
}

/// A move, as it is typed.
pub(crate) fn move_command(from: &str, to: &str) -> Command {
    let mut command = heard();
    command.args(["move", "--from", from, "--to", to]);
    command
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("what is printed is text")
}

/// What a run that was to succeed printed.
pub(crate) fn printed(command: &mut Command) -> String {
    let output = command.output().expect("the program starts");
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

/// The one sentence that a run that was to fail leaves.
pub(crate) fn complaint(command: &mut Command) -> String {
    let output: Output = command.output().expect("the program starts");
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    let last = said.lines().last().expect("it says why");
    assert!(last.starts_with("heard-relay: "), "{said}");
    last.to_owned()
}

/// A relay that runs until this is dropped.
pub(crate) struct Running(Child);

impl Running {
    pub(crate) fn on(data: &str) -> Self {
        let mut child = heard()
            .args(["serve", "--listen", "127.0.0.1:0", "--data", data])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let mut ready = String::new();
        BufReader::new(child.stdout.take().expect("its output is a pipe"))
            .read_line(&mut ready)
            .expect("it says that it is ready");
        assert!(ready.starts_with("Heard is ready"), "{ready}");
        Self(child)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().expect("it can be ended");
        self.0.wait().expect("it ends");
    }
}
