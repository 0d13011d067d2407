"""One option, one meaning: over all commands, and from the command line to ``tune``."""

from __future__ import annotations

import inspect
import io
import json
import logging
import re
import shlex
import sys
import warnings

import pytest
import typer.main

from autometa.cli import _output
from autometa.cli._command import app
from autometa.cli._options import several
from autometa.cli._spelling import OPTIONS
from autometa.recommendation import Recommendation
from autometa.tuning import tune

LETTERS = {
    "-t": "--target",
    "-m": "--metric",
    "-k": "--knowledge-base",
    "-n": "--n",
    "-q": "--quiet",
    "-v": "--verbose",
    "-h": "--help",
}


def commands(group=None, name=""):
    """Yield the name and the parser of each command."""
    group = group or typer.main.get_command(app)
    for last, command in group.commands.items():
        full = f"{name} {last}".strip()
        if hasattr(command, "commands"):
            yield from commands(command, full)
        elif not command.hidden:
            yield full, command


ALL = dict(commands())


def test_a_letter_means_the_same_everywhere():
    for name, command in ALL.items():
        for parameter in command.params:
            letters = [opt for opt in parameter.opts if re.fullmatch("-[^-]", opt)]
            for letter in letters:
                assert LETTERS.get(letter) in parameter.opts, f"{name} {letter}"


def test_no_option_has_two_names_for_one_thing():
    options = {opt for command in ALL.values() for param in command.params for opt in param.opts}
    assert not options & {"--measure", "--time-limit"}
    for name, command in ALL.items():
        writes = {opt for param in command.params for opt in param.opts} & {"--to", "--out"}
        if name.startswith("kb import"):
            assert writes == {"--to", "--out"}
        if name == "kb add":
            assert writes == {"--to"}


@pytest.mark.parametrize("name", ALL)
def test_every_command_has_the_options_of_all(name):
    options = {opt for param in ALL[name].params for opt in param.opts}
    assert {"--json", "-q", "-v", "--debug"} <= options


@pytest.mark.parametrize("name", ALL)
def test_every_help_has_two_examples_that_parse_and_says_what_comes_next(name, autometa):
    code, out, _ = autometa(*name.split(), "-h")
    assert code == 0
    examples = [line.strip() for line in ALL[name].epilog.splitlines() if line.startswith("  ")]
    assert len(examples) == 2
    assert "Then: autometa" in out
    following = re.search(r"Then: (autometa .*)", ALL[name].epilog)[1]
    for example in [*examples, following]:
        parsed, rest = _find(_words(example))
        ALL[parsed].make_context("autometa", rest)  # raises for an option that is not one
    assert _find(_words(examples[-1]))[0] == name


def _words(example):
    """Return the words behind ``autometa``, without variables before it and redirections."""
    command = example.replace("\\[", "[").partition(" > ")[0].partition(" < ")[0]
    words = shlex.split(command)
    return words[words.index("autometa") + 1 :]


def _find(words):
    for n in (3, 2, 1):
        if " ".join(words[:n]) in ALL:
            return " ".join(words[:n]), words[n:]
    raise AssertionError(f"no command: {words}")


# What `tune` takes and its command does not, and why.
NOT_OPTIONS = {
    "X": "TABLE",
    "y": "--target",
    "target": "--target",
    "name": "the name of the file",
    "callbacks": "Python functions; the command shows trials itself",
    "sampler": "a Python object",
    "isolate": "for tests and tiny tables: a command has its own process anyway",
    "scheduler": "a Python object",
    "model": "a Python object",
    "verbose": "an option of every command",
}
CALLED = {
    "random_state": "seed",
    "algorithms": "algorithm",
    "executor": "dask",
    "pos_label": "positive",
    "sample_weight": "weights",
    "tune_threshold": "threshold",
}
NOT_PARAMETERS = {
    "table", "target", "encoding", "no_knowledge_base", "save", "code", "plots", "report",
    "as_json", "quiet", "verbose", "debug",
}  # fmt: skip


def test_what_tune_takes_its_command_takes():
    parameters = set(inspect.signature(tune).parameters) - set(NOT_OPTIONS)
    options = {param.name for param in ALL["tune"].params} - NOT_PARAMETERS
    assert {CALLED.get(name, name) for name in parameters} == options


def test_messages_spell_parameters_as_options_of_tune():
    options = {param.name: param.opts[0] for param in ALL["tune"].params}
    for name, spelt in OPTIONS.items():
        assert options[CALLED.get(name, name)] == spelt


def test_lists_are_repeated_or_parted_by_commas():
    assert several(["a,b", "c"]) == several(["a", "b", "c"]) == ["a", "b", "c"]
    assert several([r"a\,b,c"]) == ["a,b", "c"]
    assert several(None) == []


