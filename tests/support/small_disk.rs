//! A disk that gets full: a small tmpfs, mounted in a namespace of the
//! program's own. It takes no rights, nobody else sees it, and it is gone with
//! the program.

use super::{Folder, PATIENCE, Server, Stored, server::child};
use std::{
    fs::{self, File},
    io::{ErrorKind, Write},
    os::fd::AsRawFd,
    path::PathBuf,
};
use tempfile::TempDir;
use tokio::{process::Command, time::timeout};

/// Where it is mounted, in the test's folder.
const MOUNTED_ON: &str = "disk";
/// Room for a server that has all it wants.
const ROOM: &str = "2m";

/// The disk of a server, reached from outside, also when that has ended.
pub(crate) struct SmallDisk {
    inside: PathBuf,
    _keeps_it: File,
}

impl SmallDisk {
    /// A server with its database on a disk of its own.
    pub(crate) async fn start(folder: &Folder, save: &str) -> (Server, Self) {
        Self::start_with(folder, &format!("--save {save}")).await
    }

    /// As [`Self::start`], with these words of a shell after the command: settings, or
    /// where its output goes.
    pub(crate) async fn start_with(folder: &Folder, words: &str) -> (Server, Self) {
        let serve = format!(
            "exec \"$0\" serve --listen 127.0.0.1:0 --database {MOUNTED_ON}/views.db {words}"
        );
        let server = Server::start_as(on_small_disk(folder, ROOM, &serve).await).await;
        let seen_by_it = format!("/proc/{}/root", server.pid());
        let mount = folder.path(MOUNTED_ON);
        let inside = PathBuf::from(seen_by_it).join(mount.strip_prefix("/").unwrap());
        let folder = File::open(inside).unwrap();
        let disk = Self {
            inside: format!("/proc/self/fd/{}", folder.as_raw_fd()).into(),
            _keeps_it: folder,
        };
        (server, disk)
    }

    /// What a file on it says.
    pub(crate) fn text(&self, name: &str) -> String {
        fs::read_to_string(self.inside.join(name)).unwrap()
    }

    fn ballast(&self) -> PathBuf {
        self.inside.join("ballast")
    }

    /// Leaves no room for one more byte.
    pub(crate) fn fill(&self) {
        let mut ballast = File::create(self.ballast()).unwrap();
        loop {
            // A page of memory at a time: the last write that fails leaves none.
            if let Err(error) = ballast.write_all(&[0; 4096]) {
                assert_eq!(error.kind(), ErrorKind::StorageFull, "{error}");
                return;
            }
        }
    }

    /// Leaves no room for one more byte, not even in the last page of the log that a
    /// server appends to `log`.
    pub(crate) fn fill_with_log(&self) {
        self.fill();
        let mut log = File::options()
            .append(true)
            .open(self.inside.join("log"))
            .unwrap();
        while let Ok(()) = log.write_all(b".") {}
    }

    pub(crate) fn make_room(&self) {
        fs::remove_file(self.ballast()).unwrap();
    }

    /// What the database says. SQLite follows links by their names, and in
    /// another namespace those lead elsewhere: so it is a copy that is opened.
    pub(crate) async fn stored(&self) -> Stored {
        let copy = TempDir::new().unwrap();
        for file in ["views.db", "views.db-wal"] {
            match fs::copy(self.inside.join(file), copy.path().join(file)) {
                Ok(_) => {}
                // What is committed since the last checkpoint is only in the second,
                // which is gone when the server has ended.
                Err(error) if error.kind() == ErrorKind::NotFound && file.ends_with("-wal") => {}
                Err(error) => panic!("{file}: {error}"),
            }
        }
        Stored::read(&copy.path().join("views.db")).await
    }
}

/// A line for the shell, run in this folder where `disk` is a tmpfs of this
/// size; `$0` is the program.
pub(crate) async fn on_small_disk(folder: &Folder, size: &str, line: &str) -> Command {
    fs::create_dir_all(folder.path(MOUNTED_ON)).unwrap();
    let mount = format!("mount -t tmpfs -o size={size} tmpfs {MOUNTED_ON}");
    let namespace = namespace(folder, &mount).await;
    let mut command = shell(folder, namespace, &format!("{mount} && {line}"));
    command.arg(env!("CARGO_BIN_EXE_view-counter"));
    command
}

/// What `unshare` may do on this machine. Without it there is no full disk to
/// test with, and that is a failure: a rule that nobody checked does not hold.
async fn namespace(folder: &Folder, mount: &str) -> &'static [&'static str] {
    let mut said = String::new();
    // Root may mount also where users may not make namespaces.
    for options in [&["--map-root-user", "--mount"][..], &["--mount"]] {
        let tried = timeout(PATIENCE, shell(folder, options, mount).output()).await;
        match tried.expect("it ends") {
            Ok(output) if output.status.success() => return options,
            Ok(output) => said.push_str(&String::from_utf8_lossy(&output.stderr)),
            Err(error) => said.push_str(&format!("unshare: {error}\n")),
        }
    }
    panic!(
        "this machine lets the tests mount no tmpfs, neither in a user namespace nor as root; \
         run them as root, or allow user namespaces (in a container: its seccomp or AppArmor \
         profile).\n{said}"
    );
}

fn shell(folder: &Folder, namespace: &[&str], line: &str) -> Command {
    let mut command = child("unshare", folder);
    // No `fork`: the program keeps the child's process id.
    command.args(namespace).args(["sh", "-c", line]);
    // Where `unshare`, `sh` and `mount` are.
    command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    command
}
