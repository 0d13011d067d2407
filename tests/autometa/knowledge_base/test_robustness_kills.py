"""Killed at any moment, and many at once: nothing finished is lost, nothing half is read."""

from __future__ import annotations

import pkgutil
import random
import shutil
import signal
import sys
import time

import pytest
from keepers import (
    PROCESSES,
    do_add,
    do_compact,
    do_merge,
    do_remove,
    do_save,
    grid,
    keep_adding,
    keep_compacting,
    keep_reading,
    keep_removing,
    killed_at_change,
    load,
    read_log,
    rows_of,
    run,
    start_server,
)

from autometa import KnowledgeBase
from autometa.exceptions import KnowledgeBaseError
from autometa.knowledge_base import compact, verify

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")

OLD = grid("abc", range(4))
NEW = grid("cd", range(2, 6))


@pytest.fixture(scope="module", autouse=True)
def server():
    start_server()


@pytest.fixture
def folder(tmp_path):
    """A folder of several parts, in which some runs are twice."""
    path = tmp_path / "kb"
    for rows in (grid("ab", range(4)), grid("c", range(2)), grid("c", range(2, 4))):
        do_add(path, rows)
    assert load(path) == OLD
    return path


@pytest.fixture
def other(tmp_path):
    do_add(tmp_path / "other", NEW)
    return tmp_path / "other"


WORK = {
    "add": (lambda folder, other: (do_add, folder, NEW), OLD | NEW),
    "save": (lambda folder, other: (do_save, folder, NEW), OLD | NEW),
    "merge": (lambda folder, other: (do_merge, folder, [other]), OLD | NEW),
    "compact": (lambda folder, other: (do_compact, folder), OLD),
    "remove": (lambda folder, other: (do_remove, folder, ["b"]), OLD - grid("b", range(4))),
}
WHOLE = ("compact", "remove")  # seen as a whole or not at all


def check_after_kill(name, folder, found_before=OLD):
    after = WORK[name][1]
    found = load(folder)
    if name in WHOLE:
        assert found in (OLD, after)
    else:
        assert found_before <= found <= after
    report = verify(folder)
    assert report.is_sound, report.errors


FIRST = "remove"  # one of the kinds; the others run with the long tests


@pytest.mark.parametrize(
    "name", [name if name == FIRST else pytest.param(name, marks=pytest.mark.slow) for name in WORK]
)
def test_killed_before_any_change_to_the_disk_nothing_is_lost(name, folder, other):
    work, *arguments = WORK[name][0](folder, other)
    for number in range(1, 60):
        code = run(killed_at_change, number, arguments[0], work, *arguments[1:])
        check_after_kill(name, folder)
        if code == 0:
            break
        assert code == -9
    assert number > 3, "no change to the disk was seen"
    assert code == 0, "it never came to its end"
    assert load(folder) == WORK[name][1]
    compact(folder)
    assert load(folder) == WORK[name][1]
    assert {path.suffix for path in folder.iterdir()} <= {".parquet", ".json", ""}
    assert len(list(folder.glob("runs-*"))) == 1
    assert not verify(folder).findings


@pytest.mark.slow
def test_a_new_folder_is_begun_whole_however_often_it_is_killed(tmp_path, other):
    folder = tmp_path / "new"
    for number in range(1, 60):
        code = run(killed_at_change, number, folder, do_merge, [other])
        if (folder / "manifest.json").exists():
            assert load(folder) == NEW
        else:
            with pytest.raises(KnowledgeBaseError, match=r"(no|not a) knowledge base"):
                KnowledgeBase.load(folder)
        assert load(other) == NEW
        if code == 0:
            break
    assert load(folder) == NEW


@pytest.mark.parametrize("n_kills", [3, pytest.param(6, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", WORK)
def test_killed_at_random_moments_nothing_is_lost(name, folder, other, tmp_path, n_kills):
    work, *arguments = WORK[name][0](folder, other)
    untouched = shutil.copytree(folder, tmp_path / "untouched")
    clock, killed, longest = random.Random(0), 0, 0.15
    # Only a kill while the work is under way counts. One that comes too late is tried again,
    # and sooner: how long the work takes depends on what runs beside it.
    for _ in range(20 * n_kills):
        if killed == n_kills:
            break
        if load(folder) == WORK[name][1]:
            shutil.rmtree(folder)
            shutil.copytree(untouched, folder)
        code = run(work, *arguments, kill_after=clock.uniform(0.0, longest))
        killed += code == -signal.SIGKILL
        longest *= 1.05 if code else 0.7
        check_after_kill(name, folder)
    assert killed == n_kills
    assert run(work, *arguments) == 0
    assert load(folder) == WORK[name][1]


@pytest.mark.parametrize("seconds", [4.0, pytest.param(8.0, marks=pytest.mark.slow)])
def test_writers_readers_and_rewriters_at_once_lose_nothing(folder, tmp_path, seconds):
    log, stop = tmp_path / "log", PROCESSES.Event()
    processes = [
        *(
            PROCESSES.Process(target=keep_adding, args=(folder, log, name, stop))
            for name in ("u", "v", "w")
        ),
        PROCESSES.Process(target=keep_compacting, args=(folder, stop)),
        PROCESSES.Process(target=keep_removing, args=(folder, stop)),
        PROCESSES.Process(target=keep_reading, args=(folder, log, stop)),
        PROCESSES.Process(target=keep_reading, args=(folder, log, stop, True)),
    ]
    for process in processes:
        process.start()
    time.sleep(seconds)
    stop.set()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * len(processes)
    finished = read_log(log)
    assert len(finished) >= 6
    assert finished | OLD == load(folder) - grid("z", range(3))
    assert verify(folder).is_sound


def test_a_holder_that_was_killed_leaves_no_lock(folder):
    run(killed_at_change, 2, folder, do_compact)
    started = time.monotonic()
    compact(folder, wait=5.0)
    assert time.monotonic() - started < 5.0


def test_adding_does_not_wait_for_a_rewrite_and_a_second_rewrite_says_so(folder):
    from filelock import FileLock

    with FileLock(folder / ".lock"):
        do_add(folder, NEW)
        assert load(folder) == OLD | NEW
        with pytest.raises(KnowledgeBaseError, match="is being rewritten by another process"):
            compact(folder, wait=0.1)


@pytest.mark.parametrize("reader", ["load", "merge"])
def test_what_is_added_between_two_listings_is_seen_with_its_task_or_not_at_all(
    folder, tmp_path, monkeypatch, reader
):
    """Tables are listed one after the other; an adder may finish in between."""
    name = "autometa.knowledge_base.storage._folder.live_paths"
    listing = pkgutil.resolve_name(name)
    listed = []

    def add_after_the_first(path, table):
        found = listing(path, table)
        if path == folder and not listed:
            listed.append(table)
            do_add(folder, grid("new", [1]))
        return found

    monkeypatch.setattr(name, add_after_the_first)
    if reader == "load":
        kb = KnowledgeBase.load(folder)
    else:
        do_merge(tmp_path / "out", [folder])
        kb = KnowledgeBase.load(tmp_path / "out")
    assert listed == ["runs"]
    assert OLD <= rows_of(kb) <= OLD | grid("new", [1])


def test_verify_does_not_complain_of_what_others_change_meanwhile(folder):
    seen = []

    def interrupt(name, number, total):
        if not seen:
            compact(folder)
            do_add(folder, grid("new", [1]))
        seen.append(name)

    assert verify(folder, on_progress=interrupt).is_sound
