"""Histories whose every number follows from its place, and processes that change folders of them.

A score that follows from task and setup can be checked wherever it turns up, so
a reader notices a wrong number without knowing what was written when.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

import pandas as pd

from autometa import KnowledgeBase
from autometa.exceptions import KnowledgeBaseError
from autometa.knowledge_base import add_to, compact, merge_folders, remove
from autometa.knowledge_base.storage import _folder

ROW = tuple[str, int]  # a task and the k of a setup
CHANGES = {"os.rename", "os.remove", "os.mkdir", "open"}

PROCESSES = multiprocessing.get_context("forkserver")


def start_server() -> None:
    """Start what new processes are forked from, with everything imported once."""
    PROCESSES.set_forkserver_preload(["keepers", "filelock", "pyarrow.parquet"])
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(sys.path)  # the server does not take it over
    try:
        forkserver.ensure_running()
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


def score(task: str, k: int) -> float:
    """Return the one score that this setup has on this task."""
    return ((hash_of(task) + 37 * k) % 1009) / 1009


def hash_of(text: str) -> int:
    """Return a number that is the same in every process."""
    return sum((i + 1) * byte for i, byte in enumerate(text.encode()))


def history(rows: Iterable[ROW], source: str = "made") -> KnowledgeBase:
    """Return a knowledge base of these tasks and setups."""
    listed = sorted(rows)
    names = sorted({task for task, _ in listed})
    tasks = pd.DataFrame({"task_id": names, "task_type": "binary"})
    metafeatures = pd.DataFrame({"n_rows": [float(hash_of(name)) for name in names]}, index=names)
    runs = pd.DataFrame(
        {
            "task_id": [task for task, _ in listed],
            "algorithm": ["knn" if k % 2 else "tree" for _, k in listed],
            "config": [f'{{"k": {k}}}' for _, k in listed],
            "metric": "accuracy",
            "score": [score(task, k) for task, k in listed],
            "fold_scores": [[score(task, k), 0.5] for task, k in listed],
            "source": source,
        }
    )
    return KnowledgeBase.from_frames(tasks, metafeatures, runs)


def rows_of(kb: KnowledgeBase) -> set[ROW]:
    """Return what a knowledge base holds; complain of any number that was never written."""
    runs = kb.runs
    found = [
        (str(task), int(config[6:-1]), float(value))
        for task, config, value in zip(runs["task_id"], runs["config"], runs["score"], strict=True)
    ]
    wrong = [row for row in found if row[2] != score(row[0], row[1])]
    assert not wrong, f"scores that nobody wrote: {wrong[:5]}"
    rows = {(task, k) for task, k, _ in found}
    assert len(rows) == len(found), "runs are there twice"
    return rows


def check_tables(kb: KnowledgeBase, rows: set[ROW]) -> None:
    """Complain of runs of tasks that are not there, and of descriptions nobody wrote."""
    assert {task for task, _ in rows} <= set(kb.tasks["task_id"]), "runs of tasks not there"
    metafeatures = kb.metafeatures["n_rows"]
    assert all(metafeatures[name] == hash_of(str(name)) for name in metafeatures.index)


def load(folder: Path) -> set[ROW]:
    """Return what the folder holds, checked."""
    kb = KnowledgeBase.load(folder)
    rows = rows_of(kb)
    check_tables(kb, rows)
    return rows


def grid(tasks: str, ks: Iterable[int]) -> set[ROW]:
    """Return all pairs of tasks (one a letter) and setups."""
    return {(task, k) for task in tasks for k in ks}


ROWS = grid("abc", range(8))


# What a process does to a folder; each can be done again after it was killed.


def do_add(folder: Path, rows: Iterable[ROW], source: str = "a test") -> None:
    """Add rows by the command's own function."""
    add_to(folder, history(rows), source)


def do_save(folder: Path, rows: Iterable[ROW]) -> None:
    """Add rows as a user of Python does."""
    history(rows).save(folder, if_exists="append")


