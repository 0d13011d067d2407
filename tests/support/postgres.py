"""A real PostgreSQL server, started for the tests of a module and stopped after them."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest


def find(program):
    found = shutil.which(program)
    if found:
        return found
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / program).exists():
            return str(folder / program)
    return None


def as_user():
    """Return what makes a command run as somebody whom PostgreSQL accepts: root it refuses."""
    if os.geteuid() != 0:
        return None, {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry, {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    pytest.skip("PostgreSQL does not run as root, and there is no other user")


@pytest.fixture(scope="module")
def server():
    programs = {name: find(name) for name in ("initdb", "postgres", "pg_isready")}
    if not all(programs.values()):
        pytest.skip(f"PostgreSQL is not installed: {programs}")
    pytest.importorskip("psycopg", reason="the driver of PostgreSQL is not installed")
    entry, options = as_user()
    folder = Path(tempfile.mkdtemp(prefix="autometa-pg-"))
    if entry is not None:
        os.chown(folder, entry.pw_uid, entry.pw_gid)
    data = folder / "data"
    initdb = [programs["initdb"], "-D", data, "-U", "ann", "-A", "trust", "--no-sync"]
    subprocess.run(initdb, check=True, capture_output=True, cwd=folder, **options)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [programs["postgres"], "-D", data, "-p", str(port), "-k", folder, "-c", "fsync=off"]
    log = (folder / "log").open("wb")
    process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, **options)
    try:
        ready = [programs["pg_isready"], "-h", "127.0.0.1", "-p", str(port), "-t", "1"]
        for _ in range(60):
            if subprocess.run(ready, capture_output=True, check=False).returncode == 0:
                break
        yield f"postgresql://ann:s3cret@127.0.0.1:{port}/postgres"
    finally:
        process.send_signal(signal.SIGINT)  # without waiting for clients
        process.wait(timeout=60)
        log.close()
        shutil.rmtree(folder)
