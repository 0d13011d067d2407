"""Objects in files that are mapped: equal, plain and read-only."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from autometa.tuning.workers._sharing import SharedFolder, put, take

VALUES = {
    "C": np.arange(12.0).reshape(3, 4),
    "F": np.asfortranarray(np.arange(12).reshape(3, 4)),
    "empty": np.empty((0, 3)),
    "words": np.array(["a", "bb"], dtype=object),
    "fixed": np.array(["a", "bb"]),
    "dates": np.array(["2024-01-01"], dtype="datetime64[ns]"),
    "small": np.array([True, False]),
}


@pytest.mark.parametrize("name", list(VALUES))
def test_an_array_comes_back_plain_and_cannot_be_changed(tmp_path, name):
    shared = put(str(tmp_path / "a"), [VALUES[name], np.ones(3)])
    assert shared == str(tmp_path / "a")
    taken, ones = take(shared)
    np.testing.assert_array_equal(taken, VALUES[name])
    assert (type(taken), taken.dtype) == (np.ndarray, VALUES[name].dtype)
    assert type(ones) is np.ndarray
    with pytest.raises(ValueError, match="read-only"):
        ones[0] = 2


def test_a_frame_comes_back(tmp_path):
    frame = pd.DataFrame(
        {
            "x": [1.5, np.nan],
            "n": [1, 2],
            "c": pd.Categorical(["u", None]),
            "s": pd.array(["a", None], dtype="string"),
            "d": pd.to_datetime(["2024-01-01", None]),
        }
    )
    pd.testing.assert_frame_equal(take(put(str(tmp_path / "f"), frame)), frame)
    (tmp_path / "f").unlink()  # who has mapped it keeps it


KILLED = """
import os, signal
from autometa.tuning.workers._sharing import SharedFolder

folder = SharedFolder()
folder.put("table", [1, 2, 3])
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_copy_of_a_table_that_a_killed_run_left_is_deleted_and_no_other(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)  # read anew
    subprocess.run([sys.executable, "-c", KILLED], check=False)
    (left,) = tmp_path.iterdir()
    living, others = SharedFolder(), tmp_path / "autometa-run-of-others"
    others.mkdir()
    kept = [Path(living.path("table")).parent, others]
    assert sorted(tmp_path.iterdir()) == sorted([left, *kept])  # too young to tell
    for folder in (left, *kept):
        os.utime(folder, (0, 0))
    new = SharedFolder()
    assert sorted(tmp_path.iterdir()) == sorted([Path(new.path("table")).parent, *kept])
    new.close()
    living.close()
    assert list(tmp_path.iterdir()) == [others]


def test_what_cannot_be_written_goes_by_value(tmp_path):
    value = np.arange(3)
    assert put(None, value) is value
    assert put(str(tmp_path / "missing" / "a"), value) is value
    assert take(value) is value
