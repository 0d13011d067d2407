"""Large and odd tables: memory beyond the table is bounded, and nothing fails.

How long they take is measured by `benchmarks/metafeature_bounds.py`, on a quiet machine.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "metafeature_bounds.py"

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists(), reason="peak memory is read from Linux's /proc"
)


def load_script():
    spec = importlib.util.spec_from_file_location("metafeature_bounds", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


CASES = list(load_script().CASES)


def run(cases, *arguments):
    only = [word for case in cases for word in ("--only", case)]
    command = [sys.executable, str(SCRIPT), "--json", *only, *arguments]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


@pytest.mark.slow
def test_memory_beyond_the_table_is_bounded():
    """With a fiftieth of the rows, but at least 2,000, all in one process."""
    for found in run(CASES, "--scale", "0.02"):
        assert found["undocumented"] == [], found["case"]
        assert found["extra MB"] < 600, found["case"]


# One a way to read many cells: numbers, words, another library, a sparse matrix, many rows. The
# others are made of the same columns, and the script measures them all.
LARGE = ("60 numbers, 40 categories, pyarrow", "sparse counts, 0.1 % stored", "10M rows")


@pytest.mark.slow
@pytest.mark.parametrize("case", LARGE)
def test_large_tables_take_under_one_gigabyte(case):
    (found,) = run([case])
    assert found["undocumented"] == []
    assert found["extra MB"] < 1000
