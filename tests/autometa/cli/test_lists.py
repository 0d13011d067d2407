"""What there is to choose from, at the terminal and in a shell's completion."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

import autometa as package
from autometa.cli._knowledge_bases import complete
from autometa.cli._options import complete_algorithm, complete_metric


def test_the_lists_are_those_of_python(autometa):
    listed = json.loads(autometa("algorithms", "--task-type", "regression", "--json")[1])
    frame = package.list_algorithms("regression")
    assert [item["name"] for item in listed["algorithms"]] == frame["name"].to_list()
    listed = json.loads(autometa("metrics", "--json")[1])["metrics"]
    by_name = {item["name"]: item for item in listed}
    assert by_name["neg_root_mean_squared_error"]["low"] is None  # no bound
    assert "rmse" in by_name["neg_root_mean_squared_error"]["aliases"]
    _, out, _ = autometa("metafeatures", "--family", "simple,clustering")
    assert "silhouette" in out
    assert "landmark" not in out


def test_people_see_what_is_installed_and_how_many_rows_it_takes(autometa):
    code, out, _ = autometa("algorithms")
    assert code == 0
    (line,) = [line for line in out.splitlines() if line.startswith("naive_bayes")]
    assert "yes" in line
    assert "nan" not in out.lower().split()


@pytest.mark.parametrize(
    ("complete", "begun", "completed"),
    [
        (complete_algorithm, "naive", ["naive_bayes"]),
        (complete_algorithm, "lda,naive", ["lda,naive_bayes"]),
        (complete_metric, "roc_auc_ovo_w", ["roc_auc_ovo_weighted"]),
        (complete, "kb:b", ["kb:bundled"]),
    ],
)
def test_names_are_completed_each_of_a_list(complete, begun, completed):
    assert complete(begun) == completed


@pytest.mark.slow
def test_a_shell_asks_and_is_answered():
    words = "autometa tune x.csv --algorithm naiv"
    asked = {"_AUTOMETA_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": "4"}
    code = "import sys; sys.argv[0] = 'autometa'; from autometa.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | asked, capture_output=True, text=True
    )
    assert done.stdout.split() == ["naive_bayes"], done.stderr


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("autometa tune t.csv --algorithm naive", "naive_bayes"),
        ("autometa tune t.csv --metric roc_auc_ovo_w", "roc_auc_ovo_weighted"),
        ("autometa recommend t.csv --knowledge-base kb:b", "kb:bundled"),
        ("autometa kb inf", "info"),
    ],
)
def test_bash_is_offered_what_can_stand_there(run, monkeypatch, line, offered):
    monkeypatch.setenv("_AUTOMETA_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(len(line.split()) - 1))
    code, out, err = run()
    assert (code, out.split(), err) == (0, [offered], "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_that_completes_is_printed_for_the_shell_in_use(run, monkeypatch, shell):
    monkeypatch.setattr("typer.completion._get_shell_name", lambda: shell)
    code, out, _ = run("--show-completion")
    assert code == 0
    assert "_AUTOMETA_COMPLETE=complete_" + shell in out.replace(" ", "")
