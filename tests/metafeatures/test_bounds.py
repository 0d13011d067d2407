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


def run(*arguments):
    command = [sys.executable, str(SCRIPT), "--json", *arguments]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


@pytest.fixture(scope="module")
def small():
    """Every case with a fiftieth of its rows, but at least 2,000, in one process."""
    return {found["case"]: found for found in run("--scale", "0.02")}


@pytest.mark.parametrize("case", ["1,000 classes", "60 numbers, 40 categories, polars"])
def test_memory_beyond_the_table_is_bounded(case):
    found = run("--only", case, "--scale", "0.02")
    assert found["undocumented"] == []
    assert found["extra MB"] < 600


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_odd_tables_of_moderate_size_are_described_in_bounded_memory(small, case):
    assert small[case]["undocumented"] == []
    assert small[case]["extra MB"] < 600


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_large_tables_take_under_one_gigabyte(case):
    found = run("--only", case)
    assert found["undocumented"] == []
    assert found["extra MB"] < 1000
