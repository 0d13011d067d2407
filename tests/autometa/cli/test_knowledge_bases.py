"""Knowledge bases at the command line: by name, in layers, written to, and only looked at."""

from __future__ import annotations

import hashlib
import json

import pytest
from histories import two_clusters
from keepers import ROWS, do_add, grid, history, load

from autometa.cli.kb import _evaluate
from autometa.knowledge_base import user_folder

pytestmark = pytest.mark.filterwarnings("ignore:.*measured on other folds")  # they are made up


ROWS_OF_FOLDER = grid("ab", range(4)) | grid("bc", range(4, 6))


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "kb"
    history(grid("ab", range(4)), source="mine").save(path)
    do_add(path, grid("bc", range(4, 6)), source="theirs")
    return path


def content_of(folder):
    """Return the hash of each file, what `kb` commands must not change."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_a_name_means_its_folder_in_every_command(autometa, folder):
    assert autometa("kb", "name", "team", folder)[0] == 0
    named = json.loads(autometa("kb", "info", "kb:team", "--json")[1])
    given = json.loads(autometa("kb", "info", folder, "--json")[1])
    assert named["knowledge_base"]["name"] == "kb:team"
    assert named["folders"] == given["folders"]
    autometa("kb", "remove", "kb:team", "--task", "a", "--yes")
    assert {task for task, _ in load(folder)} == {"b", "c"}
    code, _, err = autometa("kb", "info", "kb:taem")
    assert code == 2
    assert "Did you mean 'kb:team'?" in err
    assert autometa("kb", "name", "team", "--delete")[0] == 0
    assert "There is no knowledge base 'kb:team'" in autometa("kb", "info", "kb:team")[2]


def test_a_name_that_could_be_a_folder_is_none(autometa):
    code, _, err = autometa("kb", "info", "own")
    assert code == 2
    assert "Did you mean 'kb:own'?" in err
    for name in ("own", "default", "a,b", ""):
        code, _, err = autometa("kb", "name", name, "folder")
        assert code == 2, name


@pytest.mark.slow
def test_layers_are_named_by_commas_repeating_or_the_environment(
    autometa, folder, tmp_path, monkeypatch, churn
):
    two_clusters(8).save(tmp_path / "clusters")
    both = f"{folder},{tmp_path / 'clusters'}"
    n_tasks = json.loads(autometa("kb", "info", both, "--json")[1])["n_tasks"]
    assert n_tasks == 3 + 8
    asked = ("recommend", churn, "-t", "left", "-n", "1", "--json", "-m", "accuracy")
    repeated = autometa(*asked, "-k", folder, "-k", tmp_path / "clusters")[1]
    parted = autometa(*asked, "-k", both)[1]
    assert json.loads(repeated)["recommendations"] == json.loads(parted)["recommendations"]
    monkeypatch.setenv("AUTOMETA_KNOWLEDGE_BASE", both)
    content = json.loads(autometa("kb", "info", "--json")[1])
    assert content["n_tasks"] == n_tasks
    assert content["knowledge_base"]["name"] == "kb:default"
    settings = json.loads(autometa("config", "show", "--json")[1])["settings"]
    by_name = {setting["name"]: setting for setting in settings}
    assert by_name["kb:default"]["set_by"] == "AUTOMETA_KNOWLEDGE_BASE"
    assert by_name["kb:default"]["value"] == [str(folder), str(tmp_path / "clusters")]
    assert by_name["home"] == {
        "name": "home",
        "value": str(tmp_path / "home"),
        "set_by": "AUTOMETA_HOME",
    }


def test_writers_write_to_ones_own_and_to_a_name(autometa, folder, tmp_path):
    assert autometa("kb", "import", "kb", folder)[0] == 0
    assert load(user_folder()) == ROWS_OF_FOLDER
    autometa("kb", "name", "team", tmp_path / "team")
    assert autometa("kb", "add", folder, "--to", "kb:team")[0] == 0
    assert load(tmp_path / "team") == ROWS_OF_FOLDER


def test_out_creates_and_to_adds(autometa, folder, tmp_path):
    other = tmp_path / "other"
    history(grid("x", range(2))).save(other)
    code, _, err = autometa("kb", "import", "kb", folder, "--out", other)
    assert code == 2
    assert f"'{other}' holds a knowledge base; --to adds to it" in err
    assert load(other) == grid("x", range(2))
    assert autometa("kb", "import", "kb", folder, "--to", other)[0] == 0
    assert load(other) == ROWS_OF_FOLDER | grid("x", range(2))


@pytest.mark.parametrize(
    "words",
    [
        ("kb", "add", "{other}", "--to", "{folder}"),
        ("kb", "import", "kb", "{other}", "--to", "{folder}"),
        ("kb", "merge", "{other}", "--out", "{folder}"),
        ("kb", "compact", "{folder}"),
        ("kb", "remove", "{folder}", "--task", "a"),
        ("kb", "name", "team", "{folder}"),
    ],
    ids=lambda words: words[1],
)
def test_a_dry_run_changes_no_file_and_says_what_would_be(autometa, folder, tmp_path, words):
    other = tmp_path / "other"
    history(ROWS).save(other)
    line = [word.format(folder=folder, other=other) for word in words]
    before = content_of(tmp_path)
    code, out, err = autometa(*line, "--dry-run", "--json")
    assert code == 0, err
    assert content_of(tmp_path) == before
    planned = json.loads(out)
    done = json.loads(autometa(*line, "--json", *(["--yes"] if "remove" in line else []))[1])
    assert content_of(tmp_path) != before
    for key in ("n_runs", "n_tasks", "n_repeats", "added", "n_parts_after", "tasks", "total"):
        assert planned.get(key) == done.get(key), key


@pytest.mark.parametrize(
    ("fail_if", "verdict", "code"),
    [
        (None, "worse", 0),
        ("worse", "worse", 1),
        ("worse", "alike", 0),
        ("not-better", "alike", 1),
        ("not-better", "better", 0),
    ],
)
def test_a_verdict_may_fail_the_command(fail_if, verdict, code):
    failing = _evaluate.FAILING[None if fail_if is None else _evaluate.FailIf(fail_if)]
    assert int(verdict in failing) == code


@pytest.mark.slow
def test_evaluate_has_keys_a_program_can_use_and_a_seed(autometa, tmp_path):
    two_clusters(8).save(tmp_path / "clusters")
    asked = ("kb", "evaluate", tmp_path / "clusters", "--n-splits", "3", "--json")
    code, out, _ = autometa(*asked, "--fail-if", "worse")
    assert code == 0
    (figures,) = json.loads(out)["task_types"]
    assert figures["verdict"] in ("better", "alike")
    for means in figures["orders"].values():
        assert {"regret_at_1", "regret_at_3", "regret_within_1s", "errors"} <= set(means)
        assert not [key for key in means if " " in key or "@" in key]
    again = json.loads(autometa(*asked)[1])["task_types"][0]
    assert again == figures
    other = json.loads(autometa(*asked, "--seed", "1")[1])["task_types"][0]
    assert other != figures
