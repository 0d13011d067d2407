"""The commands that keep knowledge bases: what they print, where, and how they end."""

from __future__ import annotations

import io
import json
import sys

import optuna
import pandas as pd
import pytest
from keepers import do_add, grid, history, load

from autometa import KnowledgeBase
from autometa.cli import main
from autometa.knowledge_base import user_folder


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    """Run a kb command away from the user's folder; give its exit code, stdout and stderr."""
    monkeypatch.setenv("AUTOMETA_HOME", str(tmp_path / "home"))

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            main(["kb", *map(str, arguments)])
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return run


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "kb"
    history(grid("ab", range(4)), source="mine").save(path)
    history(grid("bc", range(4, 6)), source="theirs").save(path, if_exists="append")
    return path


ROWS = grid("ab", range(4)) | grid("bc", range(4, 6))


@pytest.mark.slow
def test_what_a_user_adds_goes_to_their_own_folder_and_is_told(run, folder):
    code, out, err = run("add", folder)
    assert (code, out) == (0, "")
    assert f"Adding to your own knowledge base, '{user_folder()}'." in err
    assert "12 new runs, 3 new tasks; 0 scores were held already." in err
    assert load(user_folder()) == ROWS
    code, out, _ = run("add", folder, "--json")
    assert json.loads(out)["added"][0]["n_repeats"] == 12
    content = json.loads(run("info", "--json")[1])
    assert content["n_tasks"] == 3 + len(KnowledgeBase.bundled().tasks)
    assert [item["path"] for item in content["folders"]][1] == str(user_folder())


@pytest.mark.slow
def test_a_table_of_runs_and_a_study_are_added(run, tmp_path):
    runs = pd.DataFrame(
        {"task_id": ["t", "t"], "algorithm": "knn", "config": ['{"k": 1}', '{"k": 2}'],
         "metric": "accuracy", "score": [0.5, 0.75]}
    )  # fmt: skip
    runs.to_csv(tmp_path / "runs.csv", index=False)
    runs.assign(score=[0.25, 0.75]).to_parquet(tmp_path / "runs.parquet")
    url = f"sqlite:///{tmp_path / 'study.db'}"
    study = optuna.create_study(storage=url, study_name="s", direction="maximize")
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=3)
    code, _, err = run(
        *("add", tmp_path / "runs.csv", tmp_path / "runs.parquet", url, "--to", tmp_path / "kb")
    )
    assert code == 0, err
    kb = KnowledgeBase.load(tmp_path / "kb")
    assert {0.25, 0.5, 0.75} <= set(kb.runs["score"])
    assert len(kb.runs) >= 3 + 3


def test_adding_what_is_no_history_is_one_line_and_exit_code_2(run, tmp_path):
    (tmp_path / "odd.txt").write_text("no history at all")
    for source in (tmp_path / "odd.txt", tmp_path / "nowhere"):
        code, out, err = run("add", source, "--to", tmp_path / "kb")
        assert (code, out) == (2, "")
        assert err.splitlines()[-1].startswith("Error: ")
    assert not (tmp_path / "kb").exists()


def test_merge_says_how_many_repeats_it_dropped(run, folder, tmp_path):
    do_add(tmp_path / "other", grid("ad", range(2)))
    code, out, err = run("merge", folder, folder, tmp_path / "other", "--out", tmp_path / "all")
    assert (code, out) == (0, "")
    assert "16 new runs, 4 new tasks; 12 exact repeats were dropped." in err


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        ([], ["a", "b", "c"]),
        (["--task", "b", "--task", "a"], ["a", "b"]),
        (["--algorithm", "knn", "--metric", "accuracy"], ["a", "b", "c"]),
        (["--task-type", "regression"], []),
    ],
)
def test_list_shows_tasks_that_fit(run, folder, options, ids):
    content = json.loads(run("list", folder, *options, "--json")[1])
    assert [task["task_id"] for task in content["tasks"]] == ids
    code, out, _ = run("list", folder, *options)
    assert code == 0
    assert f"{len(ids)} tasks" in out


def test_list_counts_setups_runs_and_failures(run, folder):
    tasks = json.loads(run("list", folder, "--algorithm", "knn", "--json")[1])["tasks"]
    assert {task["task_id"]: task["n_runs"] for task in tasks} == {"a": 2, "b": 3, "c": 1}
    setups = json.loads(run("list", folder, "--setups", "--json")[1])["setups"]
    assert len(setups) == 6
    assert {json.dumps(setup["config"]): setup["n_tasks"] for setup in setups}['{"k": 4}'] == 2


def test_list_shows_the_best_runs_first_and_says_how_many_more_there_are(run, folder):
    content = json.loads(run("list", folder, "--runs", "--task", "a", "--json")[1])
    scores = [found["score"] for found in content["runs"]]
    assert scores == sorted(scores, reverse=True)
    assert content["n"] == 4
    _, out, err = run("list", folder, "--runs", "--limit", "5")
    assert "12 scores" in out
    assert err == "... and 7 more; --limit 0 lists all.\n"


def test_list_names_what_is_not_there(run, folder):
    code, out, err = run("list", folder, "--algorithm", "kn")
    assert (code, out) == (2, "")
    assert err == "Error: The knowledge base has no such algorithms: ['kn']. Did you mean 'knn'?\n"
    assert run("list", folder, "--setups", "--runs")[0] == 2


