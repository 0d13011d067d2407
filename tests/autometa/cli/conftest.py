"""What the tests of the command line share: the real entry point, away from the user's files."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from autometa.cli import main


@pytest.fixture
def autometa(capsys, monkeypatch, tmp_path):
    """Run the command line; give its exit code, stdout and stderr."""
    monkeypatch.setenv("AUTOMETA_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("AUTOMETA_KNOWLEDGE_BASE", raising=False)

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return run


@pytest.fixture
def churn(tmp_path):
    """A binary table in a file, with a column that has to be left out."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"age": rng.normal(size=80), "plan": rng.choice(["a", "b"], 80)})
    frame["same"] = 1
    frame["left"] = np.where(frame["age"] + rng.normal(size=80) > 0, "yes", "no")
    path = tmp_path / "churn.csv"
    frame.to_csv(path, index=False)
    return path