def do_merge(folder: Path, others: Iterable[Path]) -> None:
    """Merge others into the folder."""
    merge_folders(list(others), folder)


def do_compact(folder: Path) -> None:
    """Compact the folder."""
    compact(folder)


def do_remove(folder: Path, tasks: Iterable[str]) -> None:
    """Remove tasks that are still there."""
    known = set(KnowledgeBase.load(folder).tasks["task_id"]) & set(tasks)
    if known:
        remove(folder, tasks=sorted(known))


def killed_at_change(number: int, folder: Path, work: Callable[..., None], *args: Any) -> None:
    """Do the work, but die by SIGKILL right before its change ``number`` to the disk."""
    count = 0

    def hook(event: str, details: tuple[Any, ...]) -> None:
        nonlocal count
        if event in CHANGES and _is_change(event, details):
            count += 1
            if count == number:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    work(folder, *args)


def _is_change(event: str, details: tuple[Any, ...]) -> bool:
    if event != "open":
        return True
    path, mode = details[0], details[1]
    return isinstance(path, str | bytes | os.PathLike) and any(c in str(mode) for c in "wax+")


def limited(folder: Path, said: Path, n_bytes: int, work: Callable[..., None], *args: Any) -> None:
    """Do the work where no file may grow beyond ``n_bytes``; write down the error, end with 7."""
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, n_bytes))
    try:
        work(folder, *args)
    except KnowledgeBaseError as error:
        said.write_text(str(error))
        sys.exit(7)


def run(work: Callable[..., None], *args: Any, kill_after: float | None = None) -> int:
    """Run in a process of its own; return its exit code, -9 when it was killed.

    The clock of ``kill_after`` starts with the work: a process that still imports would be
    killed for nothing.
    """
    begun = PROCESSES.Event()
    process = PROCESSES.Process(target=begin, args=(begun, work, *args))
    process.start()
    if kill_after is not None:
        assert begun.wait(60), "the process does not begin"
        time.sleep(kill_after)
        process.kill()
    process.join(60)
    assert process.exitcode is not None, "the process hangs"
    return process.exitcode


def begin(begun: Any, work: Callable[..., None], *args: Any) -> None:
    """Say that the work begins, and do it."""
    begun.set()
    work(*args)


# Processes that run beside each other until told to stop.


def keep_adding(folder: Path, log: Path, name: str, stop: Any) -> None:
    """Add rows of a new task and of an old one again and again; log what is finished."""
    k = 0
    while not stop.is_set():
        rows = [(f"{name}{k}", k), (name, k)]
        (do_add if k % 2 else do_save)(folder, rows)
        with log.open("a") as file:
            file.write("".join(f"{task} {k}\n" for task, _ in rows))
        k += 1


def keep_compacting(folder: Path, stop: Any) -> None:
    """Compact again and again."""
    while not stop.is_set():
        compact(folder)


def keep_removing(folder: Path, stop: Any) -> None:
    """Add a task of its own and remove it, again and again."""
    while not stop.is_set():
        do_add(folder, grid("z", range(3)))
        remove(folder, tasks=["z"])


def keep_reading(folder: Path, log: Path, stop: Any, is_large: bool = False) -> None:
    """Load again and again: all that was finished before must be there.

    A large folder is read when it is asked, not when it is opened, so each of its
    tables is whole, but a removal may come between two of them.
    """
    if is_large:
        _folder.SMALL = -1
    while not stop.is_set():
        finished = read_log(log)
        found = rows_of(KnowledgeBase.load(folder)) if is_large else load(folder)
        missing = finished - found
        assert not missing, f"lost: {sorted(missing)[:5]}"


def read_log(log: Path) -> set[ROW]:
    """Return the rows that were finished."""
    if not log.exists():
        return set()
    lines = log.read_text().split("\n")[:-1]
    return {(name, int(k)) for name, k in map(str.split, lines)}
