"""A real server on loopback in a process of its own, for tests and what they send to it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import httpx

START = """
import json, sys
from autometa.server import Limits, Settings, serve
given = json.loads(sys.argv[1])
limits = Limits(**given.pop("limits", {}))
given = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
serve(Settings(limits=limits, **given), lambda port: print("port", port, flush=True))
"""


@dataclass
class Server:
    """A running server."""

    process: subprocess.Popen
    port: int
    log: Path

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def client(self, **options):
        return httpx.Client(base_url=self.url, timeout=120, **options)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def end(self):
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=30)


def start(folder, **settings):
    """Start a server whose searches and user's files are in a folder."""
    settings.setdefault("database", f"sqlite:///{folder / 'server.db'}")
    settings = {"port": 0, "n_workers": 1, "stale_seconds": 3.0, **settings}
    number, name = tempfile.mkstemp(dir=folder, suffix=".log")
    log = Path(name)
    with os.fdopen(number, "w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-c", START, json.dumps(settings)],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env={**os.environ, "AUTOMETA_HOME": str(folder / "home")},
            start_new_session=True,
        )
    said = process.stdout.readline()
    found = re.fullmatch(r"port (\d+)\n", said)
    assert found, f"{said}{log.read_text()}"
    return Server(process, int(found[1]), log)


@contextlib.contextmanager
def running(folder, **settings):
    """Give a server that is ended afterwards, and its searches with it."""
    server = start(folder, **settings)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.end()
        server.process.stdout.close()


def wait_for(client, identifier, states=("done", "failed", "cancelled"), seconds=120):
    """Return a search once it is in one of the states."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = client.get(f"/v1/studies/{identifier}").json()
        if found["state"] in states:
            return found
        time.sleep(0.2)
    raise AssertionError(f"after {seconds} s the search is {found['state']}: {found}")


def read_events(client, identifier, headers=None):
    """Return the events of a search to their end: pairs of kind and data, and the ids."""
    found, numbers, kind = [], [], ""
    with client.stream("GET", f"/v1/studies/{identifier}/events", headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        for line in answer.iter_lines():
            name, _, value = line.partition(": ")
            if name == "id":
                numbers.append(int(value))
            elif name == "event":
                kind = value
            elif name == "data":
                found.append((kind, json.loads(value)))
    return found, numbers
