"""``search-space`` and ``default-config`` print what the functions of these names return."""

from __future__ import annotations

import inspect
import json

import optuna
import pytest
import scipy.stats
import typer.main

import autometa as package
from autometa.cli._command import app

WINE = ("sklearn:wine", "--algorithm", "random_forest")
COMMON = {"as_json", "quiet", "verbose", "debug"}
# `prefix` is for steps of a Pipeline, which has no name on a command line
CALLED = {"X": "table", "y": "target"}


@pytest.mark.parametrize("name", ["search-space", "default-config"])
def test_what_the_function_takes_its_command_takes(name):
    function = getattr(package, name.replace("-", "_"))
    taken = {CALLED.get(one, one) for one in inspect.signature(function).parameters} - {"prefix"}
    command = typer.main.get_command(app).commands[name]
    assert {param.name for param in command.params} - COMMON == taken


def test_the_default_config_is_that_of_the_function(autometa):
    code, out, err = autometa("default-config", *WINE, "--json")
    assert code == 0, err
    expected = package.default_config("random_forest", "sklearn:wine", None)
    assert json.loads(out)["config"] == expected


@pytest.mark.slow
@pytest.mark.parametrize(
    ("style", "names"), [("optuna", vars(optuna.distributions)), ("sklearn", vars(scipy.stats))]
)
def test_the_space_is_that_of_the_function_and_can_be_pasted(autometa, style, names):
    code, out, err = autometa("search-space", *WINE, "--style", style, "--json")
    assert code == 0, err
    space = json.loads(out)["space"]
    expected = package.search_space("random_forest", "sklearn:wine", None, style=style)
    assert list(space) == list(expected)
    for name, drawn in expected.items():
        pasted = eval(space[name]["expression"], dict(names))
        if hasattr(drawn, "dist"):
            assert (pasted.dist.name, pasted.args) == (drawn.dist.name, drawn.args)
            assert (space[name]["low"], space[name]["high"]) == tuple(drawn.support())
        else:
            assert pasted == drawn
    shown = autometa("search-space", *WINE, "--style", style)[1]
    for name, facts in space.items():
        assert f"{name}\t{facts['expression']}" in shown


def test_an_algorithm_that_does_not_exist_is_an_error_of_usage(autometa):
    code, _, err = autometa("search-space", "sklearn:wine", "--algorithm", "random_forst")
    assert (code, "random_forest" in err) == (2, True)
