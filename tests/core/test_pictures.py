"""What becomes of an uploaded file: a picture made of pixels alone, or a refusal."""

import struct
import zlib
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from core.data import pictures
from core.data.pictures import rewritten

PAGE = b"<html><script src='/media/products/other.js'></script></html>"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


def picture(kind="PNG", mode="RGB", size=(4, 3), **options):
    content = BytesIO()
    Image.new(mode, size).save(content, kind, **options)
    return content.getvalue()


def upload(content, name="mug.png", content_type="image/png"):
    return SimpleUploadedFile(name, content, content_type)


def huge_png():
    """A PNG of a few bytes that declares 30,000 by 30,000 pixels."""

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (PAGE, "relev.html"),
        (b"document.title = 'owned'", "relev.js"),
        (SVG, "mug.svg"),
        (SVG, "mug.png"),
        (b"MZ\x90\x00" + b"\0" * 200, "setup.jpg"),
        (b"%PDF-1.7", "mug.webp"),
        (picture("GIF"), "mug.gif"),
        (picture("TIFF"), "mug.tiff"),
        (picture()[:40], "cut-off.png"),
        (b"\x89PNG\r\n\x1a\n" + b"\xff" * 100, "noise.png"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_anything_but_a_picture_is_refused_whatever_it_is_called(content, name):
    with pytest.raises(ValidationError) as refusal:
        rewritten(upload(content, name))

    assert refusal.value.code == "invalid"


def test_a_picture_that_would_fill_the_memory_is_refused_by_its_head():
    with pytest.raises(ValidationError) as refusal:
        rewritten(upload(huge_png()))

    assert refusal.value.code == "too_large"


def test_a_file_that_is_too_large_is_not_decoded(monkeypatch):
    monkeypatch.setattr(pictures, "LARGEST_BYTES", 10)

    with pytest.raises(ValidationError) as refusal:
        rewritten(upload(picture()))

    assert refusal.value.code == "too_large"


@pytest.mark.parametrize(("kind", "ending"), [("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp")])
def test_a_picture_keeps_its_format_whatever_its_name_says(kind, ending):
    file = rewritten(upload(picture(kind), "mug.html", "text/html"))

    assert (file.name, file.content_type) == (f"picture.{ending}", f"image/{kind.lower()}")
    assert Image.open(file).size == (4, 3)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_page_hidden_in_a_picture_is_lost(kind):
    content = picture(kind, exif=exif_with(PAGE)) + PAGE

    file = rewritten(upload(content)).read()

    assert b"<script" in content
    assert b"<script" not in file


def exif_with(text):
    exif = Image.Exif()
    exif[0x010E] = text.decode()
    return exif


def test_a_photograph_is_turned_upright_and_loses_its_place():
    exif = Image.Exif()
    exif[0x0112] = 6  # Turned by a quarter.
    exif.get_ifd(0x8825)[1] = "N"

    file = Image.open(rewritten(upload(picture("JPEG", exif=exif))))

    assert file.size == (3, 4)
    assert not file.getexif()


@pytest.mark.parametrize(
    ("kind", "mode", "kept"),
    [
        ("PNG", "RGBA", "RGBA"),
        ("PNG", "P", "RGB"),
        ("PNG", "I;16", "RGB"),
        ("JPEG", "CMYK", "RGB"),
        ("JPEG", "L", "L"),
        ("WEBP", "RGBA", "RGBA"),
    ],
)
def test_every_colour_mode_can_be_shown_by_a_browser(kind, mode, kept):
    assert Image.open(rewritten(upload(picture(kind, mode)))).mode == kept
