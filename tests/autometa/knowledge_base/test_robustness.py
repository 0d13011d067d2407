"""Damage, odd files, full disks, closed folders: a clear error, never a wrong number."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keepers import (
    do_add,
    do_compact,
    do_remove,
    do_save,
    grid,
    history,
    limited,
    load,
    rows_of,
    run,
    start_server,
)

from autometa import KnowledgeBase
from autometa.exceptions import KnowledgeBaseCorruptError, KnowledgeBaseError
from autometa.knowledge_base import compact, merge_folders, remove, verify

ROWS = grid("abc", range(8))
KINDS = ["tasks", "metafeatures", "runs", "manifest", "source", "rewrites"]
quick = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
thorough = settings(quick, max_examples=600)


@pytest.fixture
def folder(tmp_path):
    """A folder of two parts of runs, with every kind of file that counts."""
    path = tmp_path / "kb"
    do_add(path, grid("abc", range(4)))
    do_add(path, grid("abc", range(4, 8)))
    compact(path)
    do_add(path, grid("d", range(2)))
    remove(path, tasks=["d"])
    do_add(path, grid("abc", range(4, 8)) | grid("a", [100]))
    remove(path, algorithms=["tree"], tasks=["a"])
    return path


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


@pytest.mark.parametrize("count", [quick, pytest.param(thorough, marks=pytest.mark.slow)])
def test_a_flipped_bit_anywhere_is_an_error_or_makes_no_difference(sound, tmp_path, count):
    number = 0

    @count
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
    from autometa.knowledge_base._parts import part_paths, read_part, write_part

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


@pytest.mark.skipif(sys.platform == "win32", reason="RLIMIT_FSIZE is POSIX")
@pytest.mark.parametrize("work", [do_add, do_save, do_compact, do_remove])
def test_a_file_that_cannot_be_written_leaves_the_folder_as_it_was(tmp_path, work):
    start_server()
    folder, said = tmp_path / "kb", tmp_path / "said"
    rows = grid("abc", range(300)) | grid("d", range(2))
    do_add(folder, grid("abc", range(300)))
    do_add(folder, grid("d", range(2)))
    before = set(os.listdir(folder))
    arguments = {do_compact: (), do_remove: (["a"],)}.get(work, (grid("pqr", range(400)),))
    for _ in range(2):
        assert run(limited, folder, said, 4096, work, *arguments) == 7
        assert "Could not write" in said.read_text()
        assert "File too large" in said.read_text()
        assert load(folder) == rows
    assert not [name for name in os.listdir(folder) if name.endswith(".tmp")]
    if work in (do_compact, do_remove):
        assert set(os.listdir(folder)) - {".lock"} == before


@pytest.fixture
def small_disk():
    """A file system of 256 kB."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root on Linux")
    point = Path(tempfile.mkdtemp())
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(point)], capture_output=True
    )
    if mounted.returncode:
        point.rmdir()
        pytest.skip("mounting is not permitted here")
    try:
        yield point
    finally:
        subprocess.run(["umount", "-l", str(point)], check=True)
        point.rmdir()


def test_on_a_full_disk_the_error_is_clear_and_the_folder_opens_with_what_it_held(small_disk):
    folder, filler = small_disk / "kb", small_disk / "filler"
    rows = grid("abc", range(100))
    do_add(folder, grid("ab", range(100)))
    do_add(folder, grid("c", range(100)))
    fill(filler)
    for act in (compact, lambda f: remove(f, tasks=["a"]), lambda f: do_add(f, grid("h", [1]))):
        with pytest.raises(KnowledgeBaseError, match="No space left on device"):
            act(folder)
        assert load(folder) == rows
        assert not list(folder.glob(".*.tmp"))
    filler.unlink()
    compact(folder)
    do_add(folder, grid("h", [1]))
    assert load(folder) == rows | grid("h", [1])


def fill(path):
    """Let a file take all that is left of a disk."""
    with path.open("wb", buffering=0) as file:
        try:
            for _ in range(10_000):
                file.write(b"x" * 512)
        except OSError:
            return
    raise AssertionError("the disk is larger than thought")


