//! Reads the values of settings. What is meant is accepted where only one thing can be
//! meant; every error says what to write instead.

use crate::counter::{admission::Origin, store::MOST_VIEWS};
use axum::http::HeaderName;
use jiff::civil::Date;
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    str::FromStr,
};
use url::Url;

/// An address and port to listen on. `localhost` is this machine's own address; other
/// names are not resolved, since a name may have several addresses.
pub(super) fn listen_address(text: &str) -> Result<SocketAddr, String> {
    let text = text.trim();
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    if let Ok(ip) = text.parse::<IpAddr>() {
        return Err(format!(
            "the port is missing; write {}",
            SocketAddr::new(ip, 3000)
        ));
    }
    let (host, port) = text.rsplit_once(':').unwrap_or(("", text));
    let Ok(port) = port.parse::<u16>() else {
        return Err("write an address and a port, like 127.0.0.1:3000".to_owned());
    };
    if host.eq_ignore_ascii_case("localhost") {
        return Ok(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port));
    }
    if host.is_empty() {
        return Err(format!(
            "the address is missing; write 127.0.0.1:{port} to be reached from this machine \
             alone, or 0.0.0.0:{port} from every network"
        ));
    }
    if let Ok(ip) = host.parse::<IpAddr>() {
        return Err(format!("write {}", SocketAddr::new(ip, port)));
    }
    Err(format!(
        "a server listens on an address, not on a name; write 127.0.0.1:{port} to be reached \
         from this machine alone, or 0.0.0.0:{port} from every network"
    ))
}

/// An origin: a scheme and a host. A slash at its end and a host in letters of other
/// scripts are understood; browsers send the host in ASCII (UTS #46).
pub(super) fn origin(text: &str) -> Result<Origin, String> {
    const EXAMPLE: &str = "write a scheme and a host, like https://blog.example";
    let text = &one_of_a_list(text)?;
    let has_scheme = text.contains("://");
    let url = match has_scheme {
        true => Url::parse(text),
        false => Url::parse(&format!("https://{text}")),
    };
    let url = url.map_err(|_| EXAMPLE)?;
    if !matches!(url.scheme(), "http" | "https") || !url.username().is_empty() {
        return Err(EXAMPLE.to_owned());
    }
    let written = url.origin().ascii_serialization();
    let origin: Origin = written.parse().map_err(|_| EXAMPLE)?;
    if written.contains('*') {
        return Err("`*` stands for nothing here; name each origin by itself".to_owned());
    }
    if !has_scheme {
        return Err(format!("the scheme is missing; write {written}"));
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(format!("it may not have a path; write {written}"));
    }
    Ok(origin)
}

/// One value of a list that is separated by commas.
pub(super) fn one_of_a_list(text: &str) -> Result<String, &'static str> {
    match text.trim() {
        "" => Err("there is nothing before or after a comma; remove the comma"),
        text => Ok(text.to_owned()),
    }
}

/// The name of a parameter of a query.
pub(super) fn parameter_name(text: &str) -> Result<String, &'static str> {
    let name = one_of_a_list(text)?;
    match name.contains(['=', '&', '?', '#', '/']) {
        true => Err("write the name of a parameter alone, like p for https://blog.example/?p=123"),
        false => Ok(name),
    }
}

/// The name of a header.
pub(super) fn header_name(text: &str) -> Result<HeaderName, &'static str> {
    let name = text.trim().parse();
    name.map_err(|_| "write the name of a header alone, like X-Real-IP")
}

/// A number that this type can hold.
pub(super) fn number<T: FromStr>(text: &str) -> Result<T, String> {
    let text = text.trim();
    text.parse().map_err(|_| {
        if let Ok(0) = text.parse::<u64>() {
            return "it must be at least 1".to_owned();
        }
        let is_separator =
            |c: char| matches!(c, ',' | '.' | '_' | '\'' | ' ' | '\u{a0}' | '\u{202f}');
        let digits: String = text.chars().filter(|c| !is_separator(*c)).collect();
        match digits.parse::<u64>() {
            Ok(number) if digits != text => format!("write the digits alone: {number}"),
            Ok(_) => "it is too large".to_owned(),
            Err(_) => "write a number, like 40".to_owned(),
        }
    })
}

/// How many views a post has.
pub(super) fn views(text: &str) -> Result<u64, String> {
    if text.trim_start().starts_with('-') {
        let sentence = "a post has 0 views or more; write how many it has from now on";
        return Err(sentence.to_owned());
    }
    let views = number(text)?;
    match views <= MOST_VIEWS {
        true => Ok(views),
        false => Err(format!("a post has at most {MOST_VIEWS} views")),
    }
}

