"""A script of a user passes mypy --strict: doors are typed, and refuse what is no choice."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Each line that must be refused says so; mypy --strict also refuses an ignore without an error.
SCRIPT = """
from typing import assert_type

import pandas as pd

import autometa
import metafeatures
from autometa import Recommendation, Recommendations

X = pd.DataFrame({"a": [1.0, 2.0]})
y = pd.Series(["p", "q"])


def first_of(advice: Recommendations) -> Recommendation:
    assert_type(advice[1:], Recommendations)
    return advice[0]


advice = autometa.recommend(X, y, n=3, task_type="binary", knowledge_base="mine")
assert_type(advice, Recommendations)
names: list[str] = [setup.algorithm for setup in advice]
again: Recommendation = Recommendation.from_dict(first_of(advice).to_dict())
pipeline = again.build(task_type="multiclass", random_state=None, n_jobs=2)
autometa.recommend("churn.csv", "left")
autometa.recommend(metafeatures={"n_rows": 3.0, "kurtosis.mean": None}, task_type="regression")
autometa.recommend(X, y, task_type="binry")  # type: ignore[arg-type]
autometa.recommend(X, y, "binary")  # type: ignore[call-arg]
again.build(task_type="ranking")  # type: ignore[arg-type]

values, report = metafeatures.describe(X, y, return_report=True)
assert_type(report, pd.DataFrame)
assert_type(metafeatures.describe(X, y), "pd.Series[float]")
assert_type(autometa.describe(X, y), "pd.Series[float]")
metafeatures.describe(X, y, task_type="classes")  # type: ignore[call-overload]

autometa.tune(X, y, task_type="binry")  # type: ignore[arg-type]

try:
    autometa.tune("churn.csv", "left")
except autometa.DatasetError as error:
    near: tuple[str, ...] = error.suggestions
"""


@pytest.mark.slow  # mypy reads the whole package: a minute without its cache
def test_a_script_of_a_user_passes_mypy_strict(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    # The cache is that of the checkout: whoever runs mypy before or after reads the package once.
    cache = str(ROOT / ".mypy_cache")
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", cache]
    command += ["--config-file", str(ROOT / "pyproject.toml"), str(script)]
    environment = {**os.environ, "MYPYPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
