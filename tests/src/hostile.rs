//! Hostile and broken files, made here byte by byte: small, deterministic, none of them a real document.

use std::io::Write;

/// A PDF from its objects (numbered from 1; object 1 is the catalogue), with a correct cross-reference table.
pub fn pdf(objects: &[Vec<u8>], trailer_extra: &str) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n".to_vec();
    let mut offsets = Vec::with_capacity(objects.len());
    for (number, object) in (1..).zip(objects) {
        offsets.push(out.len());
        out.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
        out.extend_from_slice(object);
        out.extend_from_slice(b"\nendobj\n");
    }
    let start = out.len();
    out.extend_from_slice(
        format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).as_bytes(),
    );
    for offset in offsets {
        out.extend_from_slice(format!("{offset:010} 00000 n \n").as_bytes());
    }
    let size = objects.len() + 1;
    let trailer = format!(
        "trailer\n<< /Size {size} /Root 1 0 R {trailer_extra} >>\nstartxref\n{start}\n%%EOF\n"
    );
    out.extend_from_slice(trailer.as_bytes());
    out
}

fn stream(dictionary: &str, data: &[u8]) -> Vec<u8> {
    let mut out = format!("<< {dictionary} /Length {} >>\nstream\n", data.len()).into_bytes();
    out.extend_from_slice(data);
    out.extend_from_slice(b"\nendstream");
    out
}

/// One page with the content stream given.
fn one_page(content: Vec<u8>, trailer_extra: &str) -> Vec<u8> {
    let page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
                /Resources << /Font << /F1 5 0 R >> >> >>";
    pdf(
        &[
            b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
            page.into(),
            content,
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
                .to_vec(),
        ],
        trailer_extra,
    )
}

/// A readable page of text.
pub fn plain_pdf() -> Vec<u8> {
    let lines = [
        "COMMERCIAL INVOICE",
        "Invoice No. HX-2041",
        "Date 2026-03-02",
        "Seller Northwind Bearings GmbH",
        "Buyer Blue Harbour Trading Ltd",
        "Total amount EUR 1,250.00",
    ];
    let mut content = String::from("BT /F1 14 Tf 60 780 Td 24 TL\n");
    for line in lines {
        content.push_str(&format!("({line}) Tj T*\n"));
    }
    content.push_str("ET");
    one_page(stream("", content.as_bytes()), "")
}

/// The same page, said to be encrypted with a password that nobody knows.
pub fn encrypted_pdf() -> Vec<u8> {
    let key = "00".repeat(32);
    let encrypt = format!(
        "/Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -44 /O <{key}> /U <{key}> >> \
         /ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>]"
    );
    let lines = stream("", b"BT /F1 14 Tf 60 780 Td (secret) Tj ET");
    one_page(lines, &encrypt)
}

/// A page whose content inflates from about 2 MB to 2 GiB of zeros.
pub fn zip_bomb_pdf() -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    let zeros = vec![0u8; 1 << 20];
    for _ in 0..2048 {
        encoder.write_all(&zeros).expect("writing to memory");
    }
    let bomb = encoder.finish().expect("writing to memory");
    one_page(stream("/Filter /FlateDecode", &bomb), "")
}

/// `pages` pages that all show the same nothing.
pub fn many_pages_pdf(pages: usize) -> Vec<u8> {
    let kids: Vec<String> = (0..pages)
        .map(|index| format!("{} 0 R", index + 3))
        .collect();
    let mut objects = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        format!(
            "<< /Type /Pages /Kids [{}] /Count {pages} >>",
            kids.join(" ")
        )
        .into_bytes(),
    ];
    let page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>".to_vec();
    objects.extend(std::iter::repeat_n(page, pages));
    pdf(&objects, "")
}

/// A white PNG of one pixel.
pub fn one_pixel_png() -> Vec<u8> {
    let mut png = std::io::Cursor::new(Vec::new());
    let image = image::GrayImage::from_pixel(1, 1, image::Luma([255]));
    image
        .write_to(&mut png, image::ImageFormat::Png)
        .expect("encoding to memory");
    png.into_inner()
}

/// A PNG that says it is `side` × `side` pixels; only its header is true.
pub fn png_header(side: u32) -> Vec<u8> {
    let mut png = one_pixel_png();
    png[16..20].copy_from_slice(&side.to_be_bytes());
    png[20..24].copy_from_slice(&side.to_be_bytes());
    let checksum = crc32(&png[12..29]);
    png[29..33].copy_from_slice(&checksum.to_be_bytes());
    png
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// A grey TIFF of `pages` pages, each of its own grey.
pub fn tiff(pages: u8) -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    let mut encoder = tiff::encoder::TiffEncoder::new(&mut out).expect("encoding to memory");
    for page in 0..pages {
        let pixels = vec![255 - page; 200 * 100];
        encoder
            .write_image::<tiff::encoder::colortype::Gray8>(200, 100, &pixels)
            .expect("encoding to memory");
    }
    out.into_inner()
}
