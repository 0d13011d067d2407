"""Scripts run in processes of their own that have imported the packages before.

A new interpreter takes five seconds of imports before the first line of a script. A process
forked from a server that has imported them, and has run nothing, differs from it in nothing
else that a script of ours asks for: it is started as ``__main__`` with its arguments, folder,
environment and standard streams.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing import forkserver
from pathlib import Path
from subprocess import CompletedProcess

PROCESSES = multiprocessing.get_context("forkserver")
# What scripts import, and what that imports only when it is first used.
IMPORTED = [
    "scripts", "autometa.building", "autometa.cli", "autometa.estimators", "autometa.importers",
    "autometa.meta_models", "autometa.samplers", "autometa.tuning", "catboost", "lightgbm",
    "sklearn.datasets", "sklearn.ensemble", "sklearn.linear_model", "sklearn.model_selection",
    "sklearn.neighbors", "sklearn.neural_network", "sklearn.pipeline", "xgboost",
]  # fmt: skip


@contextmanager
def server() -> Iterator[None]:
    """Have new processes forked from one that has imported the packages."""
    forkserver._forkserver._stop()  # one of other tests has imported something else
    PROCESSES.set_forkserver_preload(IMPORTED)
    with _environment({"PYTHONPATH": os.pathsep.join(sys.path)}):  # it does not take it over
        forkserver.ensure_running()
    try:
        yield
    finally:
        forkserver._forkserver._stop()


def run(
    script: Path, *arguments: str, cwd: Path, env: Mapping[str, str] | None = None
) -> CompletedProcess[str]:
    """Run a script as ``python script arguments`` does; give its code and what it printed."""
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder) / "stdout", Path(folder) / "stderr"
        asked = {**os.environ, **(env or {})}
        process = PROCESSES.Process(target=_main, args=(script, arguments, cwd, asked, out, err))
        process.start()
        process.join()
        code = process.exitcode
        process.close()
        return CompletedProcess([str(script), *arguments], code, out.read_text(), err.read_text())


def _main(
    script: Path, arguments: tuple[str, ...], cwd: Path, env: dict[str, str], out: Path, err: Path
) -> None:
    """Become that script, in a process that was forked for it."""
    for number, path in ((1, out), (2, err)):
        with path.open("w") as file:
            os.dup2(file.fileno(), number)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    tempfile.tempdir = None  # to be asked for again: TMPDIR may be another
    sys.argv = [str(script), *arguments]
    sys.path.insert(0, str(script.parent))
    try:
        runpy.run_path(str(script), run_name="__main__")
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


@contextmanager
def _environment(changes: dict[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(changes)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
