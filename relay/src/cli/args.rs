//! The command line as it is written.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::num::NonZero;
use std::path::PathBuf;

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
use heard_relay::config::{Data, PublicUrl};

const EXAMPLES: &str = "\
Try it:
  heard-relay demo --data ./demo           a shop, a console and two agents, ready to use

Run it for a shop of your own:
  heard-relay site add --name 'My shop' --origin https://shop.example
  heard-relay agent add --name Anna --email anna@shop.example
  heard-relay serve --listen 127.0.0.1:8080 --public-url https://chat.shop.example

Then put this into the shop's pages (`site add` prints it with the site's id):
  <script async src=\"https://chat.shop.example/heard.js\" data-site=\"sit_…\"></script>

Settings come from defaults, a TOML file (--config), the environment and flags; the later one wins.
  HEARD_LISTEN=0.0.0.0:8080 HEARD_LIMITS__BURST=50 heard-relay serve
  heard-relay config show                  prints every setting as it is in force, in the file's form";

const SERVE_EXAMPLES: &str = "\
Examples:
  heard-relay serve
      keeps everything in ./heard.db and listens on 127.0.0.1:8080
  heard-relay serve --data /var/lib/heard/heard.db --public-url https://chat.shop.example --trust-proxy
      behind a proxy that ends TLS and sets X-Forwarded-For and X-Forwarded-Proto
  heard-relay serve --config /etc/heard.toml --log-format json
  HEARD_DATA=postgres://heard:secret@db.example/heard heard-relay serve
      keeps everything in a PostgreSQL database (13 or newer); its tables are created and brought up to date
  heard-relay serve --data postgres://heard@db.example/heard --bus nats://bus.example:4222
      one of several relays on that database; a proxy in front spreads the connections over them
  HEARD_VOICE__TURN='[\"turn:turn.example:3478\"]' HEARD_VOICE__TURN_SECRET=… heard-relay serve
      calls in the browser go through coturn (use-auth-secret) where two pages do not reach each other directly

SIGTERM or Ctrl-C stops it: sockets are told to reconnect, what is being written is finished. A second one ends it at once.
/healthz answers while the process runs; /readyz answers 200 while it can write.";

