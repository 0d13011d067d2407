"""How a worker process starts: forked from a process that has imported the libraries, or afresh.

A fork server is asked over a socket of messages, in JSON. A request names modules to import,
and, with the files of a worker, its folder, environment and memory limit. What becomes of a
worker is said over a socket of its own: the server sends ``begun``, and in the end the exit
code; anything from the parent, closing it included, means that the process is to be killed.
"""

from __future__ import annotations

import atexit
import contextlib
import errno
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import IO, Any, Protocol

# What libraries read when they are imported: another value needs another fork server.
READ_AT_IMPORT = (
    *("OMP_", "GOMP_", "KMP_", "OPENBLAS_", "MKL_", "BLIS_", "MALLOC_", "LD_", "CUDA_"),
    *("PYTHON", "LC_", "LANG", "SKLEARN_", "SCIPY_", "JOBLIB_", "AUTOMETA_"),
)
MAX_MESSAGE = 1 << 10
IDLE_SECONDS = 30.0  # without a worker; a process that nobody needs should not stay
STOP_SECONDS = 5.0  # for a fork server at the end of its parent: it is killed, which is quick


class StartedProcess(Protocol):
    """A worker process as its parent sees it."""

    @property
    def stdin(self) -> IO[bytes]: ...

    @property
    def stdout(self) -> IO[bytes]: ...

    def kill(self) -> None: ...

    def wait(self) -> int: ...


