"""What is compressed, for whom, and that no length tells what was in it."""

import gzip
from collections.abc import Callable, Iterator
from typing import Any

import brotli  # type: ignore[import-untyped]
import pytest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from webmail.compression import LONGEST, Compress, brotlied, gzipped

PAGE = "<p>" + "words " * 500
READ: dict[str, Callable[[bytes], bytes]] = {"br": brotli.decompress, "gzip": gzip.decompress}


def compressed(response: Any, accepted: str = "gzip, deflate, br, zstd") -> Any:
    request: HttpRequest = RequestFactory().get("/", headers={"Accept-Encoding": accepted})
    return Compress(lambda request: response)(request)


@pytest.mark.parametrize(
    ("accepted", "way"), [("gzip, deflate, br, zstd", "br"), ("gzip, deflate", "gzip"), ("deflate", None), ("", None)]
)
def test_the_best_that_the_browser_reads(accepted: str, way: str | None) -> None:
    response = compressed(HttpResponse(PAGE), accepted)
    assert response.get("Content-Encoding") == way
    assert response["Vary"] == "Accept-Encoding"
    assert (READ[way](response.content) if way else response.content) == PAGE.encode()
    assert way is None or int(response["Content-Length"]) == len(response.content) < len(PAGE) / 4


@pytest.mark.parametrize("way", READ)
def test_no_two_are_of_one_length(way: str) -> None:
    lengths = {len(compressed(HttpResponse(PAGE), way).content) for _ in range(100)}
    assert len(lengths) > 20
    assert max(lengths) - min(lengths) <= LONGEST


@given(content=st.binary(max_size=3000))
def test_what_went_in_comes_out(content: bytes) -> None:
    assert brotli.decompress(brotlied(content)) == content
    assert gzip.decompress(gzipped(content)) == content


def test_attachments_stream_untouched() -> None:
    taken: list[int] = []

    def blocks() -> Iterator[bytes]:
        for number in range(1000):
            taken.append(number)
            yield b"x" * 65536

    response = compressed(
        StreamingHttpResponse(blocks(), content_type="text/plain", headers={"Content-Length": "65536000"})
    )
    assert taken == []
    assert next(iter(response)) == b"x" * 65536
    assert len(taken) == 1
    assert response["Content-Length"] == "65536000"
    assert "Content-Encoding" not in response


@pytest.mark.parametrize("content_type", ["image/png", "application/octet-stream", "font/woff2"])
def test_what_is_compressed_already_is_left(content_type: str) -> None:
    assert "Content-Encoding" not in compressed(HttpResponse(b"x" * 5000, content_type=content_type))


def test_little_is_not_worth_it() -> None:
    assert "Content-Encoding" not in compressed(HttpResponse("ok"))