/// A day.
pub(super) fn day(text: &str) -> Result<Date, String> {
    let day = text.trim().parse();
    day.map_err(|_| "write the year, the month and the day, like 2026-11-20".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::num::{NonZeroU32, NonZeroUsize};

    #[test]
    fn an_address_to_listen_on_is_an_address_and_a_port() {
        for (text, address) in [
            ("127.0.0.1:3000", "127.0.0.1:3000"),
            (" [::1]:0 ", "[::1]:0"),
            ("localhost:4220", "127.0.0.1:4220"),
        ] {
            assert_eq!(listen_address(text), Ok(address.parse().unwrap()), "{text}");
        }
        for (text, instead) in [
            ("3000", "127.0.0.1:3000"),
            ("8080", "0.0.0.0:8080"),
            (":3000", "127.0.0.1:3000"),
            ("127.0.0.1", "127.0.0.1:3000"),
            ("::1", "[::1]:3000"),
            ("fe80::1:3000", "[fe80::1:3000]:3000"),
            ("blog.example:80", "0.0.0.0:80"),
            ("http://127.0.0.1:3000/", "127.0.0.1:3000"),
            ("nowhere", "127.0.0.1:3000"),
            ("", "127.0.0.1:3000"),
        ] {
            let error = listen_address(text).unwrap_err();
            assert!(error.contains(instead), "{text}: {error}");
        }
    }

    #[test]
    fn an_origin_may_have_a_slash_at_its_end_and_letters_of_any_script() {
        for (text, written) in [
            ("https://blog.example", "https://blog.example"),
            (" https://blog.example/ ", "https://blog.example"),
            ("HTTPS://Blog.Example:443/", "https://blog.example"),
            ("http://localhost:1313", "http://localhost:1313"),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
        ] {
            assert_eq!(origin(text).unwrap().to_string(), written, "{text}");
        }
        for (text, instead) in [
            ("blog.example", "https://blog.example"),
            ("blog.example/x", "https://blog.example"),
            ("https://blog.example/sub", "https://blog.example"),
            ("https://blog.example/?a", "https://blog.example"),
            ("ftp://blog.example", "https://blog.example"),
            ("https://me@blog.example", "https://blog.example"),
            ("https://*.example", "each origin"),
            ("https://", "https://blog.example"),
            (" ", "remove the comma"),
        ] {
            let error = origin(text).unwrap_err();
            assert!(error.contains(instead), "{text}: {error}");
        }
    }

    #[test]
    fn a_header_is_named_without_its_value() {
        assert_eq!(header_name(" X-Real-IP").unwrap(), "x-real-ip");
        for wrong in ["", "X-Real-IP: 1.2.3.4", "X Real IP"] {
            assert!(
                header_name(wrong).unwrap_err().contains("like X-Real-IP"),
                "{wrong}"
            );
        }
        assert_eq!(one_of_a_list(" p ").as_deref(), Ok("p"));
        assert!(one_of_a_list(" ").unwrap_err().contains("remove the comma"));
        assert_eq!(parameter_name("p").as_deref(), Ok("p"));
        for text in ["p=123", "?p", "p&q", "/?p"] {
            assert!(
                parameter_name(text).unwrap_err().contains("alone"),
                "{text}"
            );
        }
    }

    #[test]
    fn a_number_is_digits_alone() {
        assert_eq!(
            number::<NonZeroU32>("40"),
            NonZeroU32::new(40).ok_or_else(String::new)
        );
        for (text, instead) in [
            ("0", "at least 1"),
            ("1,204", "1204"),
            ("1.204", "1204"),
            ("1 204", "1204"),
            ("99999999999999999999999", "like 40"),
            ("many", "like 40"),
            ("-5", "like 40"),
        ] {
            let error = number::<NonZeroUsize>(text).unwrap_err();
            assert!(error.contains(instead), "{text}: {error}");
        }
        assert_eq!(number::<u32>("4294967296").unwrap_err(), "it is too large");
    }

    #[test]
    fn views_and_days_say_how_they_are_written() {
        assert_eq!(views("0"), Ok(0));
        assert!(views("-5").unwrap_err().contains("0 views or more"));
        assert!(views("1,204").unwrap_err().contains("1204"));
        assert!(
            views(&u64::MAX.to_string())
                .unwrap_err()
                .contains("at most")
        );
        assert!(day("2026-11-20").is_ok());
        for wrong in ["20.11.2026", "yesterday", "2026-13-01", "2026-11"] {
            assert!(
                day(wrong).unwrap_err().contains("like 2026-11-20"),
                "{wrong}"
            );
        }
    }
}