class FreshProcess:
    """A worker that imports everything itself."""

    def __init__(self, threads: int, memory_limit: int | None, errors: IO[bytes]) -> None:
        self._process = _python(
            "autometa.evaluation._worker",
            memory_limit or 0,
            env=environment(threads),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.stdin, self.stdout = self._process.stdin, self._process.stdout

    def kill(self) -> None:
        """End it now."""
        self._process.kill()

    def wait(self) -> int:
        """Return its exit code, below 0 for a signal, once it has ended."""
        return self._process.wait()


class ForkedProcess:
    """A worker that a fork server was asked for; it begins once the server has imported all."""

    def __init__(self, stdin: IO[bytes], stdout: IO[bytes], control: socket.socket) -> None:
        self.stdin, self.stdout, self._control = stdin, stdout, control
        self._has_begun = False
        self._code: int | None = None

    def kill(self) -> None:
        """End it now; one that has not begun never will."""
        with contextlib.suppress(OSError):
            self._control.send(b"kill")
        if not self._has_begun:
            with contextlib.suppress(BlockingIOError):
                self._take(socket.MSG_DONTWAIT)
        if not self._has_begun and self._code is None:
            self._ended(-signal.SIGKILL)

    def wait(self) -> int:
        """Return its exit code, below 0 for a signal, once it has ended."""
        while self._code is None:
            self._take()
        return self._code

    def _take(self, flags: int = 0) -> None:
        """Take a message of the server; where it is gone, so are its workers."""
        try:
            message = self._control.recv(MAX_MESSAGE, flags)
        except BlockingIOError:
            raise
        except OSError:
            message = b""
        if message == b"begun":
            self._has_begun = True
        else:
            self._ended(int(message) if message else -signal.SIGKILL)

    def _ended(self, code: int) -> None:
        self._code = code
        self._control.close()


class ForkServer:
    """The server that workers of one environment are forked from, as its parent sees it."""

    def __init__(self, environ: dict[str, str]) -> None:
        own, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with its:
            self._process = _python(
                "autometa.evaluation._fork_server",
                its.fileno(),
                IDLE_SECONDS,
                env=environ,
                pass_fds=(its.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        self._requests = own

    def ask(self, request: dict[str, Any], files: Sequence[int] = ()) -> None:
        """Send a request; OSError where the server has ended."""
        socket.send_fds(self._requests, [json.dumps(request).encode()], list(files))

    def close(self) -> None:
        """End the server, and the workers that are left."""
        self._requests.close()
        self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_SECONDS)


_servers: dict[Hashable, ForkServer] = {}
_lock = threading.Lock()


def start_process(
    threads: int, memory_limit: int | None, errors: IO[bytes], preload: Sequence[str] = ()
) -> StartedProcess:
    """Start a worker that writes what goes wrong to ``errors``.

    Raises
    ------
    OSError
        If the machine has no room for another process, or for its files.
    """
    if not can_fork():
        return FreshProcess(threads, memory_limit, errors)
    environ = environment(threads)
    request = {
        "preload": list(preload),
        "folder": _folder(),
        "environment": environ,
        "memory_limit": memory_limit or 0,
    }
    with contextlib.ExitStack() as theirs, contextlib.ExitStack() as ours:
        own, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.callback(own.close)
        theirs.callback(its.close)
        read_in, write_in = os.pipe()
        theirs.callback(os.close, read_in)
        stdin = ours.enter_context(open(write_in, "wb"))
        read_out, write_out = os.pipe()
        theirs.callback(os.close, write_out)
        stdout = ours.enter_context(open(read_out, "rb"))
        try:
            _ask(environ, request, [read_in, write_out, errors.fileno(), its.fileno()])
        except OSError as error:
            if error.errno != errno.EMSGSIZE:  # an environment of hundreds of kilobytes
                raise
            return FreshProcess(threads, memory_limit, errors)
        ours.pop_all()  # nothing failed: they live as long as the process
    return ForkedProcess(stdin, stdout, own)


def start_early(threads: int, preload: Sequence[str]) -> None:
    """Have modules imported for the workers that will be asked for soon."""
    if can_fork():
        with contextlib.suppress(OSError):  # asking for a worker will raise it again
            _ask(environment(threads), {"preload": list(preload)})


def _ask(environ: dict[str, str], request: dict[str, Any], files: Sequence[int] = ()) -> None:
    """Send a request to the server of an environment; where there is none, start it."""
    key = _key(environ)
    with _lock:
        if key in _servers:
            try:
                _servers[key].ask(request, files)
            except ConnectionError:  # nobody had asked it for long, or the system has ended it
                _servers.pop(key).close()
            else:
                return
        server = ForkServer(environ)
        server.ask(request, files)
        _servers[key] = server


def can_fork() -> bool:
    """Whether workers are forked: where libraries are known to stand it, on Linux."""
    return sys.platform == "linux"


def _key(environ: dict[str, str]) -> Hashable:
    """Return what a process keeps from its start: workers with another key need another server."""
    import resource

    names = sorted(name for name in dir(resource) if name.startswith("RLIMIT_"))
    limits = tuple(resource.getrlimit(getattr(resource, name)) for name in names)
    read = tuple(sorted(item for item in environ.items() if item[0].startswith(READ_AT_IMPORT)))
    return read, limits, frozenset(os.sched_getaffinity(0))


def _folder() -> str:
    try:
        return str(Path.cwd())
    except OSError:  # it was removed
        return tempfile.gettempdir()


def _close_all() -> None:
    while _servers:
        _servers.popitem()[1].close()


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    # The servers of a process answer to it alone: a fork of the caller's has none yet.
    os.register_at_fork(after_in_child=_servers.clear)


def _python(module: str, *arguments: object, **options: Any) -> subprocess.Popen[bytes]:
    # -P: a file of the current folder named like a module must never be run.
    command = [sys.executable, "-P", "-m", module, *map(str, arguments)]
    return subprocess.Popen(command, start_new_session=True, **options)


def environment(threads: int) -> dict[str, str]:
    """Return the environment of a child: the parent's, fewer threads, no current folder."""
    count = str(threads)
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(import_path()),
        "PYTHONSAFEPATH": "1",
        "OMP_NUM_THREADS": count,
        "OPENBLAS_NUM_THREADS": count,
        "MKL_NUM_THREADS": count,
        "GOMP_SPINCOUNT": "10000",  # threads that spin ruin short fits on busy cores
        # glibc reserves 64 MB of address space for each thread's arena, and gives back less
        "MALLOC_ARENA_MAX": "2",
    }


def import_path() -> list[str]:
    """Return where a child may import from: as the parent, but for the current folder.

    The folder of autometa comes last, for a checkout that is the current folder.
    """
    here = Path.cwd().resolve()
    allowed = [path for path in sys.path if path and Path(path).resolve() != here]
    own = str(Path(__file__).resolve().parents[2])
    return list(dict.fromkeys([*allowed, own]))
