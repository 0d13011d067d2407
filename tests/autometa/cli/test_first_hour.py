"""What somebody meets who tries every command once: missing files, values alone, no score."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from autometa.cli._output import PlainConsole, make_table, size


@pytest.mark.parametrize(
    "words",
    [
        ("predict", "nowhere", "sklearn:wine"),
        ("model", "info", "nowhere"),
        ("recommend", "--metafeatures", "nowhere", "--task-type", "binary"),
    ],
)
def test_a_missing_input_is_named_and_wants_a_change(autometa, words):
    code, out, err = autometa(*words)
    assert (code, out, err) == (2, "", "Error: There is no file 'nowhere'.\n")


FIRST_STAGE = """
import sys
from autometa.cli import main
from autometa.tuning._progress import Progress

def stage(self, name):
    slow = {"numpy", "pandas", "sklearn", "optuna", "matplotlib"} & {*sys.modules}
    print(name, sorted(slow))
    raise SystemExit

Progress.stage = stage
main(sys.argv[1:])
"""


def test_the_first_stage_is_shown_before_what_takes_a_second_to_import(tmp_path):
    outputs = [word for kind in ("save", "code", "report", "plots") for word in (f"--{kind}", kind)]
    line = [sys.executable, "-c", FIRST_STAGE, "tune", "sklearn:wine", *outputs]
    done = subprocess.run(line, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout == "reading the table []\n"


def test_what_describe_printed_says_its_task_type_and_values_alone_do_not(autometa, tmp_path):
    described = json.loads(autometa("describe", "sklearn:wine", "--json")[1])
    (tmp_path / "whole.json").write_text(json.dumps(described))
    (tmp_path / "values.json").write_text(json.dumps(described["metafeatures"]))
    words = ("-n", 1, "-k", "kb:bundled", "--json")
    code, out, _ = autometa("recommend", "--metafeatures", tmp_path / "whole.json", *words)
    assert code == 0
    assert json.loads(out)["task"]["task_type"] == "multiclass"
    code, out, err = autometa("recommend", "--metafeatures", tmp_path / "values.json", *words)
    assert (code, out) == (2, "")
    assert "Give --task-type" in err


def test_a_value_that_is_no_choice_is_refused_without_the_name_of_an_exception(autometa):
    code, _, err = autometa("recommend", "sklearn:wine", "--task-type", "ranking")
    assert code == 2
    assert "Value error" not in err
    assert "'binary', 'multiclass', 'classification', 'regression'" in err


@pytest.mark.filterwarnings("ignore::autometa.FallbackWarning")
def test_a_run_without_a_scored_setup_says_so_in_the_same_words_everywhere(autometa, tmp_path):
    model, code = tmp_path / "model", tmp_path / "train.py"
    words = ("--time-budget", 0.01, "--save", model, "--code", code)
    exit_code, out, _ = autometa("tune", "sklearn:wine", *words)
    assert exit_code == 1
    title, rest = out.splitlines()[0], out.splitlines()[1:]
    assert title.startswith("0 trials")
    assert title.endswith("(greater is better)")
    assert rest == ["The fitted pipeline is a small tree without a score."]
    assert "nan" not in code.read_text().splitlines()[0]
    _, out, _ = autometa("model", "info", model)
    assert "no setup could be scored" in out
    assert "- .." not in out


def test_a_title_is_as_wide_as_the_terminal_and_not_as_its_table(capsys):
    shown = make_table("a title of seven words stays whole", "n")
    shown.add_row("1")
    PlainConsole(width=60).print(shown)
    assert capsys.readouterr().out.splitlines()[0] == "a title of seven words stays whole"


def test_a_small_file_is_not_0_megabytes():
    assert (size(1_234), size(4_410_000)) == ("1.2 kB", "4.41 MB")


def test_a_name_of_a_folder_that_does_not_exist_yet_is_given_and_said(autometa, tmp_path):
    code, _, err = autometa("kb", "name", "team", tmp_path / "new")
    assert code == 0
    assert f"There is no folder '{tmp_path / 'new'}' yet" in err
    code, _, err = autometa("kb", "info", "kb:team")
    assert code == 2
    assert "kb add SOURCE --to FOLDER" in err


@pytest.mark.parametrize(
    "words",
    [
        ("remove", "kb:bundled", "--task", "iris", "--dry-run", "--yes"),
        ("compact", "kb:default", "--dry-run"),
        ("add", "nothing.csv", "--to", "kb:bundled", "--dry-run"),
    ],
)
def test_the_knowledge_base_that_ships_is_only_read(autometa, words):
    code, _, err = autometa("kb", *words)
    assert code == 2
    assert "ships with autometa, and is only read" in err


def test_a_family_that_does_not_exist_is_no_empty_list(autometa):
    code, out, err = autometa("metafeatures", "--family", "nothing")
    assert (code, out) == (2, "")
    assert "landmarking" in err
