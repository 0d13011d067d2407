"""How ``autometa tune`` ends: what it checks first, writes last, and says by its exit code."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from autometa.cli._written import without_writing
from autometa.exceptions import OutputError
from autometa.tuning import load_model
from autometa.tuning.saved._outputs import check_output, write_whole

QUICK = (
    "tune",
    "sklearn:wine",
    "--n-trials",
    "1",
    "--seed",
    "0",
    "--time-budget",
    "600",
    "--algorithm",
    "naive_bayes",
)


@pytest.mark.parametrize("option", ["--save", "--code"])
@pytest.mark.parametrize(
    ("path", "told"),
    [
        (".", "must name a file to write. '.' is a folder"),
        ("{folder}", "is a folder"),
        ("{folder}/missing/model", "There is no folder '{folder}/missing'; make it first"),
        ("{folder}/file/model", "There is no folder '{folder}/file'"),
        ("/proc/model", "cannot be written"),
        ("{folder}/loop", "it is a link that leads nowhere"),
    ],
)
def test_a_place_that_cannot_be_written_is_refused_before_the_budget(
    run, tmp_path, option, path, told
):
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    start = time.monotonic()
    code, out, err = run(*QUICK, option, path.replace("{folder}", str(tmp_path)))
    assert (code, out) == (2, "")
    assert told.replace("{folder}", str(tmp_path)) in err
    assert len(err.strip().splitlines()) == 1
    assert time.monotonic() - start < 5
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "loop"]


def test_model_and_script_need_two_files(run, tmp_path):
    code, _, err = run(*QUICK, "--save", tmp_path / "one", "--code", tmp_path / "." / "one")
    assert code == 2
    assert "must name two files" in err


@pytest.mark.parametrize(
    "line",
    [
        "tune sklearn:wine --plots {place}",
        "recommend sklearn:wine --plots {place}",
        "kb evaluate kb --plots {place}",
        "kb plot kb --out {place}",
        "kb describe kb --datasets tables --out {place}",
    ],
)
@pytest.mark.parametrize("place", ["file", "file/below/it"])
def test_a_folder_that_cannot_be_written_is_refused_before_the_work(run, tmp_path, line, place):
    (tmp_path / "file").touch()
    code, out, err = run(*line.format(place=tmp_path / place).split())
    assert (code, out) == (2, "")
    assert f"must name a folder. '{tmp_path / 'file'}' is a file" in err


@pytest.mark.parametrize(
    "line",
    [
        "tune {table} --target b --code {same}",
        "tune {table} --target b --report {table}",
        "tune sklearn:wine --storage sqlite:///{table} --code {table}",
        "recommend {table} --target b --code {same}",
        "recommend --metafeatures {table} --task-type binary --code {table}",
        "report {table} --target b --out {same}",
        "predict model {table} --out {same}",
        "predict {table} new.csv --out {table}",
    ],
)
def test_what_a_command_reads_is_never_what_it_writes(run, tmp_path, line):
    table, same = tmp_path / "table.csv", tmp_path / "link.csv"
    table.write_text("a,b\n1,0\n2,1\n")
    same.symlink_to(table)
    code, out, err = run(*line.format(table=table, same=same).split())
    assert (code, out) == (2, "")
    assert "must not name a file that the command reads" in err
    assert table.read_text() == "a,b\n1,0\n2,1\n"


@pytest.mark.slow
def test_a_model_whose_place_fails_at_the_end_goes_to_one_that_is_said(run, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    script = tmp_path / "train.py"
    code, out, err = run(*QUICK, "--save", "/dev/full", "--code", script)
    assert code == 1
    assert "scores" in out  # what was found is still printed
    assert "Error: '/dev/full' could not be written: No space left on device." in err
    assert Path("/dev/full").is_char_device()
    place = err.partition("was written to '")[2].partition("'")[0]
    assert Path(place).is_relative_to(tmp_path / "data")
    assert load_model(place).classes_.tolist() == [0, 1, 2]
    assert script.exists()


def test_pictures_that_cannot_be_written_at_the_end_cost_no_answer(run, tmp_path, monkeypatch):
    def break_down(**_):
        raise ImportError("half of Matplotlib is there")

    monkeypatch.setattr("autometa.cli._plots.write_plots", break_down)
    code, out, err = run(*QUICK, "--plots", tmp_path / "pictures", "--json")
    assert code == 1
    assert json.loads(out)["n_completed"] == 1
    assert "No picture was written to" in err
    assert "half of Matplotlib is there" in err


@pytest.mark.filterwarnings("always:No setup could be scored")
def test_without_one_scored_trial_the_exit_code_is_1(run):
    arguments = ("tune", "sklearn:wine", "--time-budget", "0.1", "--json")
    code, out, err = run(*arguments)
    content = json.loads(out)
    assert (code, content["n_completed"], content["is_fallback"]) == (1, 0, True)
    none = {"algorithm": None, "config": None, "score": None, "members": []}
    assert content["best"] == none
    said = err + " ".join(content["notes"])
    assert said.count("No setup could be scored") == 1  # the warning and the note are one


def test_a_study_that_cannot_be_continued_is_one_sentence_and_exit_code_2(run, tmp_path):
    storage = f"sqlite:///{tmp_path / 'missing' / 'run.db'}"
    code, out, err = run(*QUICK, "-q", "--storage", storage)
    assert (code, out) == (2, "")
    assert err.startswith("Error: The storage 'sqlite:///")
    assert len(err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("SIGINT", 130),
        pytest.param("SIGTERM", 143, marks=pytest.mark.slow),
        pytest.param("SIGHUP", 129, marks=pytest.mark.slow),
    ],
)
def test_a_signal_ends_the_command_with_the_best_so_far(tmp_path, name, code):
    model = tmp_path / "model"
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "autometa.cli", "tune", "sklearn:wine", "--json"),
            *(
                "--time-budget",
                "300",
                "--save",
                str(model),
                "--storage",
                f"sqlite:///{tmp_path / 'run.db'}",
            ),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    storage = tmp_path / "run.db"
    until = time.monotonic() + 60
    while time.monotonic() < until and b'"scores"' not in (
        storage.read_bytes() if storage.exists() else b""
    ):
        time.sleep(0.1)
    process.send_signal(getattr(signal, name))
    out, err = process.communicate(timeout=60)
    content = json.loads(out)
    assert process.returncode == code
    assert (content["stopped_early"], content["is_fallback"]) == (True, False)
    assert content["n_completed"] >= 1
    assert any("Stopped early" in note for note in content["notes"])
    assert f"Wrote '{model}'." in err
    assert "Traceback" not in err
    assert load_model(model).classes_.tolist() == [0, 1, 2]


def test_a_link_stays_a_link_and_an_old_file_is_replaced_whole(tmp_path):
    (tmp_path / "old").write_text("old")
    (tmp_path / "link").symlink_to("old")
    check_output(tmp_path / "link")
    write_whole(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "old").read_text() == "new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "old"]


def test_a_content_that_its_check_refuses_replaces_nothing(tmp_path):
    (tmp_path / "old").write_text("old")

    def refuse(path):
        assert path.read_bytes() == b"new"
        raise OutputError("It is not what it should be.")

    with pytest.raises(OutputError, match="not what it should be"):
        write_whole(tmp_path / "old", b"new", refuse)
    assert (tmp_path / "old").read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_pipe_is_written_to_not_replaced(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    check_output(tmp_path / "pipe")
    reader = subprocess.Popen(["cat", str(tmp_path / "pipe")], stdout=subprocess.PIPE)
    write_whole(tmp_path / "pipe", b"content")
    assert reader.communicate(timeout=10)[0] == b"content"
    assert (tmp_path / "pipe").is_fifo()


@pytest.mark.parametrize(
    ("budget", "save", "left"), [(60.0, None, 60.0), (60.0, "m", 58.5), (2.0, "m", 1.6)]
)
def test_the_budget_pays_for_writing_the_model(budget, save, left):
    assert without_writing(budget, save and Path(save)) == pytest.approx(left)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_any_command_that_a_signal_ends_puts_its_files_away(run, monkeypatch, tmp_path, number):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    read, write = os.pipe()
    usual = (signal.SIG_DFL, signal.default_int_handler)
    ended = threading.Event()

    def send() -> None:
        while not list(tmp_path.glob("autometa-*/stdin.csv")):
            time.sleep(0.01)  # until the command waits for its table
        wait = 0.3  # the file is there before it is open, and a signal between leaks it
        # Python cannot see a signal that comes right before it waits for the table: it is sent
        # again, as a user would.
        while not ended.wait(wait):
            if number == signal.SIGINT or signal.getsignal(number) not in usual:
                os.kill(os.getpid(), number)
            else:
                os.close(write)  # else the tests would be ended, not the command
                break
            wait = 5.0

    sender = threading.Thread(target=send)
    with os.fdopen(read) as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        sender.start()
        code, out, err = run("describe", "-", "--target", "y")
    ended.set()
    sender.join()
    assert (code, out) == (128 + number, "")
    assert err.splitlines()[-1] == "Stopped."
    assert list(tmp_path.iterdir()) == []
    assert signal.getsignal(number) in usual
