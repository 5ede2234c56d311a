//! How large an image is, so that the page keeps its place free while it loads.
//!
//! It may not know where images come from.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Cursor, Seek};

use quick_xml::events::{BytesStart, Event};

use super::media::{MediaBytes, MediaFile};

/// Width and height of an image, in CSS pixels. `None` when it cannot be read or
/// does not say.
pub(crate) fn image_size(image: &MediaFile) -> Option<(usize, usize)> {
    let is_svg = image.content_type == "image/svg+xml";
    if is_svg {
        return match &image.bytes {
            MediaBytes::OnDisk(file) => svg_size(&fs::read_to_string(file.full_path()).ok()?),
            MediaBytes::Held(file) => svg_size(str::from_utf8(file.bytes()).ok()?),
        };
    }
    let size = match &image.bytes {
        MediaBytes::OnDisk(file) => imagesize::size(file.full_path()),
        MediaBytes::Held(file) => imagesize::blob_size(file.bytes()),
    };
    let size = size.ok()?;
    Some(match is_on_its_side(image) {
        true => (size.height, size.width),
        false => (size.width, size.height),
    })
}

/// Whether browsers turn this image by a quarter, as a camera that was held upright asks
/// for (Exif 2.32, tag "Orientation").
fn is_on_its_side(image: &MediaFile) -> bool {
    if image.content_type != "image/jpeg" {
        return false;
    }
    let orientation = match &image.bytes {
        MediaBytes::OnDisk(file) => File::open(file.full_path())
            .ok()
            .and_then(|file| orientation(BufReader::new(file))),
        MediaBytes::Held(file) => orientation(Cursor::new(file.bytes())),
    };
    matches!(orientation, Some(5..=8))
}

/// What the image says of how it is to be turned; `None` if it says nothing.
fn orientation(mut image: impl BufRead + Seek) -> Option<u32> {
    let data = exif::Reader::new().read_from_container(&mut image).ok()?;
    let field = data.get_field(exif::Tag::Orientation, exif::In::PRIMARY)?;
    field.value.get_uint(0)
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
    use crate::web::disk_file::{DiskFile, Links};

    /// A JPEG of 3 by 2 pixels with this orientation, as far as its headers go.
    fn jpeg(orientation: u8) -> Vec<u8> {
        let exif: &[u8] = &[
            b"\xff\xe1\0\x22Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".as_slice(),
            &[orientation],
            b"\0\0\0\0\0\0",
        ]
        .concat();
        let size = b"\xff\xc0\0\x0b\x08\0\x02\0\x03\x01\x01\x11\0";
        [b"\xff\xd8", exif, size, b"\xff\xd9"].concat()
    }

    #[test]
    fn a_photograph_that_was_taken_upright_has_the_size_that_browsers_show() {
        let folder = tempfile::tempdir().unwrap();
        for (orientation, size) in [(1, (3, 2)), (3, (3, 2)), (6, (2, 3)), (8, (2, 3))] {
            let path = folder.path().join("a.jpg");
            fs::write(&path, jpeg(orientation)).unwrap();
            let root = folder.path().into();
            let file = DiskFile::new(root, "a.jpg".into(), Links::Refuse);
            let image = MediaFile {
                bytes: MediaBytes::OnDisk(file),
                content_type: "image/jpeg",
            };
            assert_eq!(image_size(&image), Some(size), "{orientation}");
        }
    }

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
