"""``autometa kb import``: with a format and without, for people and machines."""

from __future__ import annotations

import json

import pytest

from autometa.cli import main
from autometa.knowledge_base import KnowledgeBase

LONG = "task,model,rate\niris,knn,0.9\nwine,knn,0.8\nwine,svm,\n"


@pytest.fixture
def run(capsys):
    """Run the command; give its exit code, stdout and stderr."""

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            main(["kb", "import", *[str(argument) for argument in arguments]])
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return run


@pytest.fixture
def long(tmp_path):
    path = tmp_path / "long.csv"
    path.write_text(LONG.replace("rate", "accuracy"))
    return path


def test_a_source_is_recognised_and_added(run, long, scenario, tmp_path):
    out = tmp_path / "kb"
    for source in (long, scenario()):
        code, shown, said = run(source, "--to", out)
        assert code == 0
        assert "runs" in shown
        assert f"'{out}' now holds" in said
    assert len(KnowledgeBase.load(out).tasks) == 6


def test_options_may_stand_before_the_source(run, long, tmp_path):
    assert run("--out", tmp_path / "kb", long)[0] == 0


def test_a_report_for_machines_tells_all(run, long, tmp_path):
    code, out, _ = run("table", long, "--out", tmp_path / "kb", "--json")
    content = json.loads(out)
    assert code == 0
    assert content["schema"] == 1
    (imported,) = content["imported"]
    assert (imported["format"], imported["n_tasks"], imported["n_runs"]) == ("table", 2, 2)
    assert imported["dropped"] == [
        {
            "what": "rows",
            "count": 1,
            "why": "without any measure and without a failure: line 4",
        }
    ]
    assert content["total"] == {"n_tasks": 2, "n_setups": 1, "n_runs": 2, "n_scores": 2}
    assert content["knowledge_base"]["path"] == str(tmp_path / "kb")


def test_a_report_for_people_tells_what_was_dropped(run, long):
    code, out, _ = run(long, "--dry-run")
    assert code == 0
    assert "without any measure and without a failure: line 4" in out


def test_columns_can_be_named(run, tmp_path):
    path = tmp_path / "odd.csv"
    path.write_text(LONG)
    code, _, said = run("table", path, "--out", tmp_path / "kb")
    assert (code, (tmp_path / "kb").exists()) == (2, False)
    assert "--column score=NAME" in said
    arguments = ("--column", "score=rate", "--metric", "error_rate", "--out", tmp_path / "kb")
    assert run("table", path, *arguments)[0] == 0
    runs = KnowledgeBase.load(tmp_path / "kb").runs
    assert sorted(runs["score"].round(6)) == [0.1, 0.2]
    assert set(runs["metric"]) == {"accuracy"}


def test_task_ids_can_have_a_prefix(run, long, tmp_path):
    assert run(long, "--task-prefix", "mine:", "--out", tmp_path / "kb")[0] == 0
    tasks = KnowledgeBase.load(tmp_path / "kb").tasks["task_id"]
    assert sorted(tasks) == ["mine:iris", "mine:wine"]


def test_nothing_is_written_when_one_of_several_sources_cannot_be_read(run, long, tmp_path):
    code, _, said = run(long, tmp_path / "none.csv", "--out", tmp_path / "kb")
    assert code == 2
    assert "There is no file or folder" in said
    assert not (tmp_path / "kb").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("x.csv", "--out", "kb", "--to", "kb"), "one of --to, which adds, and --out"),
        (("table", "x.csv", "--column", "score", "--dry-run"), "as score=NAME. Got 'score'"),
        (("aslib", "x", "--translation", "weka", "--dry-run"), "'--translation' must be one of"),
        (("sqlite:///nowhere.db", "--dry-run"), "Nothing was created"),
    ],
)
def test_mistakes_end_with_code_2_and_a_hint(run, arguments, told):
    code, out, said = run(*arguments)
    assert (code, out) == (2, "")
    assert told in said


def test_help_names_the_formats(run):
    code, out, _ = run("--help")
    assert code == 0
    assert all(name in out for name in ("aslib", "matrix", "table", "optuna", "tune"))
    assert "recognise " not in out


@pytest.mark.parametrize("name", ["aslib", "matrix", "table", "optuna", "tune", "kb"])
def test_each_format_has_its_options(run, name):
    code, out, _ = run(name, "--help")
    assert code == 0
    assert "--dry-run" in out
