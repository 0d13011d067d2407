"""``autometa tune`` in a terminal that is interrupted, closed or ended at any moment."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import random
import signal
import subprocess
import sys
import termios
import threading
import time
from pathlib import Path

import optuna
import pytest

from autometa.tuning import load_model

NOTHING_YET = "nothing was written"


class Terminal:
    """A command with a terminal of its own, as a user has it."""

    def __init__(self, *arguments: str) -> None:
        self.master, slave = pty.openpty()

        def own_terminal() -> None:
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(
            [sys.executable, "-m", "autometa", *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            preexec_fn=own_terminal,
        )
        os.close(slave)
        self.shown = b""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        with contextlib.suppress(OSError):  # the terminal was closed
            while part := os.read(self.master, 4096):
                self.shown += part

    def wait_for(self, text: bytes, seconds: float = 90) -> None:
        """Wait until the terminal shows something."""
        until = time.monotonic() + seconds
        while text not in self.shown and time.monotonic() < until:
            assert self.process.poll() is None, self.shown.decode()
            time.sleep(0.05)

    def press_ctrl_c(self) -> None:
        """Type what a user types: the terminal sends the signal."""
        os.write(self.master, b"\x03")

    def close(self) -> None:
        """Close the window: the system sends SIGHUP, and nothing can be printed any more."""
        os.close(self.master)

    def end(self) -> tuple[int, str]:
        """Return the exit code and what was shown."""
        code = self.process.wait(timeout=90)
        self._reader.join(timeout=5)
        return code, self.shown.decode(errors="replace")


def tune(model, *more: str) -> Terminal:
    return Terminal("tune", "sklearn:wine", "--time-budget", "300", "--save", str(model), *more)


@pytest.mark.slow
def test_ctrl_c_in_the_search_prints_and_saves_the_best_so_far(tmp_path):
    model = tmp_path / "model"
    terminal = tune(model)
    terminal.wait_for(b"3 trials")
    terminal.press_ctrl_c()
    code, shown = terminal.end()
    assert code == 130, shown
    assert "Ending with the best so far" in shown
    assert "Stopped early" in shown
    assert f"Wrote '{model}'" in shown.replace("\r\n", "")
    assert load_model(model).classes_.tolist() == [0, 1, 2]


@pytest.mark.slow
@pytest.mark.parametrize(  # signals differ once the command was read: the moments take turns
    ("seconds", "number", "code"),
    [
        (0.4, signal.SIGTERM, 143),
        (1.5, signal.SIGINT, 130),
        (2.5, signal.SIGTERM, 143),
        (4.0, signal.SIGINT, 130),
        (6.5, signal.SIGTERM, 143),
        (9.0, signal.SIGINT, 130),
    ],
)
def test_a_signal_at_any_moment_leaves_a_model_or_says_that_there_is_none(
    tmp_path, seconds, number, code
):
    model = tmp_path / "model"
    terminal = tune(model)
    time.sleep(seconds)
    terminal.process.send_signal(number)
    ended, shown = terminal.end()
    assert ended in (code, -number), shown  # before the command was read, the system's own way
    assert "Traceback" not in shown
    if model.exists():
        assert load_model(model).classes_.tolist() == [0, 1, 2]
        assert ended == code
    else:
        assert ended == -number or NOTHING_YET in shown or "Stopped." in shown
    assert [path.name for path in tmp_path.iterdir()] == ["model"] * model.exists()


@pytest.mark.slow
def test_a_closed_terminal_saves_the_best_so_far(tmp_path):
    model = tmp_path / "model"
    terminal = tune(model)
    terminal.wait_for(b"3 trials")
    terminal.close()
    assert terminal.process.wait(timeout=90) == 129
    assert load_model(model).classes_.tolist() == [0, 1, 2]


@pytest.mark.slow
def test_the_second_ctrl_c_ends_at_once(tmp_path):
    terminal = tune(tmp_path / "model")
    terminal.wait_for(b"3 trials")
    terminal.press_ctrl_c()
    terminal.wait_for(b"Ending with the best so far")
    start = time.monotonic()
    terminal.press_ctrl_c()
    code, shown = terminal.end()
    assert code == 130
    assert "Traceback" not in shown
    assert time.monotonic() - start < 15  # workers are ended too


CHEAP = ("--algorithm", "naive_bayes,decision_tree", "--no-knowledge-base")  # scored at once


def own_processes(mark: str) -> list[str]:
    """Return the processes that carry a mark in their environment."""
    marked = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended meanwhile, or is another user's
            if mark.encode() in (folder / "environ").read_bytes():
                marked.append(folder.name)
    return marked


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seed", "number", "code"),
    [(0, signal.SIGINT, 130), (1, signal.SIGTERM, 143), (2, signal.SIGHUP, 129)],
)
def test_at_a_random_moment_of_the_search_all_is_kept_and_no_process_stays(
    tmp_path, monkeypatch, seed, number, code
):
    mark = f"AUTOMETA_TEST=moment-{seed}-{os.getpid()}"
    files, temporary = tmp_path / "files", tmp_path / "tmp"
    files.mkdir()
    temporary.mkdir()
    storage = f"sqlite:///{files / 'study.db'}"
    with monkeypatch.context() as only_there:
        only_there.setenv(*mark.split("="))
        only_there.setenv("TMPDIR", str(temporary))
        terminal = tune(
            files / "model", "--code", str(files / "m.py"), "--storage", storage, *CHEAP
        )
    terminal.wait_for(b"1 trials")
    assert own_processes(mark)  # what is looked for below is to be seen while it runs
    time.sleep(random.Random(seed).uniform(0, 3))  # a trial or two, here in one, elsewhere between
    terminal.process.send_signal(number)
    ended, shown = terminal.end()
    assert ended == code, shown
    for line in ("Ending with the best so far", "Stopped early", "Wrote "):
        assert line in shown
    assert "Traceback" not in shown
    until = time.monotonic() + 3  # a worker that was killed is gone a moment later
    while own_processes(mark) and time.monotonic() < until:
        time.sleep(0.1)
    assert own_processes(mark) == []
    assert list(temporary.rglob("*")) == []
    assert {path.name for path in files.iterdir()} == {"model", "m.py", "study.db"}
    assert load_model(files / "model").classes_.tolist() == [0, 1, 2]
    compile((files / "m.py").read_text(), "m.py", "exec")
    (study,) = optuna.get_all_study_summaries(storage)  # which can be gone on with
    assert study.n_trials >= 1
