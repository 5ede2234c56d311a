//! How a badge is drawn.

use crate::web::characters::legal;
use quick_xml::escape::escape;
use std::str::FromStr;

/// A colour: red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Colour(pub(super) [u8; 3]);

/// What a badge says.
#[derive(Debug)]
pub(super) struct Badge {
    pub(super) label: String,
    pub(super) number: String,
    /// What the number is on.
    pub(super) colour: Colour,
}

impl FromStr for Colour {
    type Err = ();

    /// Three hexadecimal digits, or six.
    fn from_str(text: &str) -> Result<Self, ()> {
        let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
        let channel = |high: u32, low: u32| (high * 16 + low) as u8;
        match digits.as_deref() {
            Some(&[r, g, b]) => Ok(Self([channel(r, r), channel(g, g), channel(b, b)])),
            Some(&[r, s, g, h, b, c]) => Ok(Self([channel(r, s), channel(g, h), channel(b, c)])),
            _ => Err(()),
        }
    }
}

impl Colour {
    /// White or black, whichever stands out more against it (WCAG 2.2, relative luminance:
    /// below 0.179 white does).
    fn text(self) -> &'static str {
        let linear = |channel: u8| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.04045 {
                share / 12.92
            } else {
                ((share + 0.055) / 1.055).powf(2.4)
            }
        };
        let [r, g, b] = self.0.map(linear);
        let luminance = 0.2126 * r + 0.7152 * g + 0.0722 * b;
        if luminance < 0.179 { "#fff" } else { "#000" }
    }
}

impl Badge {
    /// As SVG, with its text as title, on a ground that is dark where the page is.
    pub(super) fn svg(&self) -> String {
        let [r, g, b] = self.colour.0;
        let label = legal(&self.label);
        let (label_width, number_width) = (width(&label), width(&self.number));
        let (label, number) = (escape(&*label), escape(&*self.number));
        // Six beside each text.
        let (left, right) = (label_width + 12, number_width + 12);
        let whole = left + right;
        let (label_x, number_x) = (6, left + 6);
        let text = self.colour.text();
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{whole}\" height=\"20\" \
             viewBox=\"0 0 {whole} 20\" role=\"img\" aria-label=\"{number} {label}\">\
             <title>{number} {label}</title>\
             <style>.label{{fill:#e4e7e5}}.label-text{{fill:#1c2420}}\
             @media(prefers-color-scheme:dark){{.label{{fill:#39423d}}.label-text{{fill:#f1f4f2}}}}\
             text{{font:11px Verdana,\"DejaVu Sans\",Geneva,sans-serif}}</style>\
             <clipPath id=\"round\"><rect width=\"{whole}\" height=\"20\" rx=\"3\"/></clipPath>\
             <g clip-path=\"url(#round)\"><rect class=\"label\" width=\"{left}\" height=\"20\"/>\
             <rect x=\"{left}\" width=\"{right}\" height=\"20\" fill=\"#{r:02x}{g:02x}{b:02x}\"/></g>\
             <text class=\"label-text\" x=\"{label_x}\" y=\"14\" textLength=\"{label_width}\">{label}</text>\
             <text fill=\"{text}\" x=\"{number_x}\" y=\"14\" textLength=\"{number_width}\">{number}</text>\
             </svg>"
        )
    }
}

/// About how wide a text is, in pixels, in Verdana of 11. Whoever has another font sees it
/// stretched to that.
fn width(text: &str) -> usize {
    let tenths: usize = text.chars().map(tenths).sum();
    tenths.div_ceil(10)
}

/// The advance of a character, in tenths of a pixel.
fn tenths(character: char) -> usize {
    match character {
        'i' | 'j' | 'l' => 30,
        ' ' | '.' | ',' | '\'' | '|' | ':' | ';' => 40,
        'I' | 'f' | 'r' | 't' | '(' | ')' | '-' | '/' => 46,
        'm' | 'M' | 'W' | '%' | '@' => 104,
        'w' => 90,
        'a'..='z' | '0'..='9' => 68,
        'A'..='Z' => 78,
        // Letters of other scripts, most of which are squares.
        '\u{2e80}'.. => 110,
        _ => 72,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quick_xml::events::Event;

    fn badge(label: &str, number: &str, colour: &str) -> String {
        let badge = Badge {
            label: label.to_owned(),
            number: number.to_owned(),
            colour: colour.parse().unwrap(),
        };
        badge.svg()
    }

    /// The text of every element of this name.
    fn texts(svg: &str, name: &str) -> Vec<String> {
        let mut reader = quick_xml::Reader::from_str(svg);
        let (mut found, mut inside) = (Vec::new(), false);
        loop {
            match reader.read_event().unwrap() {
                Event::Start(element) => {
                    inside = element.name().as_ref() == name;
                    if inside {
                        found.push(String::new());
                    }
                }
                Event::Text(text) if inside => found.last_mut().unwrap().push_str(&text),
                Event::GeneralRef(reference) if inside => {
                    let written = format!("&{};", &*reference);
                    let text = quick_xml::escape::unescape(&written).unwrap().into_owned();
                    found.last_mut().unwrap().push_str(&text);
                }
                Event::End(_) => inside = false,
                Event::Eof => return found,
                _ => {}
            }
        }
    }

    #[test]
    fn it_says_label_and_number_and_has_them_as_its_title() {
        let svg = badge("views", "1,204", "1b6e43");
        assert_eq!(texts(&svg, "text"), ["views", "1,204"]);
        assert_eq!(texts(&svg, "title"), ["1,204 views"]);
        assert!(svg.contains("aria-label=\"1,204 views\""), "{svg}");
    }

    #[test]
    fn whatever_the_label_is_it_is_only_text() {
        let label = "</text><script>alert(1)</script>\" onload=\"x & <";
        let svg = badge(label, "1", "fff");
        assert_eq!(texts(&svg, "text"), [label, "1"]);
        assert!(!svg.contains("<script"), "{svg}");
        assert!(!svg.contains("\" onload"), "{svg}");
    }

    #[test]
    fn a_label_with_what_xml_cannot_hold_is_drawn_without_it() {
        let svg = badge("vi\u{fffe}ews\u{ffff}", "1", "fff");
        assert_eq!(texts(&svg, "text"), ["views", "1"]);
        assert!(!svg.contains(['\u{fffe}', '\u{ffff}']), "{svg}");
    }

    #[test]
    fn a_colour_has_three_or_six_digits_and_text_that_stands_out() {
        assert_eq!("fa0".parse(), Ok(Colour([0xff, 0xaa, 0])));
        assert_eq!("1B6e43".parse(), Ok(Colour([0x1b, 0x6e, 0x43])));
        for wrong in ["", "red", "12345", "#fff", "1b6e4é"] {
            assert_eq!(wrong.parse::<Colour>(), Err(()), "{wrong}");
        }
        assert_eq!(Colour([0x1b, 0x6e, 0x43]).text(), "#fff");
        assert_eq!(Colour([0xff, 0xaa, 0]).text(), "#000");
    }
}
