//! Where PostgreSQL is, and who may run it.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of its programs. `HEARD_POSTGRES` names another one.
pub(crate) fn folder() -> PathBuf {
    let named = std::env::var_os("HEARD_POSTGRES").map(PathBuf::from);
    let told = || {
        let folder = output(Command::new("pg_config").arg("--bindir"))?;
        Some(PathBuf::from(folder))
    };
    let holds_server = |folder: &PathBuf| folder.join("postgres").is_file();
    named
        .or_else(|| told().filter(holds_server))
        .or_else(|| newest(Path::new("/usr/lib/postgresql")).filter(holds_server))
        .expect("PostgreSQL is needed: on Debian or Ubuntu, `apt-get install postgresql`; elsewhere, name the folder of its programs in HEARD_POSTGRES")
}

/// The programs of the newest version that Debian's packages have put there.
fn newest(versions: &Path) -> Option<PathBuf> {
    let number = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u32>().ok();
    let found = std::fs::read_dir(versions).ok()?;
    let newest = found
        .filter_map(|entry| Some(entry.ok()?.path()))
        .max_by_key(number)?;
    Some(newest.join("bin"))
}

/// The server refuses to run as root: it runs as the user its package made then.
pub(crate) fn as_somebody(command: &mut Command) {
    let id = |of: &[&str]| output(Command::new("id").args(of)).and_then(|id| id.parse().ok());
    if id(&["-u"]) == Some(0) {
        let user: Option<u32> = id(&["-u", "postgres"]);
        let group: Option<u32> = id(&["-g", "postgres"]);
        command.uid(user.expect("there is a user `postgres`"));
        command.gid(group.expect("there is a user `postgres`"));
    }
    // A signal to this process's group is not for the server: it ends when this process has.
    command.process_group(0);
}

fn output(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|one| one.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}