def test_info_tells_size_parts_date_sources_failures_and_fidelities(run, folder):
    content = json.loads(run("info", folder, "--json")[1])
    assert (content["n_tasks"], content["n_runs"], content["share_failed"]) == (3, 12, 0.0)
    assert content["fidelities"] == {"1.0": 12}
    assert content["sources"] == {"mine": 8, "theirs": 4}
    [facts] = content["folders"]
    assert facts["n_parts"] == {"tasks": 2, "metafeatures": 2, "runs": 2}
    assert facts["n_bytes"] == sum(path.stat().st_size for path in folder.glob("*.parquet"))
    assert facts["written"][:2] == "20"
    _, out, _ = run("info", folder)
    assert f"{facts['n_bytes'] / 1e3:.1f} kB" in out
    assert "theirs" in out


def test_verify_ends_with_1_when_a_file_is_damaged_and_names_it(run, folder):
    code, out, err = run("verify", folder)
    assert code == 0
    assert "is sound: 7 files, 0 errors, 0 notes." in err
    path = next(folder.glob("runs-*"))
    path.write_bytes(path.read_bytes()[:-1])
    code, out, err = run("verify", folder)
    assert code == 1
    assert f"WRONG: {path.name}" in out
    assert "is damaged: 7 files, 1 errors" in err
    content = json.loads(run("verify", folder, "--json")[1])["folders"][0]
    assert [found["file"] for found in content["findings"] if found["is_error"]] == [path.name]


@pytest.mark.slow
def test_verify_without_a_name_checks_the_bundled_one_and_your_own(run, folder):
    assert len(json.loads(run("verify", "--json")[1])["folders"]) == 1
    run("add", folder)
    assert len(json.loads(run("verify", "--json")[1])["folders"]) == 2
    assert json.loads(run("verify", "kb:own", "--json")[1])["folders"][0]["path"] == str(
        user_folder()
    )
    assert json.loads(run("verify", "kb:bundled", "--json")[1])["folders"][0]["is_sound"]


def test_diff_ends_with_0_1_or_2(run, folder, tmp_path):
    assert run("diff", folder, folder)[0] == 0
    do_add(tmp_path / "other", grid("ad", range(2)))
    code, out, err = run("diff", folder, tmp_path / "other")
    assert code == 1
    assert f"tasks only in {tmp_path / 'other'}: 1" in out
    assert "2 scores compared; 0 differ" in err
    content = json.loads(run("diff", folder, tmp_path / "other", "--json")[1])
    assert content["tasks_only_in_b"] == ["d"]
    assert not content["is_empty"]
    path = next(folder.glob("runs-*"))
    path.write_bytes(path.read_bytes()[:-1])
    code, out, err = run("diff", folder, tmp_path / "other")
    assert (code, out) == (2, "")
    assert err.startswith("Error: ")


def test_compact_says_what_it_did(run, folder):
    code, out, err = run("compact", folder, "--json")
    assert code == 0
    assert json.loads(out)["n_parts_after"] == 3
    assert "6 parts became 3" in err
    assert load(folder) == ROWS


def test_remove_asks_on_a_terminal_and_needs_yes_elsewhere(run, folder, monkeypatch):
    code, out, err = run("remove", folder, "--task", "a")
    assert (code, out) == (2, "")
    assert "needs --yes" in err
    code, _, err = run("remove", folder, "--task", "a", "--dry-run")
    assert code == 0
    assert "Would remove 4 runs and 1 tasks" in err
    for answer, stays in (("n\n", ROWS), ("y\n", ROWS - grid("a", range(4)))):
        terminal = io.StringIO(answer)
        terminal.isatty = lambda: True
        monkeypatch.setattr(sys, "stdin", terminal)
        code, _, err = run("remove", folder, "--task", "a")
        assert "Remove 4 runs and 1 tasks" in err
        assert (code == 0) == (answer == "y\n")
        assert load(folder) == stays


def test_remove_by_source_and_yes(run, folder):
    code, out, _ = run("remove", folder, "--source", "theirs", "--yes", "--json")
    assert code == 0
    content = json.loads(out)
    assert (content["tasks"], content["n_runs"], content["dry_run"]) == (["c"], 4, False)
    assert load(folder) == grid("ab", range(4))
    code, _, err = run("remove", folder, "--source", "theirs", "--yes")
    assert code == 2
    assert "no such sources" in err
    assert run("remove", folder, "--yes")[0] == 2


@pytest.mark.parametrize("format", ["csv", "parquet", "frames", "matrix", "aslib"])
def test_export_writes_files_and_says_what_they_cannot_hold(run, folder, tmp_path, format):
    code, out, err = run("export", folder, "--out", tmp_path / "out", "--format", format, "--json")
    assert code == 0
    content = json.loads(out)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == content["files"]
    assert any("Left out" in note for note in content["notes"]) == (format == "aslib"), err
    assert run("export", folder, "--out", tmp_path / "out")[0] == 2


def test_every_command_says_what_it_is_for(run):
    code, out, _ = run("--help")
    assert code == 0
    commands = ["add", "merge", "info", "list", "diff", "verify", "compact", "remove", "export"]
    for command in commands:
        assert f" {command} " in out
        assert run(command, "--help")[0] == 0


@pytest.mark.filterwarnings("ignore:.*measured on other folds")  # from two sources
def test_fit_keeps_what_was_learnt_beside_the_parts(run, folder):
    code, out, err = run("fit", folder)
    assert (code, out) == (0, "")
    assert " kB." in err
    assert len(list(folder.glob("fitted-model-*.zip"))) == 1
    assert run("verify", folder)[0] == 0


def test_fit_of_what_is_no_knowledge_base_is_an_error(run, tmp_path):
    code, _, err = run("fit", tmp_path)
    assert code == 2
    assert "not a knowledge base" in err
