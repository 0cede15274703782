//! Programs that run as long as a test does, however that ends.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

/// What the shell runs that watches over one.
const KEEPER: &str = include_str!("keeper.sh");

/// How long anything may take that takes a moment.
pub const MOMENT: Duration = Duration::from_secs(15);

/// A program that tests need and cargo does not bring.
#[derive(Debug)]
pub(crate) struct Program {
    name: &'static str,
    variable: &'static str,
    package: &'static str,
}

/// The agent's phone.
pub(crate) const BARESIP: Program = Program {
    name: "baresip",
    variable: "HEARD_BARESIP",
    package: "baresip",
};
/// The visitor's, or a trunk without a proxy.
pub(crate) const SIPP: Program = Program {
    name: "sipp",
    variable: "HEARD_SIPP",
    package: "sip-tester",
};
/// The trunk's proxy.
pub(crate) const KAMAILIO: Program = Program {
    name: "kamailio",
    variable: "HEARD_KAMAILIO",
    package: "kamailio",
};

impl Program {
    /// Where it is.
    fn find(&self) -> PathBuf {
        if let Some(named) = std::env::var_os(self.variable) {
            return PathBuf::from(named);
        }
        let path = std::env::var_os("PATH").unwrap_or_default();
        // Where Debian has servers, which is not in everybody's `PATH`.
        let servers = ["/usr/local/sbin", "/usr/sbin"].map(PathBuf::from);
        let folders = std::env::split_paths(&path).chain(servers);
        let found = folders
            .map(|folder| folder.join(self.name))
            .find(|file| file.is_file());
        found.unwrap_or_else(|| {
            panic!(
                "{} is needed: on Debian or Ubuntu, `apt-get install --no-install-recommends {}`; elsewhere, name it in {}",
                self.name, self.package, self.variable
            )
        })
    }
}

/// A program that runs.
#[derive(Debug)]
pub(crate) struct Process {
    name: &'static str,
    folder: PathBuf,
    shell: Child,
    /// While this is open, it is wanted.
    wanted: Option<ChildStdin>,
    ended: Receiver<i32>,
}

/// A new folder for a program, removed with the process that gets it.
pub(crate) fn folder(program: &Program) -> PathBuf {
    // Without the program nobody would remove it.
    program.find();
    let folder = tempfile::Builder::new().prefix("heard-sip.").tempdir();
    folder.expect("a folder can be made").keep()
}

impl Process {
    /// Starts it in its folder. The folder is gone when it is.
    pub(crate) fn start(program: &Program, folder: &Path, arguments: &[String]) -> Self {
        let mut shell = Command::new("sh")
            .args(["-c", KEEPER, "keeper"])
            .arg(folder)
            .arg(program.find())
            .args(arguments)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // A signal to this process's group is not for it: it ends when this process has.
            .process_group(0)
            .spawn()
            .expect("a shell can be started");
        let (say, ended) = mpsc::channel();
        let wanted = shell.stdin.take();
        let mut output = BufReader::new(shell.stdout.take().expect("its output is a pipe"));
        std::thread::spawn(move || {
            let mut line = String::new();
            if output.read_line(&mut line).is_ok()
                && let Ok(status) = line.trim().parse()
            {
                let _ = say.send(status);
            }
        });
        Self {
            name: program.name,
            folder: folder.to_owned(),
            shell,
            wanted,
            ended,
        }
    }

    /// Waits until it ends by itself, and returns its status.
    pub(crate) fn wait(&self) -> i32 {
        let ended = self.ended.recv_timeout(MOMENT);
        ended.unwrap_or_else(|error| panic!("{} did not end: {error}", self.name))
    }

    /// Its folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether it has ended.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended.try_recv().is_ok()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if std::thread::panicking() {
            for file in ["messages", "log"] {
                if let Ok(text) = std::fs::read_to_string(self.folder.join(file)) {
                    eprintln!("--- {file} of {}\n{text}", self.name);
                }
            }
        }
        drop(self.wanted.take());
        let _ = self.shell.wait();
    }
}

/// Waits until it holds.
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + MOMENT;
    while !holds() {
        assert!(Instant::now() < end, "{what} did not happen");
        std::thread::sleep(Duration::from_millis(10));
    }
}
