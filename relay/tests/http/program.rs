//! The relay as a program: what it says when it cannot start, and how it stops.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};

fn heard() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_heard-relay"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("HEARD_") {
            command.env_remove(name);
        }
    }
    command
}

fn run(folder: &Path, line: &str) -> Output {
    heard()
        .args(line.split(' '))
        .current_dir(folder)
        .output()
        .unwrap()
}

/// The one sentence a run that failed leaves, after a look at its exit code.
fn complaint(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("heard-relay: "))
        .collect();
    assert_eq!(lines.len(), 1, "{text}");
    assert!(
        !text.contains("panicked") && !text.contains("backtrace"),
        "{text}"
    );
    lines[0].to_owned()
}

#[test]
fn a_taken_port_is_said_in_a_sentence_and_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let output = run(folder.path(), &format!("serve --listen {address}"));
    let said = complaint(&output);
    assert!(
        said.contains(&format!("cannot listen on {address}: another program")),
        "{said}"
    );
    assert!(!folder.path().join("heard.db").exists());
}

#[test]
fn a_folder_that_is_not_there_is_said_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(
        folder.path(),
        "serve --listen 127.0.0.1:0 --data gone/heard.db",
    );
    let said = complaint(&output);
    assert!(
        said.contains("cannot use the data file") && said.contains("gone/heard.db"),
        "{said}"
    );
}

#[test]
fn a_file_that_is_no_database_is_said_in_a_sentence_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let garbage = "not a database, and longer than the head of one would be. ".repeat(100);
    std::fs::write(folder.path().join("heard.db"), &garbage).unwrap();
    let said = complaint(&run(folder.path(), "serve --listen 127.0.0.1:0"));
    assert!(
        said.contains("is not a Heard database, or it is damaged"),
        "{said}"
    );
    assert_eq!(
        std::fs::read_to_string(folder.path().join("heard.db")).unwrap(),
        garbage
    );
}

#[test]
fn a_setting_that_is_wrong_names_its_source() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("h.toml"), "[limits]\nbrust = 1\n").unwrap();
    let said = complaint(&run(folder.path(), "config show --config h.toml"));
    assert!(
        said.contains("h.toml: limits.brust: there is no such setting"),
        "{said}"
    );
    let output = heard()
        .args(["config", "show"])
        .env("HEARD_LISTEN", "nowhere")
        .output()
        .unwrap();
    assert!(complaint(&output).contains("HEARD_LISTEN"), "{output:?}");
}

#[test]
fn the_settings_that_are_shown_can_be_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let shown = run(
        folder.path(),
        "config show --public-url https://chat.example --log-level debug",
    );
    assert!(shown.status.success(), "{shown:?}");
    std::fs::write(folder.path().join("h.toml"), &shown.stdout).unwrap();
    let again = run(folder.path(), "config show --config h.toml");
    assert_eq!(again.stdout, shown.stdout);
    assert!(
        String::from_utf8_lossy(&shown.stdout).contains("public_url = \"https://chat.example\"")
    );
}

#[test]
fn help_teaches() {
    let folder = tempfile::tempdir().unwrap();
    for (line, expected) in [
        ("--help", "heard-relay demo --data ./demo"),
        ("serve --help", "SIGTERM or Ctrl-C stops it"),
        ("site add --help", "--origin https://shop.example"),
        ("agent add --help", "--password-stdin"),
        (
            "move --help",
            "heard-relay move --from heard.db --to postgres://",
        ),
    ] {
        let output = run(folder.path(), line);
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains(expected), "{line}\n{text}");
    }
}

#[test]
fn a_site_its_people_and_the_relay_on_them() {
    let folder = tempfile::tempdir().unwrap();
    let words = |output: &Output| {
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout.clone()).unwrap()
    };
    let site = words(&run(
        folder.path(),
        "site add --name Shop --origin https://shop.example",
    ));
    assert!(site.starts_with("sit_"), "{site}");
    let added = run(
        folder.path(),
        "agent add --name Anna --email anna@shop.example",
    );
    assert!(words(&added).starts_with("agt_"));
    assert!(String::from_utf8_lossy(&added.stderr).contains("shown this once"));
    let bot = words(&run(
        folder.path(),
        "agent add --bot --name Bot --email bot@shop.example",
    ));
    assert_eq!(bot.lines().count(), 2, "{bot}");
    let twice = run(
        folder.path(),
        "agent add --name Anna --email ANNA@shop.example",
    );
    assert!(complaint(&twice).contains("already"));
    let weak = run(folder.path(), "agent add --name A --email nonsense");
    assert!(complaint(&weak).contains("is not an e-mail address"));

    // It runs, the file is its own, and SIGTERM ends it well.
    let mut child = heard()
        .args(["serve", "--listen", "127.0.0.1:0"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut ready = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut ready)
        .unwrap();
    assert!(
        ready.starts_with("Heard is ready: http://127.0.0.1:"),
        "{ready}"
    );
    let second = run(folder.path(), "serve --listen 127.0.0.1:0");
    assert!(complaint(&second).contains("another relay is using"));
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    let status = child.wait().unwrap();
    let mut log = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut log)
        .unwrap();
    assert!(status.success(), "{status:?}\n{log}");
    assert!(log.contains("stopped"), "{log}");
    assert_eq!(
        words(&run(folder.path(), "site list"))
            .trim()
            .split('\t')
            .next(),
        Some(site.trim())
    );
}

#[test]
fn a_database_takes_the_place_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let server = heard_test_postgres::Server::shared();
    let url = server.database();
    let secret = url.replace("heard@", "heard:s3cret@");
    let told = |line: &str| {
        let output = run(folder.path(), &format!("{line} --data {secret}"));
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let site = told("site add --name Shop --origin https://shop.example");
    assert!(told("agent add --name Anna --email anna@shop.example").starts_with("agt_"));
    assert!(!told("config show").contains("s3cret"));

    let mut child = heard()
        .args(["serve", "--listen", "127.0.0.1:0", "--log-level", "trace"])
        .env("HEARD_DATA", &secret)
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(std::fs::File::create(folder.path().join("log")).unwrap())
        .spawn()
        .unwrap();
    let mut ready = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut ready)
        .unwrap();
    assert!(ready.starts_with("Heard is ready: http://"), "{ready}");
    // A database has room for more than one.
    let listed = told("site list");
    assert_eq!(listed.split('\t').next(), Some(site.trim()));
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    let status = child.wait().unwrap();
    let log = std::fs::read_to_string(folder.path().join("log")).unwrap();
    assert!(status.success() && log.contains("stopped"), "{log}");
    assert!(!log.contains("s3cret"), "a password is in the log");
    assert!(!folder.path().join("heard.db").exists());

    // What another program keeps there is left alone.
    let theirs = server.database();
    server.sql(&theirs, "CREATE TABLE theirs (x integer)");
    let said = complaint(&run(
        folder.path(),
        &format!("serve --listen 127.0.0.1:0 --data {theirs}"),
    ));
    assert!(said.contains("is not a Heard database"), "{said}");
}
