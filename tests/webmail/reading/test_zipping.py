"""Many files as one ZIP while it is sent."""

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webmail.reading.attachments import safe_filename
from webmail.reading.zipping import zipped


def opened(pieces: Iterator[bytes]) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(io.BytesIO(b"".join(pieces)))
    assert archive.testzip() is None
    return archive


def test_what_is_in_it() -> None:
    files = [("plan.pdf", iter([b"%PDF", b"-1.4"])), ("été.txt", iter([b""])), ("Plan.PDF", iter([b"x"]))]
    archive = opened(zipped(files, datetime(2026, 3, 12, 10, 42, 31, tzinfo=UTC)))
    assert {name: archive.read(name) for name in archive.namelist()} == {
        "plan.pdf": b"%PDF-1.4",
        "été.txt": b"",
        "Plan (2).PDF": b"x",
    }
    assert archive.infolist()[0].date_time == (2026, 3, 12, 10, 42, 30)


def test_a_date_before_1980_is_none() -> None:
    assert opened(zipped([("a", iter([b"x"]))], datetime(1970, 1, 1, tzinfo=UTC))).infolist()[0].date_time[0] == 1980


@pytest.mark.threat("C5")
def test_only_a_piece_is_in_memory() -> None:
    taken: list[int] = []

    def pieces() -> Iterator[bytes]:
        for number in range(100):
            taken.append(number)
            yield b"x" * 65536

    stream = zipped([("large.bin", pieces())])
    assert len(next(stream)) < 70_000
    assert len(taken) == 1
    assert all(len(piece) < 70_000 for piece in stream)


@given(st.lists(st.tuples(st.text(max_size=20), st.binary(max_size=50)), max_size=12))
def test_any_files_come_out_as_they_went_in(files: list[tuple[str, bytes]]) -> None:
    archive = opened(zipped((safe_filename(name), iter([data])) for name, data in files))
    names = archive.namelist()
    assert [archive.read(name) for name in names] == [data for _name, data in files]
    assert len({name.casefold() for name in names}) == len(files)
    assert not [name for name in names if "/" in name or ".." in name.split(".")]
