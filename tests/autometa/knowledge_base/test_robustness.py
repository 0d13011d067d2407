"""Damage, odd files, full disks, closed folders: a clear error, never a wrong number."""

from __future__ import annotations

import json
import os
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keepers import (
    ROWS,
    do_add,
    grid,
    load,
)

from autometa.exceptions import KnowledgeBaseCorruptError, KnowledgeBaseError
from autometa.knowledge_base import compact, merge_folders, remove, verify

KINDS = ["tasks", "metafeatures", "runs", "manifest", "source", "rewrites"]


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A folder that is copied before it is damaged, and what it holds."""
    path = tmp_path_factory.mktemp("sound") / "kb"
    do_add(path, grid("ab", range(6)))
    do_add(path, grid("bc", range(5, 9)), "another test")
    remove(path, tasks=["c"])
    do_add(path, grid("c", range(3)))
    return path, load(path)


def counted(folder):
    """Return the files whose content counts."""
    return sorted(
        path for path in folder.iterdir() if path.is_file() and not path.name.startswith(".")
    )


def check_damaged(folder, rows, file):
    """Reading says so, or gives what was there; verifying says so in any case."""
    report = verify(folder)
    assert not report.is_sound
    assert file in {finding.file for finding in report.errors}
    try:
        found = load(folder)
    except KnowledgeBaseError:
        return
    assert found == rows


def flip(folder, sound, where, bit):
    shutil.copytree(sound[0], folder)
    files = counted(folder)
    sizes = [path.stat().st_size for path in files]
    offset = int(where * sum(sizes))
    for path, size in zip(files, sizes, strict=True):
        if offset < size:
            data = bytearray(path.read_bytes())
            data[offset] ^= 1 << bit
            path.write_bytes(bytes(data))
            return path.name
        offset -= size
    raise AssertionError(offset)


@pytest.mark.slow
def test_a_flipped_bit_anywhere_is_an_error_or_makes_no_difference(sound, tmp_path):
    number = 0

    @given(where=st.floats(0.0, 1.0, exclude_max=True), bit=st.integers(0, 7))
    def check(where, bit):
        nonlocal number
        number += 1
        folder = tmp_path / str(number)
        file = flip(folder, sound, where, bit)
        check_damaged(folder, sound[1], file)
        shutil.rmtree(folder)

    check()


@pytest.mark.parametrize(
    "kind", ["tasks", "metafeatures", "runs", "manifest", "source", "rewrites"]
)
def test_every_kind_of_file_is_checked_at_its_beginning_middle_and_end(sound, tmp_path, kind):
    for number, at in enumerate([0, 0.5, -1, -9]):
        folder = tmp_path / str(number)
        shutil.copytree(sound[0], folder)
        path = next(folder.glob(f"{kind}*"))
        data = bytearray(path.read_bytes())
        data[int(at * len(data)) if isinstance(at, float) else at] ^= 4
        path.write_bytes(bytes(data))
        check_damaged(folder, sound[1], path.name)


@pytest.mark.parametrize(
    "kind", ["tasks", "metafeatures", "runs", "manifest", "source", "rewrites"]
)
def test_a_truncated_file_is_an_error_at_any_length(sound, tmp_path, kind):
    size = next(sound[0].glob(f"{kind}*")).stat().st_size
    for kept in sorted({0, 1, size // 2, size - 8, size - 1}):
        folder = tmp_path / str(kept)
        shutil.copytree(sound[0], folder)
        path = next(folder.glob(f"{kind}*"))
        path.write_bytes(path.read_bytes()[:kept])
        check_damaged(folder, sound[1], path.name)


def test_a_part_under_a_wrong_name_is_an_error_and_said_to_be_whole_otherwise(folder):
    path = next(folder.glob("runs-*"))
    path.rename(path.with_name(path.name.replace(path.name[5:9], "0000")))
    with pytest.raises(KnowledgeBaseCorruptError, match="not those its name promises"):
        load(folder)
    assert "pages agree with their checksums" in verify(folder).errors[0].message


def test_a_newer_schema_asks_for_an_update_and_nothing_is_written(folder):
    path = folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "schema_version": 99}))
    before = sorted(os.listdir(folder))
    for act in (load, compact, lambda f: remove(f, tasks=["a"]), lambda f: do_add(f, {("n", 1)})):
        with pytest.raises(KnowledgeBaseError, match="Update autometa"):
            act(folder)
    assert sorted(set(os.listdir(folder)) - {".lock"}) == sorted(set(before) - {".lock"})
    assert not verify(folder).is_sound


def rewritten_with(folder, table, column, value):
    """Give a part one column more, as a newer version of the layout might."""
    from autometa.knowledge_base.storage._parts import part_paths, read_part, write_part

    path = part_paths(folder, table)[0]
    write_part(folder, table, read_part(path).assign(**{column: value}))
    path.unlink()


@pytest.mark.parametrize("table", ["tasks", "runs"])
def test_columns_of_a_newer_layout_are_named_and_survive_a_compaction(folder, table):
    rows = load(folder)
    rewritten_with(folder, table, "from_the_future", 7.0)
    assert load(folder) == rows
    report = verify(folder)
    assert report.is_sound
    assert any("from_the_future" in finding.message for finding in report.findings)
    do_add(folder, grid("e", range(3)))
    compact(folder)
    assert load(folder) == rows | grid("e", range(3))
    assert any("from_the_future" in finding.message for finding in verify(folder).findings)


def test_foreign_and_temporary_files_are_not_read_and_are_named(folder):
    rows = load(folder)
    for name in ("notes.txt", "runs.csv", "runs-x.txt", ".DS_Store", "other-1.parquet"):
        (folder / name).write_text("nothing of ours")
    (folder / "sub").mkdir()
    process = subprocess.run(["true"], check=True)  # a process that is gone
    assert process.returncode == 0
    dead = f".runs-0123456789abcdef.parquet.{2**22 + 1}-00ff00ff.tmp"
    (folder / dead).write_bytes(b"half a pa")
    assert load(folder) == rows
    report = verify(folder)
    assert report.is_sound
    assert {finding.file for finding in report.findings} >= {
        *("notes.txt", "runs.csv", "runs-x.txt", ".DS_Store", "other-1.parquet", "sub"),
        dead,
    }
    compact(folder)
    assert load(folder) == rows
    assert not (folder / dead).exists()
    assert (folder / "notes.txt").read_text() == "nothing of ours"


def test_the_file_of_a_living_writer_is_left_alone(folder):
    alive = folder / f".runs-0123456789abcdef.parquet.{os.getpid()}-00ff00ff.tmp"
    alive.write_bytes(b"half a pa")
    compact(folder)
    assert alive.exists()
    os.utime(alive, (0, 0))  # or is it the number of another process, used again?
    compact(folder)
    assert not alive.exists()


def test_an_empty_folder_is_no_knowledge_base_and_can_become_one(tmp_path):
    for act in (load, compact, lambda f: remove(f, tasks=["a"]), lambda f: merge_folders([f], f)):
        with pytest.raises(KnowledgeBaseError, match=r"holds no manifest\.json"):
            act(tmp_path)
    assert not verify(tmp_path).is_sound
    do_add(tmp_path, ROWS)
    assert load(tmp_path) == ROWS


def test_a_folder_that_is_not_there_is_said_so(tmp_path):
    for act in (load, compact, verify, lambda f: remove(f, tasks=["a"])):
        with pytest.raises(KnowledgeBaseError, match=r"nowhere"):
            act(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_a_damaged_part_stops_a_rewrite_before_it_changes_anything(folder):
    do_add(folder, grid("f", range(4)))
    path = max(folder.glob("runs-*"), key=lambda path: path.stat().st_mtime_ns)
    data = bytearray(path.read_bytes())
    data[60] ^= 1
    path.write_bytes(bytes(data))
    before = {path.name: path.read_bytes() for path in folder.glob("*-*")}
    for act in (compact, lambda f: remove(f, tasks=["a"])):
        with pytest.raises(KnowledgeBaseCorruptError, match="is damaged"):
            act(folder)
    assert {path.name: path.read_bytes() for path in folder.glob("*-*")} == before


# The disk fills up while a process writes.
