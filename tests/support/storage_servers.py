"""Real servers of Optuna's storages beside databases: Redis, and Optuna's own gRPC proxy."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time

import pytest

PROXY = """
import sys
from optuna.storages import get_storage, run_grpc_proxy_server
run_grpc_proxy_server(get_storage(sys.argv[1]), host="127.0.0.1", port=int(sys.argv[2]))
"""


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def wait_until_it_listens(process, port):
    for _ in range(600):  # a minute: imports on a busy machine
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    pytest.fail("the server did not start")


@contextlib.contextmanager
def running(command, port):
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ
    )
    try:
        wait_until_it_listens(process, port)
        yield process
    finally:
        process.kill()
        process.wait(timeout=60)


@contextlib.contextmanager
def redis_server(folder):
    """Yield the process and the URL of a server that asks for a password."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("Redis is not installed")
    port = free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    with running([program, *options, "--requirepass", "s3cret"], port) as process:
        yield process, f"redis://:s3cret@127.0.0.1:{port}/0"


@contextlib.contextmanager
def grpc_server(folder):
    """Yield the process and the URL of a proxy before a SQLite file."""
    port = free_port()
    command = [sys.executable, "-c", PROXY, f"sqlite:///{folder / 'proxied.db'}", str(port)]
    with running(command, port) as process:
        yield process, f"grpc://ann:s3cret@127.0.0.1:{port}"
