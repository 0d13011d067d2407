"""``--dry-run`` says what a command would do, and leaves everything as it was."""

from __future__ import annotations

import json
import shutil

import pandas as pd
import pytest
from keepers import grid, history


@pytest.fixture
def tables(tmp_path, churn, monkeypatch):
    """A folder of one table, in the current folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tables").mkdir()
    shutil.copy(churn, tmp_path / "tables")
    manifest = {
        "name": ["churn"],
        "file": ["churn.csv"],
        "target": ["left"],
        "task_type": ["binary"],
    }
    sizes = {"n_rows": [80], "n_features": [3]}
    pd.DataFrame(manifest | sizes).to_csv(tmp_path / "tables" / "manifest.csv", index=False)
    return tmp_path


def asked(autometa, line):
    code, out, err = autometa(*line.split(), "--json")
    assert code == 0, err
    return json.loads(out), err


def test_a_build_says_what_is_left_and_how_long_it_may_take(autometa, tables):
    line = "kb build --datasets tables --out kb --algorithm naive_bayes,knn --cpu-limit 10"
    code, _, err = autometa(*line.split(), "--dry-run")
    assert (code, "Unknown algorithm 'knn'" in err) == (2, True)
    line = line.replace(",knn", ",decision_tree")
    content, err = asked(autometa, f"{line} --dry-run")
    plan = content["plan"]
    assert (plan["n_tasks"], plan["n_undescribed"], plan["n_done"]) == (1, 1, 0)
    assert plan["n_evaluations"] > 2
    assert plan["max_cpu_seconds"] == 10 * plan["n_evaluations"]
    assert 0 < plan["expected_cpu_seconds"] < 1  # 80 rows
    assert f"would get {plan['n_evaluations']} evaluations on 1 tables" in err
    assert not (tables / "kb").exists()


@pytest.mark.slow
def test_a_build_under_way_is_planned_from_where_it_is(autometa, tables):
    line = "kb build --datasets tables --out kb --algorithm naive_bayes"
    asked(autometa, line)
    before = sorted((p.name, p.stat().st_mtime_ns) for p in (tables / "kb").iterdir())
    done = asked(autometa, f"{line} --dry-run")[0]
    assert (done["is_complete"], done["plan"]["n_evaluations"]) == (True, 0)
    more = asked(autometa, f"{line},decision_tree --dry-run")[0]
    assert more["plan"]["n_done"] == done["plan"]["n_done"] > 0
    assert (more["is_complete"], more["plan"]["n_evaluations"] > 0) == (False, True)
    code, _, err = autometa(*f"{line} --cpu-limit 7 --dry-run".split())
    assert (code, "'kb' was begun with" in err) == (2, True)  # not the copy it was tried on
    assert sorted((p.name, p.stat().st_mtime_ns) for p in (tables / "kb").iterdir()) == before


def test_generating_says_how_many_tables_are_left(autometa, tables):
    line = "kb generate --datasets tables --per-dataset 2 --synthetic 1 --max-rows 60 --out new"
    content = asked(autometa, f"{line} --dry-run")[0]
    assert content["plan"] == {"n_derived": 2, "n_synthetic": 1}
    assert not (tables / "new").exists()
    asked(autometa, "kb generate --synthetic 1 --max-rows 60 --out new")
    content = asked(autometa, f"{line.replace('--synthetic 1', '--synthetic 3')} --dry-run")[0]
    assert content["plan"] == {"n_derived": 2, "n_synthetic": 2}


def test_an_export_says_which_files_it_would_write(autometa, tables):
    history(grid("ab", range(2))).save(tables / "kb")
    dry = asked(autometa, "kb export kb --out files --dry-run")[0]
    assert not (tables / "files").exists()
    done = asked(autometa, "kb export kb --out files")[0]
    assert dry["files"] == done["files"] == sorted(p.name for p in (tables / "files").iterdir())
    code, _, err = autometa("kb", "export", "kb", "--out", "files", "--dry-run")
    assert code == 2
    assert "and 'files' is none" in err


def test_a_label_says_whose_the_runs_are(autometa, tables):
    (tables / "runs.csv").write_text("task,algorithm,accuracy\nt,knn,0.5\n")
    history(grid("ab", range(2))).save(tables / "kb")
    code, _, err = autometa("kb", "add", "runs.csv", "kb", "--label", "Anna, churn")
    assert code == 0, err
    sources = asked(autometa, "kb info kb:own")[0]["provenance"]["sources"]
    assert [source["label"] for source in sources] == ["Anna, churn"] * 2
