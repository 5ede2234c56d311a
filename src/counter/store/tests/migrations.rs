//! A migration that was released is never edited, not even in a comment: sqlx compares the
//! bytes of each with those that a database was made by, and refuses the database if they
//! differ.

use super::super::schema::MIGRATIONS;
use std::fmt::Write;

/// Each migration's version and the SHA-384 of its file: what every existing database has
/// in its table `_sqlx_migrations`. A new migration adds a row.
const RELEASED: [(i64, &str); 4] = [
    (
        1,
        "2db428b60653b76fd2bb84e40d7414be76ce8e2f9c1bb6176801dc1e21ca25bce4ba774bc47e44db9ca48e77b32373c9",
    ),
    (
        2,
        "09c47b182766f71c4d8e3dbe95e052b90b8840b3897f9873a7225506d7bf6d9b48aacb64c8dc0ac3978a33ac9ccd57ff",
    ),
    (
        3,
        "15ae5ec469e72ac16501112c58f18ba55fcd30f71cc0a3ac37ea7f66f9c5a1b572345de03d586d361f7c2ceb347a8185",
    ),
    (
        4,
        "056833aa55a47c5b4e973b617815535d2aa6e3ea260b10292adfc030c341d43a6f7bf79d0e5c963febcf0779b18a90c3",
    ),
];

#[test]
fn a_released_migration_keeps_its_bytes() {
    let migrations: Vec<(i64, String)> = MIGRATIONS
        .iter()
        .map(|migration| (migration.version, hexadecimal(&migration.checksum)))
        .collect();
    assert_eq!(
        migrations,
        RELEASED.map(|(version, hash)| (version, hash.to_owned())),
        "existing databases would be refused; undo the edit, and change the schema in a new migration"
    );
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
