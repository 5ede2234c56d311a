//! Whose database a file is, and its tables.

use sqlx::{Connection, SqliteConnection};

/// The tables of this version of the program.
pub(super) static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

/// Marks a database of this program: "vcnt" in ASCII
/// (<https://www.sqlite.org/fileformat2.html#application_id>).
const APPLICATION_ID: i32 = 0x7663_6e74;
/// What a database without a mark must have to be one of this program.
const OWN_TABLES: [&str; 4] = ["_sqlx_migrations", "totals", "days", "writers"];

/// Whose database a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// It has no table yet.
    Nobody,
    /// This program.
    ThisProgram {
        /// Whether it has the mark; versions before the mark wrote none.
        marked: bool,
    },
    /// Another program.
    AnotherProgram,
}

/// Why the file is not used.
#[derive(Clone, Copy, Debug, thiserror::Error)]
pub(super) enum SchemaError {
    #[error("holds something else than counts; it was left as it is. Name another file")]
    AnotherProgram,
    #[error("was written by a newer version of this program; use that version")]
    Newer,
    #[error(
        "is empty: no server has counted into it yet. Check the path, or start \
         `view-counter serve` with it first"
    )]
    Empty,
}

impl From<SchemaError> for sqlx::Error {
    fn from(error: SchemaError) -> Self {
        Self::Configuration(Box::new(error))
    }
}

/// Whose database this is.
pub(super) async fn owner(connection: &mut SqliteConnection) -> Result<Owner, sqlx::Error> {
    let application: i32 = sqlx::query_scalar("PRAGMA application_id")
        .fetch_one(&mut *connection)
        .await?;
    let tables: Vec<String> =
        sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE type = 'table'")
            .fetch_all(&mut *connection)
            .await?;
    if application == APPLICATION_ID {
        return Ok(Owner::ThisProgram { marked: true });
    }
    if application != 0 {
        return Ok(Owner::AnotherProgram);
    }
    if tables.is_empty() {
        return Ok(Owner::Nobody);
    }
    // A first start that was killed left this table alone, and nothing in it.
    if tables == ["_sqlx_migrations"] {
        let applied: i64 = sqlx::query_scalar("SELECT count(*) FROM _sqlx_migrations")
            .fetch_one(connection)
            .await?;
        return Ok(match applied {
            0 => Owner::Nobody,
            _ => Owner::AnotherProgram,
        });
    }
    let has = |table: &&str| tables.iter().any(|name| name == table);
    match OWN_TABLES.iter().all(has) {
        true => Ok(Owner::ThisProgram { marked: false }),
        false => Ok(Owner::AnotherProgram),
    }
}

/// Creates the tables or brings them up to date, and marks the file, in one transaction:
/// of two programs that start at once, one waits for the other.
///
/// Fails, and changes nothing, if the file is another program's or a newer version's.
pub(super) async fn prepare(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let owner = owner(&mut transaction).await?;
    if owner == Owner::AnotherProgram {
        return Err(SchemaError::AnotherProgram.into());
    }
    migrate(&mut transaction).await?;
    if owner != (Owner::ThisProgram { marked: true }) {
        let mark = format!("PRAGMA application_id = {APPLICATION_ID}");
        sqlx::query(sqlx::AssertSqlSafe(mark))
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await
}

/// Brings the tables up to date, within a transaction.
pub(super) async fn migrate(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    match MIGRATIONS.run(connection).await {
        Err(sqlx::migrate::MigrateError::VersionMissing(_)) => Err(SchemaError::Newer.into()),
        other => Ok(other?),
    }
}

/// Fails unless this is a database of this program, of this version or an older one.
pub(super) async fn require_own(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    match owner(connection).await? {
        Owner::Nobody => return Err(SchemaError::Empty.into()),
        Owner::AnotherProgram => return Err(SchemaError::AnotherProgram.into()),
        Owner::ThisProgram { .. } => {}
    }
    let versions: Vec<i64> = sqlx::query_scalar("SELECT version FROM _sqlx_migrations")
        .fetch_all(connection)
        .await?;
    let known = |version: &i64| MIGRATIONS.version_exists(*version);
    match versions.iter().all(known) {
        true => Ok(()),
        false => Err(SchemaError::Newer.into()),
    }
}
