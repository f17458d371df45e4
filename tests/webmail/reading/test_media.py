"""What a file is by its first bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webmail.reading.media import media_type, picture, recording


@pytest.mark.parametrize(
    ("start", "found"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"x" * 8, "image/png"),
        (b"\xff\xd8\xff\xe0" + b"x" * 12, "image/jpeg"),
        (b"GIF87a" + b"x" * 10, "image/gif"),
        (b"GIF89a" + b"x" * 10, "image/gif"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00", "image/avif"),
        (b"\x00\x00\x00\x1cftypheic\x00\x00\x00\x00", ""),
        (b"RIFF\x10\x00\x00\x00WAVEfmt ", "audio/wav"),
        (b"ID3\x04" + b"x" * 12, "audio/mpeg"),
        (b"\xff\xfb\x90\x64" + b"x" * 12, "audio/mpeg"),
        (b"\xff\xf3\x84\x64" + b"x" * 12, "audio/mpeg"),
        (b"\xff\xf1\x50\x80" + b"x" * 12, "audio/aac"),
        (b"fLaC" + b"x" * 12, "audio/flac"),
        (b"OggS" + b"x" * 12, "video/ogg"),
        (b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00", "video/mp4"),
        (b"\x00\x00\x00\x20ftypM4A \x00\x00\x02\x00", "audio/mp4"),
        (b"\x1a\x45\xdf\xa3" + b"x" * 12, "video/webm"),
        (b"%PDF-1.7\n", "application/pdf"),
        (b" %PDF-1.7\n", ""),
        (b"<svg xmlns=", ""),
        (b"<!doctype html>", ""),
        (b"<?xml version=", ""),
        (b"\xff\xfe<\x00h\x00t\x00m\x00", ""),
        (b"\xff\xff\xff\xff", ""),
        (b"BM", ""),
        (b"\xff", ""),
        (b"", ""),
    ],
)
def test_magic(start: bytes, found: str) -> None:
    assert media_type(start) == found
    assert picture(start) == (found if found.startswith("image/") else "")
    assert recording(start) == (found if found.startswith(("audio/", "video/")) else "")


@pytest.mark.threat("A14", "C1")
@given(st.binary(max_size=20))
def test_nothing_that_begins_as_a_document_is_media(start: bytes) -> None:
    assert media_type(b"<" + start) == ""
    assert media_type(start).partition("/")[0] in ("", "image", "audio", "video", "application")
