//! How the program answers over HTTP, whatever it says: files and their forms, the
//! headers of every answer, and under which policy a browser shows it.

pub(crate) mod caching;
pub(crate) mod characters;
pub(crate) mod csp;
pub mod disk_file;
pub(crate) mod file_request;
pub(crate) mod gzip;
pub(crate) mod headers;
pub mod held_file;
pub(crate) mod negotiation;
pub mod site_files;
