//! A move that is killed again and again.

use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;

use heard_test_postgres::Server;
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;

use crate::content;
use crate::program::{complaint, heard, move_command, printed};

/// How many rows a move has copied; `None` while there is no mark.
async fn rows(connection: &mut PgConnection) -> Option<i64> {
    let sql = "SELECT (progress::json ->> 'moved')::bigint FROM heard_move";
    sqlx::query_scalar(sql).fetch_one(connection).await.ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled() {
    let large = tokio::task::spawn_blocking(content::large).await;
    let (_folder, path) = large.expect("a store");
    let from = path.to_str().expect("the path is text");
    let (url, other) = (Server::shared().database(), Server::shared().database());
    let mut look = PgConnection::connect(&url)
        .await
        .expect("the server is there");

    let mut before = -1;
    for least in [0, 1, 4_000, 20_000, 60_000, 100_000] {
        let mut child = move_command(from, &url)
            .args(["--batch", "300"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let copied = loop {
            match rows(&mut look).await {
                Some(rows) if rows >= least && rows > before => break rows,
                _ => assert!(
                    child.try_wait().expect("it can be asked").is_none(),
                    "it ended too soon"
                ),
            }
        };
        child.kill().expect("it can be killed");
        let status = child.wait().expect("it ends");
        assert_eq!(status.signal(), Some(9), "it was too quick");
        // What was there is still there: it goes on and does not begin again.
        let kept = rows(&mut look).await.expect("the mark stays");
        assert!(kept >= copied, "{kept} of {copied} rows");
        before = kept;
        let serve = ["serve", "--listen", "127.0.0.1:0", "--data", &url];
        let said = complaint(heard().args(serve));
        assert!(said.contains("holds an unfinished move"), "{said}");
    }

    let killed = printed(&mut move_command(from, &url));
    let unharmed = printed(&mut move_command(from, &other));
    assert!(killed.contains("sha256"), "{killed}");
    assert_eq!(killed, unharmed);
    // Whoever missed how it ended asks again.
    assert_eq!(killed, printed(&mut move_command(from, &url)));
}
