//! Programs that cargo does not bring: installed with apt where that is allowed, named where it is
//! not.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::process;

/// The store for many nodes is tested on a real server; the tests start it themselves.
pub(super) const POSTGRES: Program = Program {
    names: &["postgres"],
    variable: "HEARD_POSTGRES",
    package: "postgresql",
    versions: Some("/usr/lib/postgresql"),
};

/// The bus between nodes, likewise.
pub(super) const NATS: Program = Program {
    names: &["nats-server"],
    variable: "HEARD_NATS",
    package: "nats-server",
    versions: None,
};

/// Phones and a trunk, for calls over SIP.
pub(super) const PHONES: [Program; 3] = [
    Program {
        names: &["baresip"],
        variable: "HEARD_BARESIP",
        package: "baresip",
        versions: None,
    },
    Program {
        names: &["sipp"],
        variable: "HEARD_SIPP",
        package: "sip-tester",
        versions: None,
    },
    Program {
        names: &["kamailio"],
        variable: "HEARD_KAMAILIO",
        package: "kamailio",
        versions: None,
    },
];

/// A program that a test needs.
#[derive(Debug)]
pub(super) struct Program {
    /// What it may be called, the likeliest name first.
    pub(super) names: &'static [&'static str],
    /// An environment variable that names it instead.
    pub(super) variable: &'static str,
    /// The Debian package it is in.
    pub(super) package: &'static str,
    /// A folder with a folder `bin` of its own for every version, for what a package keeps out of
    /// `PATH`.
    pub(super) versions: Option<&'static str>,
}

impl Program {
    /// Where it is, if anywhere.
    pub(super) fn find(&self) -> Option<PathBuf> {
        if let Some(named) = env::var_os(self.variable) {
            return Some(PathBuf::from(named));
        }
        let path = env::var_os("PATH")?;
        let mut folders: Vec<PathBuf> = env::split_paths(&path).collect();
        let versions = self
            .versions
            .and_then(|folder| Path::new(folder).read_dir().ok());
        // Where Debian has servers, which is not in everybody's `PATH`.
        folders.extend(["/usr/local/sbin", "/usr/sbin"].map(PathBuf::from));
        for version in versions.into_iter().flatten().flatten() {
            folders.push(version.path().join("bin"));
        }
        let places = self
            .names
            .iter()
            .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
        places.into_iter().find(|place| place.is_file())
    }
}

/// Makes sure that all are there; `tests` need them.
///
/// # Errors
/// If some are missing and can't be installed; the error says what to install.
pub(super) fn ensure(tests: &str, programs: &[&Program]) -> Result<()> {
    let missing = || -> Vec<&'static str> {
        let absent = programs.iter().filter(|program| program.find().is_none());
        absent.map(|program| program.package).collect()
    };
    let packages = missing();
    if packages.is_empty() {
        return Ok(());
    }
    let tried = install(&packages);
    let still = missing();
    if still.is_empty() {
        return Ok(());
    }
    let why = tried
        .err()
        .map_or_else(String::new, |error| format!(" ({error:#})"));
    bail!(
        "{tests} need {0}, not installed here{why}; on Debian or Ubuntu: \
         `apt-get update && apt-get install {0}`",
        still.join(" ")
    )
}

fn install(packages: &[&str]) -> Result<()> {
    if !Path::new("/usr/bin/apt-get").exists() {
        bail!("this is not Debian or Ubuntu");
    }
    let root = process::output(Command::new("id").arg("-u")).is_some_and(|id| id.trim() == "0");
    if !root && process::output(Command::new("sudo").args(["-n", "true"])).is_none() {
        bail!("installing takes root or sudo without a password");
    }
    let apt = || {
        let mut command = if root {
            Command::new("apt-get")
        } else {
            let mut sudo = Command::new("sudo");
            sudo.args(["-n", "apt-get"]);
            sudo
        };
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command.stdin(std::process::Stdio::null());
        command
    };
    eprintln!("Installing {} with apt-get", packages.join(" "));
    process::run(apt().args(["update", "-q"]))?;
    process::run(
        apt()
            .args(["install", "-q", "-y", "--no-install-recommends"])
            .args(packages),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_by_its_second_name() {
        let shell = Program {
            names: &["no-such-program-at-all", "sh"],
            variable: "HEARD_NO_SUCH_VARIABLE",
            package: "dash",
            versions: None,
        };
        assert!(shell.find().is_some_and(|path| path.ends_with("sh")));
        let none = Program {
            names: &["no-such-program-at-all"],
            variable: "HEARD_NO_SUCH_VARIABLE",
            package: "none",
            versions: Some("/no-such-folder-at-all"),
        };
        assert_eq!(none.find(), None);
    }
}
