"""The command line: what it prints, where, and how it ends."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from histories import two_clusters

from autometa import KnowledgeBase, __version__

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def csv(tmp_path):
    """A table with numbers, levels, dates and missing values, in a file."""
    rng = np.random.default_rng(0)
    n = 120
    frame = pd.DataFrame(
        {
            "size": rng.normal(size=n),
            "colour": rng.choice(["red", "green", None], n),
            "day": pd.date_range("2024-01-01", periods=n).astype(str),
        }
    )
    frame["kind"] = np.where(frame["size"] > 0, "big", "small")
    path = tmp_path / "things.csv"
    frame.to_csv(path, index=False)
    return path


def test_help_names_the_commands(run):
    code, out, _ = run("--help")
    assert code == 0
    assert all(command in out for command in ("recommend", "tune", "describe", "kb"))


def test_the_version_is_printed(run):
    assert run("--version")[:2] == (0, f"{__version__}\n")


def test_recommend_prints_ten_setups_as_json(run, csv):
    code, out, _ = run("recommend", csv, "--target", "kind", "--json")
    content = json.loads(out)
    assert code == 0
    assert content["schema"] == 1
    assert content["task"]["task_type"] == "binary"
    kinds = pd.read_csv(csv)["kind"].value_counts()
    assert content["task"]["pos_label"] == kinds.idxmin()  # the rarer one
    found = content["recommendations"]
    assert [item["rank"] for item in found] == list(range(1, 11))
    assert len({(item["algorithm"], json.dumps(item["config"])) for item in found}) == 10
    for item in found:
        low, high = item["score_interval"]
        assert low <= item["expected_score"] <= high
        assert item["expected_fit_seconds"] > 0
        assert item["neighbors"]


def test_recommend_prints_a_table(run, csv):
    code, out, _ = run("recommend", csv, "--target", "kind", "-n", "3")
    assert code == 0
    assert "roc_auc" in out
    assert "rank" in out


def test_recommend_keeps_to_the_algorithms_that_are_named(run, csv):
    asked = ("recommend", csv, "--target", "kind", "--algorithm")
    _, out, _ = run(*asked, "naive_bayes,decision_tree", "--json")
    found = {one["algorithm"] for one in json.loads(out)["recommendations"]}
    assert found == {"naive_bayes", "decision_tree"}
    code, _, err = run(*asked, "naiv_bayes")
    assert code == 2
    assert "Did you mean 'naive_bayes'" in err


def test_a_lower_confidence_level_narrows_the_intervals(run, csv):
    asked = ("recommend", csv, "--target", "kind", "-n", "3")
    widths = []
    for level in (0.5, 0.9):
        _, out, _ = run(*asked, "--json", "--confidence-level", level)
        advice = json.loads(out)["recommendations"]
        assert {one["confidence_level"] for one in advice} == {level}
        widths.append([one["score_interval"][1] - one["score_interval"][0] for one in advice])
    assert np.all(np.array(widths[0]) < widths[1])
    assert "50 % interval" in run(*asked, "--confidence-level", 0.5)[1]
    code, _, err = run(*asked, "--confidence-level", 90)
    assert code == 2
    assert "confidence_level" in err


def test_recommend_leaves_out_what_predicts_too_slowly(run, csv):
    asked = ("recommend", csv, "--target", "kind", "--json")
    _, out, _ = run(*asked)
    expected = [one["expected_predict_ms"] for one in json.loads(out)["recommendations"]]
    limit = 2 * min(expected)  # of this machine, twice: its speed is measured anew by each command
    assert limit < max(expected)
    code, out, _ = run(*asked, "--max-predict-ms", limit)
    assert code == 0
    expected = [one["expected_predict_ms"] for one in json.loads(out)["recommendations"]]
    assert all(0 < milliseconds <= limit for milliseconds in expected)
    code, _, err = run(*asked, "--max-predict-ms", 1e-9)
    assert code == 2
    assert "the quickest needs" in err


@pytest.mark.slow
def test_recommend_says_why(run, csv):
    code, out, _ = run("recommend", csv, "--target", "kind", "-n", "2", "--explain")
    assert code == 0
    assert "Earlier tasks that count most" in out
    code, out, _ = run("recommend", csv, "--target", "kind", "-n", "2", "--explain", "--json")
    explained = json.loads(out)["recommendations"][1]["explanation"]
    assert explained["rank"] == 2
    assert explained["neighbors"][0]["weight"] > 0


@pytest.fixture
def clusters(tmp_path):
    """A knowledge base in a folder on which advice is worth something."""
    two_clusters(16).save(tmp_path / "clusters")
    return tmp_path / "clusters"


@pytest.mark.slow
def test_kb_evaluate_prints_figures_and_a_verdict(run, clusters, tmp_path):
    arguments = ("kb", "evaluate", clusters, "--n-splits", "2")
    code, out, _ = run(*arguments, "--plots", tmp_path / "plots")
    assert code == 0
    assert "16 tasks of 16 families" in out
    assert "The advice is" in out
    assert (tmp_path / "plots" / "regret-over-seconds-binary.png").exists() is False  # not timed
    assert (tmp_path / "plots" / "regret-over-setups-binary.png").exists()
    code, out, _ = run(*arguments, "--json")
    (figures,) = json.loads(out)["task_types"]
    orders = figures["orders"]
    assert orders["MetaModel"]["regret_at_1"] < orders["random"]["regret_at_1"]
    assert figures["seconds"] is None


@pytest.mark.slow
def test_kb_plot_draws_coverage_and_wins(run, tmp_path):
    code, *_ = run("kb", "plot", "--out", tmp_path)
    assert code == 0
    written = {path.name for path in tmp_path.glob("*.png")}
    wins = {f"wins-{kind}.png" for kind in ("binary", "multiclass", "regression")}
    assert written == {"coverage.png", "classes.png", *wins}


def test_describe_prints_the_meta_features_by_family(run, csv):
    code, out, _ = run("describe", csv, "--target", "kind")
    assert code == 0
    assert "n_rows" in out
    assert "120" in out
    content = json.loads(run("describe", csv, "--target", "kind", "--json")[1])
    assert content["metafeatures"]["n_rows"] == 120


@pytest.mark.filterwarnings("ignore::metafeatures.MetaFeatureWarning")
def test_describe_takes_families_bounds_and_a_time_budget(run):
    code, out, err = run("describe", "sklearn:iris", "--family", "simple,clustering")
    assert code == 0
    assert "silhouette" in out
    assert "landmark" not in out
    assert "undefined: there is no categorical column" in err
    code, out, _ = run("describe", "sklearn:iris", "--json", "--time-budget", "0.001")
    content = json.loads(out)
    assert code == 0
    assert content["metafeatures"]["silhouette"] is None
    assert content["reasons"]["silhouette"].startswith("skipped")
    code, _, err = run("describe", "sklearn:iris", "--family", "clusters")
    assert code == 2
    assert "Did you mean 'clustering'?" in err


def test_tune_saves_a_pipeline_and_a_script(run, csv, tmp_path):
    model, code = tmp_path / "model", tmp_path / "train.py"
    arguments = ["--target", "kind", "--time-budget", "600", "--n-trials", "2", "--seed", "0"]
    arguments += ["--positive", "big"]
    done, out, _ = run("tune", csv, *arguments, "--json", "--save", model, "--code", code)
    content = json.loads(out)
    assert done == 0
    assert content["best"]["score"] > 0.9
    assert content["pos_label"] == "big"
    assert len(content["leaderboard"]) >= 2
    assert model.exists()
    assert "import autometa" not in code.read_text()
    assert "from autometa" not in code.read_text()


def test_kb_info_counts_the_bundled_knowledge_base_as_its_readme_says(run):
    code, out, _ = run("kb", "info", "--json")
    content = json.loads(out)
    readme = (ROOT / "data" / "README.md").read_text()
    tasks = re.search(r"\| (\d+): (\d+) binary, (\d+) multiclass, (\d+) regression", readme)
    setups = re.search(r"\| (\d+) for classification, (\d+) for regression", readme)
    assert code == 0
    types = content["task_types"]
    counted = [content["n_tasks"], types["binary"], types["multiclass"], types["regression"]]
    assert counted == [int(n) for n in tasks.groups()]
    kb = KnowledgeBase.bundled()
    whole = kb.runs[kb.runs["fidelity"] == 1.0].merge(kb.tasks[["task_id", "task_type"]])
    keys = whole.assign(kind=whole["task_type"] == "regression").drop_duplicates(
        ["kind", "algorithm", "config"]
    )
    counts = keys["kind"].value_counts()
    assert [counts[False], counts[True]] == [int(n) for n in setups.groups()]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["recommend", "none.csv", "--target", "y"], "There is no file 'none.csv'"),
        (["recommend", "sklearn:nope"], "must name one of scikit-learn's datasets"),
        (["recommend", "{csv}", "--target", "knid"], "Did you mean 'kind'"),
        (["recommend", "{csv}"], "needs a target"),
        (["recommend", "{csv}", "-t", "kind", "--positive", "huge"], "one of the two classes"),
        (["recommend", "{csv}", "-t", "kind", "--metric", "rocauc"], "Did you mean 'roc_auc'"),
        (["recommend", "{csv}", "-t", "kind", "--task-type", "binary", "-m", "r"], "scorer name"),
        (["tune", "-q", "{csv}", "-t", "kind", "--algorithm", "svn"], "Did you mean 'svm'"),
        (["kb", "info", "{folder}"], "holds no manifest.json"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line_and_exit_code_2(run, csv, arguments, message):
    known = {"{csv}": csv, "{folder}": csv.parent}
    code, out, err = run(*(known.get(argument, argument) for argument in arguments))
    assert code == 2
    assert message in err
    assert out == ""
    assert err.startswith("Error: ")
    assert len(err.strip().splitlines()) == 1


def test_an_unknown_option_is_exit_code_2(run, csv):
    assert run("recommend", csv, "--targte", "kind")[0] == 2


@pytest.mark.slow
def test_a_reader_that_leaves_early_is_no_failure(csv):
    command = f"{sys.executable} -m autometa describe {csv} --target kind | head -1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)
    assert "Traceback" not in done.stderr


@pytest.mark.filterwarnings("ignore:The knowledge base has no history")
def test_the_header_names_the_metric_whose_scores_are_shown(run):
    asked, shown = "neg_mean_squared_error", "neg_root_mean_squared_error"
    argv = ["recommend", "sklearn:diabetes", "-m", asked, "-n", "1"]
    code, out, _ = run(*argv, "--json")
    advice = json.loads(out)
    assert code == 0
    assert (advice["task"]["metric"], advice["task"]["scores_of"]) == (asked, shown)
    assert advice["recommendations"][0]["metric"] == shown
    _, out, _ = run(*argv)
    assert f"asked for {asked}, ordered and scored by {shown}" in " ".join(out.split())