const CALLS_EXAMPLES: &str = "\
Example:
  heard-relay calls show > calls.toml        what is in force
  heard-relay calls set calls.toml

  zone = \"Europe/Berlin\"
  home_country = \"DE\"                      numbers without a country code are German
  countries = [\"DE\", \"AT\", \"CH\"]         the only ones that are called
  per_slot = 3                              places in each half hour
  quiet_from = \"21:00\"                     by the visitor's clock
  hours = [{ days = [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\"], from = \"09:00\", to = \"18:00\" }]
  [trouble]
  wait_ms = 180000                          a call is offered after three minutes without an answer";

const SITE_EXAMPLES: &str = "\
Example:
  heard-relay site add --name 'My shop' --origin https://shop.example --origin https://www.shop.example

An origin is scheme, host and maybe port, as in the address bar. Only pages of these origins can show the chat.
The relay must not be running on the same data file; a PostgreSQL database may be in use.";

const AGENT_EXAMPLES: &str = "\
Examples:
  heard-relay agent add --name Anna --email anna@shop.example
      prints a password that was drawn for her
  pass show heard/oleg | heard-relay agent add --name Oleg --email oleg@shop.example --password-stdin
  heard-relay agent add --bot --name Helper --email helper@shop.example
      prints the bearer token the bot connects with; it is shown this once

The relay must not be running on the same data file; a PostgreSQL database may be in use.";

const SKILLS_EXAMPLES: &str = "\
Example:
  heard-relay agent skills --email anna@shop.example ru=4 returns=2

Which calls take a skill is said with how the site calls (heard-relay calls set):
  [[needs]]
  language = \"ru\"                           by the visitor's browser
  page = \"https://shop.example/returns\"     where the visitor asks; either may be left out
  skill = \"ru\"
  level = 2

The relay must not be running on the same data file; a PostgreSQL database may be in use.";

const MOVE_EXAMPLES: &str = "\
Examples:
  heard-relay move --from heard.db --to postgres://heard@db.example/heard
      from a file into a database, for when one relay is no longer enough
  PGPASSWORD=secret heard-relay move --from heard.db --to postgres://heard@db.example/heard --replace
      deletes what the database holds of Heard's first
  heard-relay move --from postgres://heard@db.example/heard --to heard.db
      and back

No relay may run on either side: stop it first, and start it on the new place afterwards. The old place stays as it was, as a copy; nobody should
start a relay on it again.

A move that was interrupted, however that happened, goes on when the same command is run again; until it is done, no relay starts on the target.
At the end both sides are read and compared, row by row. Visitors and agents notice nothing but the pause: their tokens, their sessions and what
they have read stay what they were.";

/// Live chat for a site of your own: one binary, one file of data.
#[derive(Debug, Parser)]
#[command(name = "heard-relay", version, after_help = EXAMPLES, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run the relay.
    Serve(ServeArgs),
    /// Run a relay with a shop, a console and two agents to try it with.
    Demo(DemoArgs),
    /// Set up sites.
    #[command(subcommand)]
    Site(SiteCommand),
    /// Set up the people (and bots) who answer.
    #[command(subcommand)]
    Agent(AgentCommand),
    /// Say how a site calls those who ask for it, and see what came of it.
    #[command(subcommand)]
    Calls(CallsCommand),
    /// Move everything from a file into a database, or back.
    Move(MoveArgs),
    /// Look at the settings.
    #[command(subcommand)]
    Config(ConfigCommand),
}

/// What every command takes.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct Common {
    /// A file of settings in TOML.
    #[arg(long, value_name = "FILE", env = "HEARD_CONFIG")]
    pub(super) config: Option<PathBuf>,
    /// The file everything is kept in, created if it is not there [default: heard.db]; or a
    /// PostgreSQL database, as `postgres://user@host/database`. A password is better given in the
    /// environment: `PGPASSWORD`, or all of it in `HEARD_DATA`.
    #[arg(long, value_name = "FILE|URL")]
    pub(super) data: Option<OsString>,
}

/// How to log.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct LogArgs {
    /// How a log line looks [default: text].
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(super) log_format: Option<Format>,
    /// The lowest level that is logged, or a filter such as `info,heard_relay=debug` [default:
    /// info].
    #[arg(long, value_name = "FILTER")]
    pub(super) log_level: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

#[derive(Debug, Clone, Default, Args)]
#[command(after_help = SERVE_EXAMPLES)]
pub(super) struct ServeArgs {
    #[command(flatten)]
    pub(super) common: Common,
    /// Where to listen [default: 127.0.0.1:8080]. Port 0 takes any free one.
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(super) listen: Option<SocketAddr>,
    /// The NATS server over which relays on one database hear of each other, as `nats://host:4222`.
    /// Without it, this is the only relay.
    #[arg(long, value_name = "URL")]
    pub(super) bus: Option<String>,
    /// How browsers reach the relay. Without it, the `Host` header of each request is believed.
    #[arg(long, value_name = "URL")]
    pub(super) public_url: Option<PublicUrl>,
    /// Believe X-Forwarded-For and X-Forwarded-Proto: for a relay that is reached through a proxy
    /// alone.
    #[arg(long)]
    pub(super) trust_proxy: bool,
    #[command(flatten)]
    pub(super) log: LogArgs,
}

#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// The folder to keep the demo's data in, created if it is not there.
    #[arg(long, value_name = "FOLDER", default_value = "heard-demo")]
    pub(crate) data: PathBuf,
    /// Where the relay listens.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,
    /// Where the shop listens.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8081")]
    pub(crate) shop: SocketAddr,
    #[command(flatten)]
    pub(crate) log: LogArgs,
}

#[derive(Debug, Subcommand)]
pub(super) enum SiteCommand {
    /// Add a site and print the tag its pages need.
    Add(SiteAdd),
    /// Print every site's id, name and origins.
    List(Common),
}

#[derive(Debug, Args)]
#[command(after_help = SITE_EXAMPLES)]
pub(super) struct SiteAdd {
    #[command(flatten)]
    pub(super) common: Common,
    /// The shop's name, as visitors know it.
    #[arg(long)]
    pub(super) name: String,
    /// An origin whose pages may show the chat; may be given several times.
    #[arg(long = "origin", value_name = "ORIGIN")]
    pub(super) origins: Vec<PublicUrl>,
}

#[derive(Debug, Subcommand)]
pub(super) enum CallsCommand {
    /// Print how a site calls, in the form that `set` reads.
    Show(CallsShow),
    /// Set how a site calls: its hours, countries, quiet hours, attempts and what makes the calls.
    Set(CallsSet),
    /// Print what came of the requests of the last days.
    Report(CallsReport),
}

#[derive(Debug, Args)]
pub(super) struct CallsShow {
    #[command(flatten)]
    pub(super) common: Common,
    /// The site's id; may be left out while there is only one.
    #[arg(long, value_name = "SITE")]
    pub(super) site: Option<heard_protocol::SiteId>,
}

#[derive(Debug, Args)]
#[command(after_help = CALLS_EXAMPLES)]
pub(super) struct CallsSet {
    #[command(flatten)]
    pub(super) common: Common,
    /// The site's id; may be left out while there is only one.
    #[arg(long, value_name = "SITE")]
    pub(super) site: Option<heard_protocol::SiteId>,
    /// A TOML file; `-` is standard input. What is not in it is as by default.
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct CallsReport {
    #[command(flatten)]
    pub(super) common: Common,
    /// The site's id; may be left out while there is only one.
    #[arg(long, value_name = "SITE")]
    pub(super) site: Option<heard_protocol::SiteId>,
    /// How many days back.
    #[arg(long, value_name = "NUMBER", default_value_t = 30)]
    pub(super) days: u32,
    /// A line for each request instead of sums.
    #[arg(long)]
    pub(super) csv: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum AgentCommand {
    /// Add somebody who answers.
    Add(AgentAdd),
    /// Say what somebody is good at: calls that take it ring for them first.
    Skills(AgentSkills),
}

#[derive(Debug, Args)]
#[command(after_help = SKILLS_EXAMPLES)]
pub(super) struct AgentSkills {
    #[command(flatten)]
    pub(super) common: Common,
    /// Whose: the e-mail address they sign in with.
    #[arg(long)]
    pub(super) email: String,
    /// Everything they are good at, each with a level from 1 (learning it) to 4 (asked by others);
    /// none: nothing in particular.
    #[arg(value_name = "SKILL=LEVEL")]
    pub(super) skills: Vec<heard_desk::skill::Level>,
}

#[derive(Debug, Args)]
#[command(after_help = AGENT_EXAMPLES, group(ArgGroup::new("sign_in").args(["password_stdin", "bot"])))]
pub(super) struct AgentAdd {
    #[command(flatten)]
    pub(super) common: Common,
    /// The id of the site they answer for; may be left out while there is only one.
    #[arg(long, value_name = "SITE")]
    pub(super) site: Option<heard_protocol::SiteId>,
    /// The name visitors and colleagues see.
    #[arg(long)]
    pub(super) name: String,
    /// The e-mail address they sign in with.
    #[arg(long)]
    pub(super) email: String,
    /// Read the password from the first line of standard input instead of drawing one.
    #[arg(long)]
    pub(super) password_stdin: bool,
    /// A program, always shown as one. It signs in with a token instead of a password.
    #[arg(long)]
    pub(super) bot: bool,
    /// The most conversations they answer at a time.
    #[arg(long, value_name = "NUMBER", default_value_t = 4)]
    pub(super) capacity: u16,
}

#[derive(Debug, Args)]
#[command(after_help = MOVE_EXAMPLES)]
pub(super) struct MoveArgs {
    /// Where everything is: a file, or a PostgreSQL database as `postgres://user@host/database`. It
    /// is only read.
    #[arg(long, value_name = "FILE|URL")]
    pub(super) from: Data,
    /// Where it is to be: a file or a database, without anything in it. A password is better given
    /// in the environment, as `PGPASSWORD`.
    #[arg(long, value_name = "FILE|URL")]
    pub(super) to: Data,
    /// Delete every site, agent and conversation that the target holds, in the one transaction with
    /// which the move begins. An unfinished move of the same source is gone on with all the same,
    /// and a database of another program is left alone.
    #[arg(long)]
    pub(super) replace: bool,
    /// The most rows in one transaction.
    #[arg(
        long,
        value_name = "NUMBER",
        default_value = "4000",
        hide_short_help = true
    )]
    pub(super) batch: NonZero<usize>,
}

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Print the settings in force, in the form of the file.
    Show(ServeArgs),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_lines_of_the_examples_are_understood() {
        let lines = [
            "heard-relay demo --data ./demo",
            "heard-relay site add --name Shop --origin https://shop.example",
            "heard-relay agent add --name Anna --email anna@shop.example",
            "heard-relay agent add --bot --name Helper --email helper@shop.example",
            "heard-relay serve --listen 127.0.0.1:8080 --public-url https://chat.shop.example",
            "heard-relay serve --config /etc/heard.toml --log-format json",
            "heard-relay agent skills --email anna@shop.example ru=4 returns=2",
            "heard-relay calls show",
            "heard-relay calls set calls.toml",
            "heard-relay calls report --days 7 --csv",
            "heard-relay move --from heard.db --to postgres://heard@db.example/heard --replace",
            "heard-relay config show",
        ];
        for line in lines {
            Cli::try_parse_from(line.split(' ')).unwrap_or_else(|error| panic!("{line}: {error}"));
        }
    }

    #[test]
    fn a_bot_has_no_password() {
        let line = "heard-relay agent add --bot --password-stdin --name B --email b@c";
        assert!(Cli::try_parse_from(line.split(' ')).is_err());
    }
}
