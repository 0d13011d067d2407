"""Bounds on files of others: names, kinds, sizes and depths, each tried at its edge and beyond."""

from __future__ import annotations

import gzip
import io
import os
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autometa import _limits

BAD_NAMES = [
    "../x", "..", ".", "", "/etc/passwd", "a/b", "a\\b", "..\\x", "c:x", "x\0.parquet",
    "x\ny", "~/x/", "\x1b[31m", "x" * 300, "nul", "COM1.txt", None, 7, ["x"],
]  # fmt: skip


@pytest.mark.parametrize("name", BAD_NAMES, ids=repr)
def test_a_name_that_could_lead_elsewhere_is_refused(name, tmp_path):
    assert not _limits.is_plain_name(name)
    with pytest.raises(ValueError, match="plain name"):
        _limits.file_in(tmp_path, name)


@pytest.mark.parametrize(
    "name", ["../x", "/x", "a/../b", "a//b", "", "a/.", "a\\b", None], ids=repr
)
def test_a_path_that_could_lead_out_of_the_folder_is_refused(name, tmp_path):
    with pytest.raises(ValueError, match="below the folder"):
        _limits.path_below(tmp_path, name)


@given(st.text())
def test_whatever_name_is_taken_lies_in_the_folder(name):
    folder = Path("/somewhere/kb")
    if _limits.is_plain_name(name):
        path = _limits.file_in(folder, name)
        assert path.parent == folder
        assert os.path.normpath(path) == str(path)


def test_a_pipe_and_a_device_are_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero"), tmp_path):
        with pytest.raises(OSError, match=r"no regular file|directory"):
            _limits.read_bounded(path, 100)


def test_a_file_is_read_up_to_its_limit_and_refused_beyond(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"12345")
    assert _limits.read_bounded(path, 5) == b"12345"
    with pytest.raises(OSError, match="5 bytes, more than the 4"):
        _limits.read_bounded(path, 4)


@pytest.mark.parametrize(("begin", "end"), [("[", "]"), ('{"a":', "}")])
def test_json_nests_so_deep_and_no_deeper(begin, end):
    def nested(levels):
        return begin * levels + "1" + end * levels

    assert _limits.parse_json(nested(_limits.MAX_DEPTH)) is not None
    for levels in (_limits.MAX_DEPTH + 1, 900, 100_000):
        with pytest.raises(ValueError, match="nests more than"):
            _limits.parse_json(nested(levels))


def test_many_brackets_side_by_side_are_no_depth():
    assert len(_limits.parse_json("[" + "[]," * 1000 + "[]]")) == 1001


def archive(members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as written:
        for name, data in members:
            written.writestr(name, data)
    return file.getvalue()


def check(data):
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        _limits.check_archive(file, len(data))


@pytest.mark.slow
def test_an_archive_that_grows_beyond_reason_is_refused():
    check(archive([("a", os.urandom(1000)), ("b/c", b"0" * (1 << 20))]))
    with pytest.raises(ValueError, match="times as many"):
        check(archive([("a", b"0" * (80 << 20))]))
    with pytest.raises(ValueError, match="times as many"):
        check(archive([(f"{i}", b"0" * (9 << 20)) for i in range(9)]))


def test_an_archive_with_names_that_lead_elsewhere_is_refused():
    with pytest.raises(ValueError, match="below the folder"):
        check(archive([("../x", b"")]))


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_archive_packed_in_a_rare_way_is_refused(packing):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packing) as written:
        written.writestr("a", b"0" * 100)
    with pytest.raises(ValueError, match="packed in a way"):
        check(file.getvalue())


def test_gzipped_bytes_that_grow_beyond_reason_are_refused():
    assert _limits.gunzip(gzip.compress(b"text")) == b"text"
    with pytest.raises(ValueError, match="times as many"):
        _limits.gunzip(gzip.compress(b"0" * (80 << 20), compresslevel=1))
