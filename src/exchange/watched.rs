//! A file of which it is told how far it was read.

use std::io::{self, Read};

/// Hands on what it reads, and tells how many bytes it was in all.
pub(super) struct Watched<R, F> {
    from: R,
    bytes: u64,
    tell: F,
}

impl<R: Read, F: FnMut(u64)> Watched<R, F> {
    pub(super) fn new(from: R, tell: F) -> Self {
        Self {
            from,
            bytes: 0,
            tell,
        }
    }
}

impl<R: Read, F: FnMut(u64)> Read for Watched<R, F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(buffer)?;
        self.bytes += read as u64;
        (self.tell)(self.bytes);
        Ok(read)
    }
}