def test_a_quiet_command_says_only_its_result(autometa, churn):
    said = autometa("describe", churn, "-t", "left", "--family", "simple")[2]
    assert "undefined: there is no categorical column" in said
    for words in (["-q", "describe"], ["describe", "-q"]):
        code, out, err = autometa(*words, churn, "-t", "left", "--family", "simple")
        assert (code, err) == (0, "")
        assert "n_rows" in out
    code, _, err = autometa("describe", "-q", "none.csv", "-t", "y")
    assert code == 2
    assert err.startswith("Error: ")


@pytest.mark.filterwarnings("always:a library is about")
def test_warnings_of_other_libraries_are_shown_when_asked_for(autometa, churn, monkeypatch):
    from autometa import datasets

    load = datasets.load_dataset

    def warn_and_load(*arguments, **options):
        warnings.warn("a library is about to change", FutureWarning, stacklevel=1)
        return load(*arguments, **options)

    monkeypatch.setattr(datasets, "load_dataset", warn_and_load)
    asked = ("describe", churn, "-t", "left", "--family", "simple")
    assert "about to change" not in autometa(*asked)[2]
    assert "Note: FutureWarning: a library is about to change" in autometa(*asked, "-v")[2]


def test_debug_shows_where_an_error_arises_and_ends_with_its_command(autometa, churn):
    asked = ("describe", churn, "--target", "lfet")
    assert "Traceback" not in autometa(*asked)[2]
    code, _, err = autometa(*asked, "--debug")
    assert code == 2
    assert "Traceback" in err
    assert "Did you mean 'left'?" in err.splitlines()[-1]
    assert "Traceback" not in autometa(*asked)[2]
    assert _output._SAY_RECORDS not in logging.getLogger("autometa").handlers


def test_a_table_is_read_from_stdin(autometa, churn, monkeypatch):
    asked = ("--target", "left", "--family", "simple", "--json")
    named = json.loads(autometa("describe", churn, *asked)[1])
    piped = io.TextIOWrapper(io.BytesIO(churn.read_bytes()))
    monkeypatch.setattr(sys, "stdin", piped)
    content = json.loads(autometa("describe", "-", *asked)[1])
    assert content["metafeatures"] == named["metafeatures"]
    assert content["task"]["name"] == "stdin"
    code, _, err = autometa("tune", "-", "-t", "left", "--code", "x.py")
    assert code == 2
    assert "read again" in err


@pytest.mark.slow
def test_explain_takes_a_rank_or_none(autometa, churn, monkeypatch):
    explain, explained = Recommendation.explain, []
    monkeypatch.setattr(
        Recommendation, "explain", lambda one: (explained.append(one.algorithm), explain(one))[1]
    )
    asked = ("recommend", churn, "-t", "left", "-n", "2")
    assert "\n2. " in autometa(*asked, "--explain", "2")[1]
    assert "\n1. " in autometa(*asked, "--explain")[1]
    assert len(explained) == 2  # a second each: those alone that are shown
    assert "\n1. " in autometa("recommend", "--explain", churn, "-t", "left", "-n", "2")[1]
    explained = json.loads(autometa(*asked, "--explain", "2", "--json")[1])["recommendations"]
    assert ["explanation" in one for one in explained] == [False, True]
    explained = json.loads(autometa(*asked, "--explain", "--json")[1])["recommendations"]
    assert ["explanation" in one for one in explained] == [True, True]
    code, _, err = autometa(*asked, "--explain", "3")
    assert code == 2
    assert "2 setups" in err


def test_tune_without_save_says_that_the_model_goes(autometa, churn, tmp_path):
    asked = ["tune", churn, "-t", "left", "--n-trials", "1", "--time-budget", "none", "--seed", "0"]
    asked += ["--algorithm", "naive_bayes", "--no-knowledge-base", "--json"]
    code, out, err = autometa(*asked)
    assert code == 0
    assert err.splitlines()[0] == "The model will not be kept; give --save FILE."
    assert "knowledge_base" not in json.loads(out)
    assert "will not be kept" not in autometa(*asked, "--save", tmp_path / "model")[2]


def test_a_run_without_an_end_needs_a_number_of_trials(autometa, churn):
    code, _, err = autometa("tune", churn, "-t", "left", "--time-budget", "none")
    assert code == 2
    assert "n_trials" in err
    code, _, err = autometa(
        *("tune", churn, "-t", "left", "-k", "kb:bundled", "--no-knowledge-base")
    )
    assert code == 2
    assert "one of --knowledge-base" in err


NEED_ONE = [
    name for name, command in ALL.items() if any(param.required for param in command.params)
]


@pytest.mark.parametrize("name", ["recommend", *NEED_ONE])
def test_a_command_without_its_arguments_says_so(autometa, name):
    code, out, err = autometa(*name.split())
    assert (code, out) == (2, "")
    assert err.startswith("Error: ")
