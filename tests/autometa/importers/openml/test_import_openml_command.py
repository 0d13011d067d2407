"""``autometa kb import openml``: what it prints, where, and how it ends."""

from __future__ import annotations

import json

import pytest
from openml_faults import status
from openml_world import Parameter, Upload, World

from autometa.cli import main
from autometa.knowledge_base import KnowledgeBase


@pytest.fixture
def world():
    world = World(flows={1: "mlr.classif.ranger(8)", 2: "my.Learner(1)"})
    world.add_task(3, "kr-vs-kp", qualities={"NumberOfInstances": "3196", "NumberOfClasses": "2"})
    world.add_task(31, "credit-g", qualities={"NumberOfInstances": "1000", "NumberOfClasses": "2"})
    world.add_setup(10, 1, [Parameter(name="num.trees", value="300", data_type="integer")])
    world.add_setup(11, 2, [Parameter(name="alpha", value="0.5")])
    world.runs = [
        Upload(run=1, task=3, setup=10, values={"predictive_accuracy": 0.9, "kappa": 0.8}),
        Upload(run=2, task=31, setup=10, values={"predictive_accuracy": 0.7, "kappa": 0.4}),
        Upload(run=3, task=31, setup=11, error="Error: timed out"),
    ]
    world.suites["OpenML-CC18"] = {"task": [3, 31]}
    return world


@pytest.fixture
def run(capsys, server, tmp_path):
    """Run the command on the loopback server; give its exit code, stdout and stderr."""

    def run(*arguments):
        given = ["--server", server.url, "--cache", tmp_path / "cache", "--interval", 0]
        with pytest.raises(SystemExit) as ended:
            main([str(one) for one in ("kb", "import", "openml", *given, *arguments)])
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return run


def test_a_suite_lands_in_a_folder_and_the_end_tells_what_was_kept(run, tmp_path):
    code, out, err = run("--suite", "OpenML-CC18", "--out", tmp_path / "kb")
    assert code == 0, err
    kb = KnowledgeBase.load(tmp_path / "kb")
    assert len(kb.runs) == 3
    assert kb.runs.set_index("source")["status"].to_dict() == {
        "openml:run/1": "ok", "openml:run/2": "ok", "openml:run/3": "timeout",
    }  # fmt: skip
    assert "openml:suite/OpenML-CC18" in out
    assert "7 requests were made" in err


def test_several_tasks_and_measures_are_repeated_or_separated_by_commas(run, tmp_path):
    arguments = ["--task", "3,31", "-m", "predictive_accuracy", "-m", "kappa", "--json"]
    code, out, _ = run(*arguments, "--out", tmp_path / "kb")
    content = json.loads(out)
    assert (code, content["schema"]) == (0, 1)
    (imported,) = content["imported"]
    assert (imported["n_tasks"], imported["n_setups"], imported["n_runs"]) == (2, 2, 3)
    assert KnowledgeBase.load(tmp_path / "kb").provenance["format"] == "openml"


def test_a_second_import_asks_nothing_and_adds_nothing(run, server, tmp_path):
    run("--task", "3", "--out", tmp_path / "kb")
    n_calls = len(server.calls)
    code, _, err = run("--task", "3", "--to", tmp_path / "kb")
    assert (code, len(server.calls)) == (0, n_calls)
    assert "no request" in err
    code, _, err = run("--task", "3", "--out", tmp_path / "kb")
    assert code == 2
    assert "holds a knowledge base; --to adds to it" in err
    assert len(KnowledgeBase.load(tmp_path / "kb").runs) == 1


def test_what_was_dropped_is_printed_with_its_reason(run, server, tmp_path):
    server.world.runs.append(server.world.runs[0])
    _, out, _ = run("--task", "3", "--out", tmp_path / "kb")
    assert "of a run that was listed before" in out


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ([], "needs a suite, tasks or flows"),
        (["--task", "three"], "'tasks' of OpenML must be numbers. Got 'three'"),
        (["--task", "3", "-m", "acuracy"], "Did you mean 'accuracy'"),
        (["--suite", "CC19"], "must know the suite 'CC19'"),
    ],
)
def test_what_is_to_be_changed_ends_with_2(run, tmp_path, arguments, text):
    code, out, err = run(*arguments, "--out", tmp_path / "kb")
    assert (code, out) == (2, "")
    assert text in err
    assert not (tmp_path / "kb").exists()


def test_a_file_in_the_place_of_the_folder_is_told_before_anything_is_asked(run, server, tmp_path):
    (tmp_path / "kb").write_text("")
    code, _, err = run("--task", "3", "--out", tmp_path / "kb")
    assert code == 2
    assert "must be a new folder" in err
    assert server.calls == []


def test_a_broken_server_ends_with_1_and_keeps_what_came(run, server, tmp_path):
    server.fault_when = lambda call: call.startswith("setup/")
    server.faults.append(status(503, "", Retry_After="9000"))
    code, out, err = run("--task", "3", "--out", tmp_path / "kb")
    assert (code, out) == (1, "")
    assert "left alone for 9000 s" in err
    n_calls = len(server.calls)
    assert run("--task", "3", "--out", tmp_path / "kb")[0] == 0
    assert [call.split("/")[0] for call in server.calls[n_calls:]] == ["setup", "data"]
