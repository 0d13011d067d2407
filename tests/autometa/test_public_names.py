"""The public names are those that docs/stability.md promises, and each is at hand."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

import autometa

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "stability.md").read_text()
LISTS = dict(re.findall(r"^### `([\w.]+)`\n\n(.*?)\n\n", PAGE, re.MULTILINE | re.DOTALL))


def test_the_page_lists_both_packages():
    assert {"autometa", "metafeatures"} <= set(LISTS)


@pytest.mark.parametrize("package", LISTS)
def test_the_names_of_a_public_package_are_those_documented(package):
    module = importlib.import_module(package)
    assert re.findall(r"`(\w+)`", LISTS[package]) == list(module.__all__)  # ruff sorts these
    for name in module.__all__:
        assert getattr(module, name) is not None


def in_a_new_process(script):
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_submodules_need_no_import_of_their_own():
    script = "import autometa; print(autometa.exceptions.DatasetError, autometa.importers.__name__)"
    assert in_a_new_process(script) == "<class 'autometa.DatasetError'> autometa.importers"


def test_public_names_and_submodules_are_completed():
    names = dir(autometa)
    assert {"recommend", "DatasetError", "exceptions", "importers", "__version__"} <= set(names)
    assert not [name for name in names if name.startswith("_") and name != "__version__"]


def test_a_name_that_does_not_exist_is_no_attribute():
    with pytest.raises(AttributeError, match="no attribute 'recommned'"):
        autometa.recommned  # noqa: B018


def test_show_versions_names_every_library_and_says_what_is_absent(capsys, monkeypatch):
    from autometa import _versions

    monkeypatch.setattr(_versions, "LIBRARIES", ("optuna", "no-such-library"))
    autometa.show_versions()
    lines = dict(line.split(": ", 1) for line in capsys.readouterr().out.splitlines())
    assert lines["python"] == sys.version.split()[0]
    assert lines["optuna"] == importlib.import_module("optuna").__version__
    assert lines["no-such-library"] == "not installed"


def test_show_versions_knows_each_dependency():
    import tomllib

    from autometa._versions import LIBRARIES

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = {re.split(r"[\[>=]", one)[0] for one in project["dependencies"]}
    # not what decides a result: files, numbers of threads, printing
    needed -= {"cloudpickle", "filelock", "joblib", "platformdirs", "pyyaml", "rich"}
    needed -= {"threadpoolctl", "typer"}
    extras = {"catboost", "xgboost", "distributed", "psycopg", "matplotlib"}
    extras |= {"skl2onnx", "onnxmltools", "onnxruntime", "networkx", "rdflib"}
    assert set(LIBRARIES) == needed | extras | {"autometa"}
