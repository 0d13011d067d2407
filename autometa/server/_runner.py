"""The side of the server that runs jobs: takes them, starts a process for each, hears from it."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from autometa.server._errors import place_of
from autometa.server._jobs import Claim, Jobs
from autometa.server._settings import Settings
from autometa.server._sniffing import HEAD, kind_of

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.5  # between looks for a job to do
TIDY_SECONDS = 5.0
# What a search takes beyond its budget: reading, fitting a last model, writing. Beyond, it hangs.
GRACE_SECONDS = 120.0
CRASHED = (
    "Given up: its worker process ended twice before it was done, most likely for its memory. "
    "Send a sample of the rows, or fewer algorithms."
)
LEFT = ("leaderboard.json", "pipeline.skops", "code.py", "report.html")


class Runner:
    """Runs jobs, so many at a time.

    Parameters
    ----------
    settings : Settings
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._jobs = Jobs(settings)
        self._ending = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, daemon=True) for _ in range(settings.n_studies)
        ]
        self._tidier = threading.Thread(target=self._tidy, daemon=True)

    def start(self) -> None:
        """Begin to look for jobs."""
        for thread in (*self._threads, self._tidier):
            thread.start()

    def close(self) -> None:
        """Give back what runs; it goes on when a server starts."""
        self._ending.set()
        for thread in self._threads:
            thread.join(timeout=10)

    def _work(self) -> None:
        while not self._ending.is_set():
            claim = None
            with self._survived():
                claim = self._jobs.claim()
            if claim is None:
                self._ending.wait(LOOK_SECONDS)
                continue
            with self._survived():
                _Run(self._settings, self._jobs, claim, self._ending).run()

    def _tidy(self) -> None:
        while not self._ending.wait(TIDY_SECONDS):
            with self._survived():
                self._jobs.tidy()

    @contextlib.contextmanager
    def _survived(self) -> Any:
        """Go on after whatever happens: the next job is another one."""
        try:
            yield
        except SQLAlchemyError as error:
            logger.warning("The database does not answer: %s", type(error).__name__)
            self._ending.wait(LOOK_SECONDS)
        except Exception as error:
            logger.error("%s at %s", type(error).__name__, place_of(error))
            self._ending.wait(LOOK_SECONDS)


class _Run:
    """One job while this server has it."""

    def __init__(
        self, settings: Settings, jobs: Jobs, claim: Claim, ending: threading.Event
    ) -> None:
        self._settings = settings
        self._jobs = jobs
        self._claim = claim
        self._ending = ending
        self._began = time.monotonic()
        self._fate = "go on"
        self._ended = threading.Event()
        self._result: dict[str, Any] | None = None
        self._error: dict[str, Any] | None = None

    def run(self) -> None:
        """Run it to whatever end."""
        folder = Path(tempfile.mkdtemp(prefix="autometa-job-"))
        try:
            process = self._start(folder)
            beats = threading.Thread(target=self._watch, args=(process,), daemon=True)
            beats.start()
            self._hear(process)
            process.wait()
            self._ended.set()
            beats.join()
            _kill_group(process)  # workers it left
            self._settle(folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _start(self, folder: Path) -> subprocess.Popen[str]:
        content = self._jobs.table(self._claim.id)
        file = f"table.{kind_of(content[:HEAD])}"
        (folder / file).write_bytes(content)
        request = dict(self._claim.request)
        # a job that was taken over has what is left of its budget, and time for a last model
        request["time_budget"] = max(request["time_budget"] - self._claim.spent, 5.0)
        task = {
            "id": self._claim.id,
            "name": self._claim.name,
            "folder": str(folder),
            "file": file,
            "request": request,
            "storage": self._settings.database,
            "knowledge_base": self._settings.knowledge_base,
            "limits": asdict(self._settings.limits),
        }
        self._until = time.monotonic() + request["time_budget"] + GRACE_SECONDS
        process = subprocess.Popen(
            [sys.executable, "-m", "autometa.server._job"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # it may quote the table
            text=True,
            start_new_session=True,  # a group of its own, which ends as a whole
            env={**os.environ, "TMPDIR": str(folder)},
        )
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(json.dumps(task) + "\n")
            process.stdin.flush()  # and stays open: its end says that this server is gone
        return process

    def _watch(self, process: subprocess.Popen[str]) -> None:
        """Say that the job is alive; end it when it is not wanted any longer."""
        while not self._ended.wait(self._settings.beat_seconds):
            with contextlib.suppress(SQLAlchemyError):  # the next one may get through
                spent = self._claim.spent + time.monotonic() - self._began
                self._fate = self._jobs.beat(self._claim.id, spent)
            if self._ending.is_set():
                self._fate = "ending"
            if time.monotonic() > self._until:
                self._fate = "overdue"
            if self._fate != "go on":
                _kill_group(process)
                return

    def _hear(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        self._jobs.say(self._claim.id, "stage", {"text": "started"})
        for line in process.stdout:
            try:
                message = json.loads(line)
            except ValueError:  # a line that its death cut short
                continue
            kind = message.pop("kind")
            if kind == "result":
                self._result = message
            elif kind == "error":
                self._error = message
            else:
                self._jobs.say(self._claim.id, kind, message)

    def _settle(self, folder: Path) -> None:
        identifier = self._claim.id
        if self._fate == "lost":
            return
        if self._fate == "cancel":
            self._jobs.end(identifier, "cancelled")
        elif self._result is not None:
            left = {name: folder / "left" / name for name in LEFT}
            content = {n: path.read_bytes() for n, path in left.items() if path.exists()}
            self._jobs.end(identifier, "done", result=self._result, left=content)
        elif self._error is not None:
            said = self._error["message"].replace(f"{folder}/", "")
            self._jobs.end(identifier, "failed", error=said)
        elif self._fate == "ending":
            self._jobs.give_back(identifier)
        elif self._fate == "overdue":
            said = "Given up: it went on long after its budget."
            self._jobs.end(identifier, "failed", error=said)
        elif self._jobs.crashed(identifier):
            self._jobs.end(identifier, "failed", error=CRASHED)


def _kill_group(process: subprocess.Popen[str]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
