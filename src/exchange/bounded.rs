//! Readers that give up on a file before it fills the memory.

use std::io::{self, Read};

/// The most bytes of one record: a line of a table, or a value in JSON.
pub(super) const MAX_RECORD_BYTES: u64 = 1024 * 1024;
/// The most bytes of a file, decompressed.
const MAX_FILE_BYTES: u64 = 8 * 1024 * 1024 * 1024;

/// Fails where a file has more than 8 GiB.
pub(super) struct MaxFileBytes<R> {
    from: R,
    left: u64,
}

impl<R> MaxFileBytes<R> {
    pub(super) fn new(from: R) -> Self {
        Self {
            from,
            left: MAX_FILE_BYTES,
        }
    }
}

impl<R: Read> Read for MaxFileBytes<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(buffer)?;
        let left = self.left.checked_sub(read as u64);
        self.left = left.ok_or_else(|| {
            io::Error::other("it has more than 8 GiB when decompressed; split it")
        })?;
        Ok(read)
    }
}

/// Fails where one value of a JSON text has more than [`MAX_RECORD_BYTES`]: what is between
/// two of its signs `{}[],:`.
pub(super) struct MaxJsonValue<R> {
    from: R,
    in_string: bool,
    escaped: bool,
    bytes: u64,
    line: u64,
}

impl<R> MaxJsonValue<R> {
    pub(super) fn new(from: R) -> Self {
        Self {
            from,
            in_string: false,
            escaped: false,
            bytes: 0,
            line: 1,
        }
    }

    fn pass(&mut self, byte: u8) {
        self.bytes += 1;
        self.line += u64::from(byte == b'\n');
        match (self.in_string, byte) {
            (true, _) if self.escaped => self.escaped = false,
            (true, b'\\') => self.escaped = true,
            (_, b'"') => self.in_string = !self.in_string,
            (false, b'{' | b'}' | b'[' | b']' | b',' | b':') => self.bytes = 0,
            _ => {}
        }
    }
}

impl<R: Read> Read for MaxJsonValue<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(buffer)?;
        for byte in &buffer[..read] {
            self.pass(*byte);
            if self.bytes > MAX_RECORD_BYTES {
                return Err(io::Error::other(format!(
                    "line {}: a value has more than 1 MiB",
                    self.line
                )));
            }
        }
        Ok(read)
    }
}

/// The first bytes of what is read, at most so many, and all of it.
pub(super) fn peek<R: Read>(mut from: R, most: u64) -> io::Result<(Vec<u8>, impl Read + use<R>)> {
    let mut head = Vec::new();
    from.by_ref().take(most).read_to_end(&mut head)?;
    let all = io::Cursor::new(head.clone()).chain(from);
    Ok((head, all))
}
