//! Why a storage failed: which kind of failure it is, and its cause.

use std::{error::Error, fmt, sync::Arc};

/// The kinds of failure that an operator handles differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StorageErrorKind {
    /// Another process holds the lock, or every connection is in use. It passes.
    Busy,
    /// The disk has no room.
    Full,
    /// What is stored cannot be understood: restore a backup.
    Damaged,
    /// The storage may be read and not written.
    ReadOnly,
    /// The file is not where it was: moved, deleted, or replaced by another one.
    Replaced,
    /// Everything else.
    Other,
}

/// The storage failed; nothing is known to be saved.
///
/// Displays the operation, what is wrong, and what to do. It names no path, because
/// `/healthz` shows it to everyone.
#[derive(Clone, Debug)]
pub struct StorageError {
    operation: &'static str,
    kind: StorageErrorKind,
    /// What is wrong and what to do. `None` where only the cause says it.
    advice: Option<&'static str>,
    /// Shared, because everyone who waited for the same operation gets the error.
    cause: Arc<dyn Error + Send + Sync>,
}

impl StorageError {
    /// An error of the kind [`StorageErrorKind::Other`]: `cause` came up during
    /// `operation` ("saving views").
    pub fn new(operation: &'static str, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            operation,
            kind: StorageErrorKind::Other,
            advice: None,
            cause: cause.into().into(),
        }
    }

    /// An error of this kind. `advice` says what is wrong and what to do.
    pub fn with_advice(
        operation: &'static str,
        kind: StorageErrorKind,
        advice: &'static str,
        cause: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self {
            operation,
            kind,
            advice: Some(advice),
            cause: cause.into().into(),
        }
    }

    /// Which kind of failure this is.
    pub fn kind(&self) -> StorageErrorKind {
        self.kind
    }
}

impl fmt::Display for StorageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.advice {
            Some(advice) => write!(f, "{}: {advice}", self.operation),
            None => write!(f, "{}: {}", self.operation, self.cause),
        }
    }
}

impl Error for StorageError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self.advice {
            Some(_) => Some(&*self.cause),
            // The message is the cause's own: the chain goes on behind it.
            None => self.cause.source(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_what_to_do_and_keeps_its_cause() {
        let error = StorageError::with_advice(
            "saving views",
            StorageErrorKind::Full,
            "the disk is full; make room",
            "(code: 13) database or disk is full",
        );
        assert_eq!(error.kind(), StorageErrorKind::Full);
        assert_eq!(
            error.to_string(),
            "saving views: the disk is full; make room"
        );
        let source = error.source().map(ToString::to_string);
        assert_eq!(source.unwrap(), "(code: 13) database or disk is full");
    }

    #[test]
    fn an_error_without_advice_shows_its_cause_once() {
        let error = StorageError::new("saving views", "fault");
        assert_eq!(error.kind(), StorageErrorKind::Other);
        assert_eq!(error.to_string(), "saving views: fault");
        assert!(error.source().is_none());
    }
}
