"""Damaged, missing and forbidden files: an error that says so, or no harm at all."""

from __future__ import annotations

import os
import random
from functools import partial

import pandas as pd
import pytest
from drawn_runs import draw_runs, make_everything_large, task_table

from autometa import KnowledgeBase
from autometa.exceptions import KnowledgeBaseCorruptError, KnowledgeBaseError
from autometa.knowledge_base.storage._parts import read_part, write_part

RUNS = draw_runs(0)


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "kb"
    KnowledgeBase.from_frames(task_table(), None, RUNS).save(path)
    return path


@pytest.fixture
def large_folder(tmp_path, monkeypatch):
    make_everything_large(monkeypatch)
    path = tmp_path / "kb"
    KnowledgeBase.from_frames(task_table(), None, RUNS).save(path)
    return path


def part_of(folder, table="runs"):
    return next(folder.glob(f"{table}-*.parquet"))


def flip(path, place, bit=0):
    data = bytearray(path.read_bytes())
    data[place] ^= 1 << bit
    path.write_bytes(data)


@pytest.mark.parametrize("table", ["tasks", "runs"])
def test_a_small_folder_is_checked_whole_when_it_is_opened(folder, table):
    path = part_of(folder, table)
    whole = path.read_bytes()
    for place in random.Random(0).sample(range(len(whole)), 100):
        flip(path, place, place % 8)
        with pytest.raises(KnowledgeBaseCorruptError, match="is damaged"):
            KnowledgeBase.load(folder)
        path.write_bytes(whole)


def damaged_places(path, step, step_in_footer):
    """Some of the bytes, more of those of the footer."""
    size = path.stat().st_size
    n_footer = int.from_bytes(path.read_bytes()[-8:-4], "little") + 8
    return [*range(0, size - n_footer, step), *range(size - n_footer, size, step_in_footer)]


def check_flips(folder, step, step_in_footer):
    path = part_of(folder)
    whole, expected = path.read_bytes(), KnowledgeBase.load(folder).runs
    n_harmless = 0
    for place in damaged_places(path, step, step_in_footer):
        flip(path, place, place % 8)
        try:
            found = KnowledgeBase.load(folder).runs
        except KnowledgeBaseCorruptError:
            pass
        else:
            pd.testing.assert_frame_equal(found, expected)
            n_harmless += 1
        path.write_bytes(whole)
    assert n_harmless <= 4  # Parquet's first word, which nobody reads


def test_a_flip_in_a_large_folder_is_found_when_it_is_read(large_folder):
    check_flips(large_folder, step=251, step_in_footer=31)


@pytest.mark.slow
def test_flips_all_over_a_large_folder_are_found_when_it_is_read(large_folder):
    """Odd steps, so that each of the eight bits is flipped; sums are of blocks of many bytes."""
    check_flips(large_folder, step=11, step_in_footer=7)


def test_a_damaged_footer_is_found_when_a_large_folder_is_opened(large_folder):
    path = part_of(large_folder)
    flip(path, path.stat().st_size - 100)
    with pytest.raises(KnowledgeBaseCorruptError, match="its footer is not that"):
        KnowledgeBase.load(large_folder)


def test_damage_to_other_tasks_does_not_hinder(large_folder):
    """Only the row groups of a task are read for it, and for what is saved of it."""
    path = part_of(large_folder)
    flip(path, 100)  # in the first row group, of the first task
    kb = KnowledgeBase.load(large_folder)
    last, expected = max(RUNS["task_id"]), RUNS[RUNS["task_id"] == max(RUNS["task_id"])]
    assert len(kb.runs_of(last)) == len(expected)
    with pytest.raises(KnowledgeBaseCorruptError, match="row group 0 is not what was written"):
        kb.runs_of(min(RUNS["task_id"]))
    with pytest.raises(KnowledgeBaseCorruptError):
        kb.averages()
    new = expected.assign(source="again")
    KnowledgeBase.from_frames(task_table(), None, new).save(large_folder, if_exists="append")
    assert len(KnowledgeBase.load(large_folder).runs_of(last)) == 2 * len(expected)


