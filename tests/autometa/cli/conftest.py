"""What the tests of the command line share: the real entry point, away from the user's files."""

from __future__ import annotations

import time
from functools import cache

import jsonschema
import numpy as np
import pandas as pd
import pytest
import typer.main

from autometa.cli import main
from autometa.cli._command import SCHEMAS
from autometa.cli._contract import schema_of
from autometa.tuning.workers._pools import InlinePool


@pytest.fixture(scope="session", autouse=True)
def one_tree():
    """Build the tree of commands once, not for each line: that takes longer than most lines."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("typer.main.get_command", cache(typer.main.get_command))
        yield


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch):
    """Trials run here: starting workers is what tests of `tune` and of its signals are about."""
    monkeypatch.setattr("autometa.tuning._run.open_pool", lambda *_, **__: InlinePool())


@pytest.fixture
def run(capsys, monkeypatch):
    """Run the command line; give its exit code, stdout and stderr."""

    def run(*arguments):
        # a command starts with its process, which this one did when the first test began
        monkeypatch.setattr("autometa.cli._tune.STARTED", time.monotonic())
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return run


@pytest.fixture
def autometa(run, monkeypatch, tmp_path):
    """Run the command line with a home of its own."""
    monkeypatch.setenv("AUTOMETA_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("AUTOMETA_KNOWLEDGE_BASE", raising=False)
    return run


@pytest.fixture(scope="session")
def churn_table():
    """A binary table, with a column that has to be left out."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"age": rng.normal(size=80), "plan": rng.choice(["a", "b"], 80)})
    frame["same"] = 1
    frame["left"] = np.where(frame["age"] + rng.normal(size=80) > 0, "yes", "no")
    return frame


@pytest.fixture
def churn(tmp_path, churn_table):
    """That table in a file."""
    path = tmp_path / "churn.csv"
    churn_table.to_csv(path, index=False)
    return path


OPEN = {"metafeatures": ["metafeatures"]}  # rows of tables with more columns


def strict(schema):
    """Return a schema that also refuses keys which it does not name."""
    if isinstance(schema, list):
        return [strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: strict(value) for key, value in schema.items()}
    # {"type": "object", "properties": {...}}, not an object whose keys are called so
    is_closed = {"additionalProperties", "patternProperties"} & set(schema)
    if isinstance(schema.get("properties"), dict) and "type" in schema and not is_closed:
        closed["additionalProperties"] = False
    return closed


@pytest.fixture
def follows_schema():
    """Hold what a command printed to its schema, and to have no key that it does not name."""

    def check(command, content):
        schema = schema_of(command, SCHEMAS[command])
        closed = strict(schema)
        for key in OPEN.get(command, []):
            closed["properties"][key] = schema["properties"][key]
        jsonschema.Draft202012Validator(closed).validate(content)

    return check
