"""The package for OptunaHub is loaded as its registry loads packages, and its example runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import optuna
import pytest
from sklearn.datasets import load_iris

REGISTRY = Path(__file__).resolve().parent.parent / "optunahub" / "package"
PACKAGE = REGISTRY / "samplers" / "autometa_warm_start"
FIELDS = ["author", "title", "description", "tags", "optuna_versions", "license"]


@pytest.fixture(scope="module")
def hub():
    import optunahub

    return optunahub.load_local_module("samplers/autometa_warm_start", registry_root=str(REGISTRY))


@pytest.mark.slow
def test_a_study_begins_with_what_is_advised(hub):
    X, y = load_iris(return_X_y=True)
    study = optuna.create_study(direction="maximize")
    sampler = hub.warm_start(study, X, y, algorithm="random_forest", seed=0)
    assert isinstance(sampler, hub.WarmStartSampler)
    trial = study.ask(hub.search_space("random_forest", X, y))
    assert trial.params.keys() == {
        "n_estimators", "max_features", "min_samples_leaf", "min_samples_split", "criterion"
    }  # fmt: skip


def test_it_has_what_the_registry_asks_for_and_nothing_else():
    lines = (PACKAGE / "README.md").read_text().split("---\n")[1].splitlines()
    assert [line.split(":")[0] for line in lines] == FIELDS
    assert "sampler" in lines[3]
    sections = [s for s in (PACKAGE / "README.md").read_text().splitlines() if s.startswith("## ")]
    assert sections == ["## Abstract", "## Class or Function Names", "## Installation",
                        "## Example", "## Others"]  # fmt: skip
    files = {path.name for path in PACKAGE.iterdir() if path.name != "__pycache__"}
    assert files == {
        "__init__.py", "README.md", "LICENSE", "example.py", "requirements.txt", "images"
    }  # fmt: skip
    (image,) = (PACKAGE / "images").iterdir()
    assert f"](images/{image.name})" in (PACKAGE / "README.md").read_text()
    assert image.stat().st_size < 100_000


@pytest.mark.slow
@pytest.mark.usefixtures("hub")
def test_its_example_runs():
    done = subprocess.run(
        [sys.executable, str(PACKAGE / "example.py")], capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stderr
    assert float(done.stdout.split()[0]) > 0.98
