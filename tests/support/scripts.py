"""Scripts run in processes that have imported the packages before.

A new interpreter takes five seconds of imports before the first line of a script; a worker is
forked from a process that has them behind it.
"""

from __future__ import annotations

import contextlib
import io
import os
import runpy
import sys
import tempfile
import traceback
from collections.abc import Mapping
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

from autometa.evaluation import WorkerPool

# What scripts import, and what that imports only when it is first used.
IMPORTED = [
    "autometa.building", "autometa.cli", "autometa.estimators", "autometa.importers",
    "autometa.meta_models", "autometa.samplers", "autometa.tuning", "lightgbm",
    "sklearn.datasets", "sklearn.ensemble", "sklearn.linear_model", "sklearn.model_selection",
    "sklearn.neighbors", "sklearn.neural_network", "sklearn.pipeline", "xgboost",
]  # fmt: skip


def run(
    script: Path, *arguments: str, cwd: Path, env: Mapping[str, str] | None = None
) -> CompletedProcess[str]:
    """Run a script as ``python script arguments`` does; give its code and what it printed."""
    command = [str(script), *arguments]
    with WorkerPool(preload=IMPORTED) as pool:
        pool.submit("script", _run, command, str(cwd), dict(env or {}))
        outcome = pool.wait()
    assert outcome is not None
    code, printed, errors = outcome.value or (1, "", outcome.message)
    return CompletedProcess(command, code, printed, errors)


def _run(state: Any, command: list[str], folder: str, env: dict[str, str]) -> tuple[int, str, str]:
    """Run a script in this process, which is given no other call."""
    os.chdir(folder)
    os.environ.update(env)
    tempfile.tempdir = None  # to be asked for again: TMPDIR may be another
    sys.argv = command
    sys.path.insert(0, str(Path(command[0]).parent))
    code: Any = 0
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            runpy.run_path(command[0], run_name="__main__")
        except SystemExit as end:
            code = end.code or 0
        except BaseException:
            traceback.print_exc()
            code = 1
    return code if isinstance(code, int) else 1, out.getvalue(), err.getvalue()
