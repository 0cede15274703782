//! A PostgreSQL server for as long as a test runs.
//!
//! The server is the installed one, with its usual durability, on fresh data in a temporary folder
//! that nobody else can reach. It is watched over by a shell that reads from this process: when
//! this process ends, however it does, the shell stops the server and removes the folder.
//!
//! [`Server::shared`] is one for all tests of a process, each with a database of its own; whoever
//! stops a server starts one for themselves.

mod programs;

use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};

/// What the shell runs. It answers every line it is sent with one of its own.
const KEEPER: &str = include_str!("keeper.sh");

/// A running server. Stopped, and its data removed, when this is dropped or the process ends.
#[derive(Debug)]
pub struct Server {
    programs: PathBuf,
    folder: String,
    databases: AtomicUsize,
    keeper: Mutex<Keeper>,
}

#[derive(Debug)]
struct Keeper {
    shell: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Server {
    /// Starts one.
    ///
    /// # Panics
    /// If PostgreSQL is not installed, or does not start.
    pub fn start() -> Self {
        let programs = programs::folder();
        let mut command = Command::new("sh");
        command
            .args(["-c", KEEPER, "keeper"])
            .arg(&programs)
            .arg(std::env::temp_dir())
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // It outlives this process by a moment, and must not hold on to what that one was
            // given.
            .stderr(Stdio::null());
        programs::as_somebody(&mut command);
        let mut shell = command.spawn().expect("a shell can be started");
        let orders = shell.stdin.take();
        let answers = BufReader::new(shell.stdout.take().expect("its output is a pipe"));
        let mut keeper = Keeper {
            shell,
            orders,
            answers,
        };
        let folder = keeper.answer("folder ");
        let server = Self {
            programs,
            folder,
            databases: AtomicUsize::new(0),
            keeper: Mutex::new(keeper),
        };
        server.resume();
        server
    }

    /// The one that this process's tests share.
    ///
    /// # Panics
    /// As [`start`](Self::start).
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Server> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// Creates an empty database and returns its address.
    ///
    /// # Panics
    /// If it can't be created.
    pub fn database(&self) -> String {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{number}");
        let created = Command::new(self.programs.join("createdb"))
            .args(["--host", &self.folder, "--username", "heard", &name])
            .status()
            .expect("createdb can be started");
        assert!(created.success(), "the database could not be created");
        format!(
            "postgres://heard@{}/{name}",
            self.folder.replace('/', "%2F")
        )
    }

    /// The socket it listens on.
    pub fn socket(&self) -> PathBuf {
        PathBuf::from(&self.folder).join(".s.PGSQL.5432")
    }

    /// Ends the server as a crash would: nothing is said to anybody, nothing is written.
    ///
    /// # Panics
    /// If it does not end.
    pub fn crash(&self) {
        self.order("crash");
    }

    /// Stops the server as an administrator would: sessions are ended, everything is in order.
    ///
    /// # Panics
    /// If it does not stop.
    pub fn stop(&self) {
        self.order("stop");
    }

    /// Starts it again on the same data, and waits until it lets clients in.
    ///
    /// # Panics
    /// If it does not start.
    pub fn resume(&self) {
        self.order("start");
    }

    /// Kills one of the processes that serve a client's sessions, where that is one of `client`'s.
    /// The server then ends every session, forgets what it had in memory, and recovers from its
    /// disk, without being started again.
    ///
    /// # Panics
    /// If the server can't be asked.
    pub fn lose_a_session(&self, url: &str, client: &str) {
        let sql = format!(
            "COPY (SELECT pid FROM pg_stat_activity WHERE application_name = '{client}' LIMIT 1)
             TO PROGRAM 'xargs -r kill -9'"
        );
        // The session that asks is ended too, before or after it hears that it is done.
        let asked = self.psql(url, &sql).stderr(Stdio::null()).status();
        asked.expect("psql can be started");
    }

    /// Runs SQL as the server's owner.
    ///
    /// # Panics
    /// If the server refuses it.
    pub fn sql(&self, url: &str, sql: &str) {
        let done = self.psql(url, sql).status().expect("psql can be started");
        assert!(done.success(), "the server refused: {sql}");
    }

    fn psql(&self, url: &str, sql: &str) -> Command {
        let mut command = Command::new(self.programs.join("psql"));
        command
            .args(["--no-psqlrc", "--quiet", "-v", "ON_ERROR_STOP=1", "-c"])
            .args([sql, url])
            .stdout(Stdio::null());
        command
    }

    fn order(&self, word: &str) {
        let mut keeper = self.keeper.lock().expect("nobody panicked with it");
        let orders = keeper.orders.as_mut().expect("the shell listens");
        writeln!(orders, "{word}").expect("the shell listens");
        keeper.answer("done");
    }
}

impl Keeper {
    /// The shell's answer, which starts like this unless something went wrong.
    fn answer(&mut self, start: &str) -> String {
        let mut line = String::new();
        let read = self.answers.read_line(&mut line);
        read.expect("the shell can be read");
        if let Some(rest) = line.trim_end().strip_prefix(start) {
            return rest.to_owned();
        }
        let read = self.answers.read_to_string(&mut line);
        read.expect("the shell can be read");
        panic!("PostgreSQL did not start: {line}");
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.orders = None;
        // It ends once everything is gone.
        let _ = self.shell.wait();
    }
}
