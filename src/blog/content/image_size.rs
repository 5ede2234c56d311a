//! How large an image is, so that the page keeps its place free while it loads.
//!
//! It may not know where images come from.

use std::fs;

use quick_xml::events::{BytesStart, Event};

use super::media::{MediaBytes, MediaFile};

/// Width and height of an image, in CSS pixels. `None` when it cannot be read or
/// does not say.
pub(crate) fn image_size(image: &MediaFile) -> Option<(usize, usize)> {
    let is_svg = image.content_type == "image/svg+xml";
    if is_svg {
        return match &image.bytes {
            MediaBytes::OnDisk(path) => svg_size(&fs::read_to_string(path).ok()?),
            MediaBytes::Held(file) => svg_size(str::from_utf8(file.bytes()).ok()?),
        };
    }
    let size = match &image.bytes {
        MediaBytes::OnDisk(path) => imagesize::size(path),
        MediaBytes::Held(file) => imagesize::blob_size(file.bytes()),
    };
    let size = size.ok()?;
    Some((size.width, size.height))
}

/// A drawing's own width and height, or else those of its view box.
fn svg_size(svg: &str) -> Option<(usize, usize)> {
    let mut reader = quick_xml::Reader::from_str(svg);
    let root = loop {
        match reader.read_event().ok()? {
            Event::Start(element) | Event::Empty(element) => break element,
            Event::Eof => return None,
            _ => {}
        }
    };
    let own = || {
        let width = pixels(&attribute(&root, "width")?)?;
        Some((width, pixels(&attribute(&root, "height")?)?))
    };
    let view_box = || {
        let view_box = attribute(&root, "viewBox")?;
        let separators = |c: char| c == ',' || c.is_ascii_whitespace();
        let mut sides = view_box
            .split(separators)
            .filter(|side| !side.is_empty())
            .skip(2);
        Some((pixels(sides.next()?)?, pixels(sides.next()?)?))
    };
    own().or_else(view_box)
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = element.try_get_attribute(name).ok()??;
    Some(attribute.value.into_owned())
}

/// A length in pixels, rounded; `None` for `100%`, `12em` and nonsense.
fn pixels(length: &str) -> Option<usize> {
    let length = length.trim();
    let number = length.strip_suffix("px").unwrap_or(length);
    let pixels: f64 = number.parse().ok()?;
    // A cast saturates, and a side of nothing keeps no place.
    (pixels.is_finite() && pixels >= 0.5).then_some(pixels.round() as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_has_the_size_it_names_or_that_of_its_view_box() {
        let size =
            |attributes: &str| svg_size(&format!("<?xml version='1.0'?><svg {attributes}/>"));
        assert_eq!(size("width='20px' height='10.6'"), Some((20, 11)));
        assert_eq!(
            size("width='100%' height='50%' viewBox='0 0 30,40'"),
            Some((30, 40))
        );
        assert_eq!(size("viewBox='0 0 30'"), None);
        assert_eq!(size("width='0' height='-3'"), None);
        assert_eq!(size("width='NaN' height='1e999'"), None);
        assert_eq!(svg_size("no drawing"), None);
    }
}