@pytest.fixture
def closed(tmp_path_factory):
    """A folder that may be read and not written to, by us as we are then."""
    if sys.platform == "win32":
        pytest.skip("permissions are POSIX")
    point = Path(tempfile.mkdtemp())
    point.chmod(0o755)
    folder = point / "kb"
    do_add(folder, ROWS)
    do_add(folder, grid("d", range(3)))
    for path in folder.iterdir():
        path.chmod(0o444)
    folder.chmod(0o555)
    was = os.geteuid()
    if was == 0:
        os.seteuid(65534)  # nobody: permissions do not bind root
    try:
        yield folder
    finally:
        os.seteuid(was)
        folder.chmod(0o755)
        shutil.rmtree(point)


def test_a_read_only_folder_opens_and_writing_to_it_is_a_clear_error(closed):
    rows = load(closed)
    assert rows == ROWS | grid("d", range(3))
    assert verify(closed).is_sound
    for act in (compact, lambda f: remove(f, tasks=["a"]), lambda f: do_add(f, grid("h", [1]))):
        with pytest.raises(KnowledgeBaseError, match=r"Could not write .*Permission denied"):
            act(closed)
    history(sorted(ROWS)).save(closed)  # nothing of it is new, so nothing is written
    with pytest.raises(KnowledgeBaseError, match=r"Could not write .*Permission denied"):
        history([("h", 1)]).save(closed)
    with pytest.raises(KnowledgeBaseError, match=r"Could not make the folder .*Permission denied"):
        do_add(closed / "inside", ROWS)
    assert load(closed) == rows


def test_what_verify_finds_in_rows_is_named(tmp_path):
    from autometa.knowledge_base._parts import write_manifest, write_part

    kb = history(ROWS)
    runs = kb.runs.copy()
    runs.loc[0, "score"] = 1.5
    runs.loc[1, "score"] = -float("inf")
    runs.loc[2, "fit_seconds"] = -1.0
    runs.loc[3, "fidelity"] = 2.0
    runs.loc[4, "status"] = "odd"
    runs.loc[5, "task_id"] = "unlisted"
    runs.loc[6, "config"] = "{'k': 1}"
    runs.loc[7, "metric"] = None
    runs.loc[8, "status"] = "error"
    write_part(tmp_path, "tasks", kb.tasks.assign(task_type="odd"))
    write_part(tmp_path, "runs", runs)
    write_part(tmp_path, "metafeatures", pd.DataFrame({"n": [1.0]}, index=["nobody"]))
    write_manifest(tmp_path, {})
    said = " | ".join(error.message for error in verify(tmp_path).errors)
    for text in (
        *("outside 0 .. 1 (1 rows): ['1.5']", "infinite 'score'", "'fit_seconds' below 0"),
        *("'fidelity' that is no fraction", "'status' that is none of", "unlisted", "{'k': 1}"),
        *("1 rows without 'metric'", "scores of runs that failed", "'task_type' that is none of"),
        "nobody",
    ):
        assert text in said


def test_a_part_that_is_whole_but_no_parquet_is_named(tmp_path, folder):
    from autometa.knowledge_base._files import digest

    data = b"PAR1 not really PAR1"
    path = folder / f"runs-{digest(data)}.parquet"
    path.write_bytes(data)
    assert [error.file for error in verify(folder).errors] == [path.name]
    with pytest.raises(KnowledgeBaseError):
        load(folder)


def test_exact_repeats_across_parts_are_counted_and_gone_after_a_compaction(folder):
    from autometa.knowledge_base._parts import write_part

    kb = KnowledgeBase.load(folder)
    rows = rows_of(kb)
    write_part(folder, "runs", kb.runs.head(5))
    write_part(folder, "runs", kb.runs.head(3))
    assert load(folder) == rows
    said = [finding.message for finding in verify(folder).findings]
    assert any(message.startswith("8 runs are there more than once") for message in said)
    assert compact(folder).n_repeats == 8
    assert load(folder) == rows
    assert not verify(folder).findings


def test_page_checksums_are_written(folder):
    path = next(folder.glob("runs-*"))
    data = bytearray(path.read_bytes())
    group = pq.ParquetFile(path).metadata.row_group(0)
    columns = [group.column(i) for i in range(group.num_columns)]
    column = next(column for column in columns if column.path_in_schema == "score")
    data[column.data_page_offset + column.total_compressed_size - 1] ^= 1
    with pytest.raises((OSError, pa.ArrowException), match=r"(?i)crc|checksum|corrupt"):
        pq.read_table(pa.BufferReader(bytes(data)), page_checksum_verification=True)
