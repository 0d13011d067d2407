"""A run tells its stages: in a pipe by lines, on a terminal and in a notebook by one that moves."""

from __future__ import annotations

import io
import logging
import os
import pty
import re
import sys
import threading
import time

import pytest
from sklearn.datasets import load_iris

import autometa
from autometa.exceptions import ParameterError
from autometa.tuning import _progress
from autometa.tuning._notebook_bar import NotebookBar
from autometa.tuning._progress import Lines, Progress, TerminalLine

QUICK = {
    "algorithms": ["naive_bayes"],
    "n_trials": 1,
    "time_budget": None,
    "isolate": False,
    "knowledge_base": False,
    "random_state": 0,
}


def iris():
    return load_iris(return_X_y=True, as_frame=True)


def _broken(*_):
    raise BrokenPipeError(32, "Broken pipe")


@pytest.mark.parametrize("state", ["none", "closed", "broken"])
def test_a_place_for_progress_that_is_not_there_ends_no_run(state, monkeypatch):
    stream = io.StringIO()
    if state == "closed":
        stream.close()
    monkeypatch.setattr(stream, "write", _broken)
    monkeypatch.setattr(sys, "stderr", None if state == "none" else stream)
    for verbose in (True, None):
        assert autometa.tune(*iris(), **QUICK, verbose=verbose).n_completed == 1


def test_a_run_writes_a_line_a_stage_where_lines_stay(capsys):
    autometa.tune(*iris(), **QUICK, verbose=True)
    lines = capsys.readouterr().err.splitlines()
    told = [line.partition("] ")[2] for line in lines]
    stages = [
        "reading the table",
        "cleaning the table and fitting a first model",
        "searching",
        "fitting the best on all rows",
        "done",
    ]
    assert [text.partition(":")[0] for text in told] == stages
    assert all(re.match(r"\[\d+\.\d s\] ", line) for line in lines)


@pytest.mark.parametrize("verbose", [None, False])
def test_nothing_is_written_where_nobody_looks_on(capsys, verbose):
    autometa.tune(*iris(), **QUICK, verbose=verbose)
    assert capsys.readouterr().err == ""


def test_an_estimator_tells_its_stages_too(capsys):
    model = autometa.AutoMetaClassifier(**QUICK, verbose=True).fit(*iris())
    assert "searching" in capsys.readouterr().err
    assert model.get_params()["verbose"] is True


def test_the_logger_is_told_in_any_case(caplog):
    caplog.set_level(logging.INFO, logger="autometa.tuning.progress")
    autometa.tune(*iris(), **QUICK)
    told = [r.getMessage() for r in caplog.records if r.name == "autometa.tuning.progress"]
    assert any("searching" in text for text in told)


def test_verbose_is_true_false_or_nothing():
    with pytest.raises(ParameterError, match="'verbose' must be True, False or None"):
        autometa.tune(*iris(), **QUICK, verbose="yes")


def test_seconds_left_are_told_where_there_is_an_end():
    lines = []
    with Progress(Lines(lines.append)) as progress:
        progress.set_clock(time.monotonic() - 12.0, 60.0)
        progress.stage("searching", lambda: "3 scored")
    assert re.fullmatch(r"\[12\.\d s, 48 s left\] searching: 3 scored", lines[0])


def test_a_stage_that_goes_on_is_told_again(monkeypatch):
    monkeypatch.setattr(_progress, "MIN_LINE_SECONDS", 0.3)
    lines, told = [], threading.Event()

    def write(line):
        lines.append(line)
        if len(lines) == 3:
            told.set()

    with Progress(Lines(write)) as progress:
        progress.stage("searching", lambda: f"{len(lines)} scored")
        assert told.wait(10)
    assert lines[0].endswith("searching: 0 scored")
    assert lines[2].endswith("searching: 2 scored")


def test_what_cannot_be_said_does_not_end_the_run():
    class Closed(io.StringIO):
        def write(self, text):
            raise OSError("closed")

    def fails():
        raise RuntimeError("read while it changed")

    with Progress(TerminalLine(Closed())) as progress:
        progress.stage("searching", fails)
        assert progress.line().endswith("searching")


def read_all(terminal, end):
    """Return what was written to a terminal up to its end: one read may give a part of it."""
    text = b""
    while not text.endswith(end):
        text += os.read(terminal, 65536)
    return text


def test_on_a_terminal_one_line_moves_and_what_is_over_stays():
    """A real terminal: what is written to one side of a pseudo-terminal is read at the other."""
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as stream, Progress(TerminalLine(stream)) as progress:
        assert stream.isatty()
        progress.stage("reading the table")
        progress.stage("searching", lambda: "x" * 500)
        progress.close("done")
        stream.flush()
        text = read_all(ours, b"done\r\n\r\x1b[2K").decode()
    os.close(ours)
    shown = [line.rpartition("\x1b[2K")[2] for line in text.replace("\r\n", "\n").split("\n")]
    assert re.fullmatch(r"reading the table \(\d+\.\d s\)", shown[0])
    assert shown[1].startswith("searching: xxx")
    assert re.fullmatch(r"\[\d+\.\d s\] done", shown[2])
    assert max(map(len, shown)) < 200  # cut at the width of the terminal
    assert shown[3] == ""


def test_in_a_notebook_one_output_is_kept_up_to_date():
    outputs = []

    class Handle:
        def update(self, content):
            outputs.append(repr(content))

    def display(content, *, display_id):
        assert display_id is True
        return Handle()

    with Progress(NotebookBar(display)) as progress:
        progress.stage("reading the table")
        progress.stage("searching")
        progress.close("done")
    assert outputs[0].endswith("reading the table")
    last = outputs[-1].splitlines()
    assert last[0].startswith("reading the table (")
    assert last[1].startswith("searching (")
    assert "done" in last[2]


def test_workers_and_threads_are_not_watched(monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert _progress._is_watched()
    found = []
    thread = threading.Thread(target=lambda: found.append(_progress._is_watched()))
    thread.start()
    thread.join()
    assert found == [False]