@pytest.mark.parametrize("kept", [0, 3, 11, 200, -300, -1])
@pytest.mark.parametrize("size", ["small", "large"])
def test_a_truncated_part_is_an_error_when_it_is_opened(tmp_path, monkeypatch, kept, size):
    if size == "large":
        make_everything_large(monkeypatch)
    KnowledgeBase.from_frames(task_table(), None, RUNS).save(tmp_path)
    path = part_of(tmp_path)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(KnowledgeBaseCorruptError, match="is damaged"):
        KnowledgeBase.load(tmp_path)


def test_another_part_under_this_name_is_an_error(folder, tmp_path):
    other = write_part(tmp_path, "runs", draw_runs(1))
    part_of(folder).write_bytes(other.read_bytes())
    with pytest.raises(KnowledgeBaseCorruptError, match="not those its name promises"):
        read_part(part_of(folder))
    with pytest.raises(KnowledgeBaseCorruptError):
        KnowledgeBase.load(folder)


@pytest.mark.parametrize("text", ["", "{", "[]", '"text"', "\xff"])
def test_a_damaged_manifest_is_an_error(folder, text):
    (folder / "manifest.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(KnowledgeBaseCorruptError, match=r"manifest\.json' is damaged"):
        KnowledgeBase.load(folder)


@pytest.mark.parametrize("version", ["null", '"2"', "99"])
def test_a_schema_that_is_not_known_asks_for_an_update(folder, version):
    (folder / "manifest.json").write_text(f'{{"schema_version": {version}}}')
    kb = KnowledgeBase.from_frames(task_table(), None, RUNS)
    for act in (KnowledgeBase.load, partial(kb.save, if_exists="append")):
        with pytest.raises(KnowledgeBaseError, match="Update autometa"):
            act(folder)


def test_what_is_no_folder_is_no_knowledge_base(tmp_path):
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file", tmp_path / "nothing"):
        with pytest.raises(KnowledgeBaseError, match="there is no such folder"):
            KnowledgeBase.load(path)
    with pytest.raises(KnowledgeBaseError, match="Name a folder where you may write"):
        KnowledgeBase.from_frames(task_table(), None, RUNS).save(tmp_path / "file")


@pytest.fixture
def nobody(tmp_path):
    """Become a user without rights while a test runs; the temporary folder is open to all."""
    if os.name == "nt":
        pytest.skip("rights are others on Windows")
    for parent in (tmp_path, *tmp_path.parents):
        if parent.stat().st_uid == os.geteuid() and not parent.stat().st_mode & 0o001:
            parent.chmod(parent.stat().st_mode | 0o055)
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    yield
    if is_root:
        os.seteuid(0)


def test_a_folder_one_may_not_read_is_an_error(folder, request):
    folder.chmod(0o000)
    request.getfixturevalue("nobody")
    with pytest.raises(KnowledgeBaseError, match="cannot be read: Permission denied"):
        KnowledgeBase.load(folder)
    os.seteuid(os.getuid())
    folder.chmod(0o755)


@pytest.mark.parametrize("name", ["manifest.json", "runs-*.parquet"])
def test_a_file_one_may_not_read_is_an_error(folder, request, name):
    path = next(folder.glob(name))
    path.chmod(0o000)
    request.getfixturevalue("nobody")
    with pytest.raises(KnowledgeBaseError, match="cannot be read: Permission denied"):
        KnowledgeBase.load(folder)


def test_a_folder_one_may_only_read_opens_and_is_left_alone(folder, request):
    before = sorted(os.listdir(folder))
    folder.chmod(0o555)
    request.getfixturevalue("nobody")
    kb = KnowledgeBase.load(folder)
    assert len(kb.runs) == len(RUNS)
    kb.save(folder, if_exists="append")  # nothing new, nothing to write
    with pytest.raises(KnowledgeBaseError, match="Could not write"):
        kb.add(RUNS.assign(source="mine")).save(folder, if_exists="append")
    assert sorted(os.listdir(folder)) == before
