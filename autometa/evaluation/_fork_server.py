"""The process that workers are forked from: it imports the libraries once, and runs no call.

Run as ``python -P -m autometa.evaluation._fork_server SOCKET IDLE_SECONDS``. Imports take
seconds of a processor for each worker, a fork takes milliseconds, and forked workers share
the memory of what was imported. Forking is safe here because this process has no other
Python thread and has run no parallel section of OpenMP; a library that starts threads when
it is imported must not be among ``preload``.

`autometa.evaluation._start` is the parent's side, and describes the messages.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
import time
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NoReturn

from autometa.evaluation import _worker

MAX_MESSAGE = 1 << 20
N_FILES = 4  # of a request: stdin, stdout, stderr, and the socket that the parent controls it by
PR_SET_PDEATHSIG = 1  # prctl: a signal to be sent to this process when its parent dies


@dataclass(eq=False)
class ForkServer:
    """Serves one parent.

    Attributes
    ----------
    requests : socket
        Where the parent asks for workers.
    idle_seconds : float
        It ends after so long without a worker.
    controls : dict of int to socket
        By process, where its parent asks for its end, and hears of it.
    is_retiring : bool
        Whether requests are refused; the parent then starts another server.
    """

    requests: socket.socket
    idle_seconds: float
    controls: dict[int, socket.socket] = field(default_factory=dict)
    is_retiring: bool = False
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)

    def __post_init__(self) -> None:
        self.ended, wake = os.pipe()  # written to by Python when a child ends
        os.set_blocking(self.ended, False)
        os.set_blocking(wake, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        self.selector.register(self.requests, selectors.EVENT_READ)
        self.selector.register(self.ended, selectors.EVENT_READ)

    def run(self) -> None:
        """Serve until the parent is gone, or has needed no worker for a while."""
        while not (self.is_retiring and not self.controls):
            events = self.selector.select(None if self.controls else self.idle_seconds)
            for key, _ in events:
                if isinstance(key.fileobj, socket.socket) and key.fileobj is not self.requests:
                    self._end(key.fileobj)
                elif key.fileobj is self.requests and not self._serve():
                    return
            self._reap()
            if not events and not self.controls:
                self._retire()

    def _retire(self) -> None:
        """Refuse requests from now on, so that none is lost, and serve those that have come."""
        self.is_retiring = True
        self.selector.unregister(self.requests)
        self.requests.shutdown(socket.SHUT_RD)
        while self._serve():
            pass

    def _serve(self) -> bool:
        """Take a request; False when there is none and there will be none."""
        message, files, _, _ = socket.recv_fds(self.requests, MAX_MESSAGE, N_FILES)
        if not message:
            return False
        request = json.loads(message)
        _preload(request["preload"])
        if files:
            self._fork(request, files)
        return True

    def _fork(self, request: dict[str, Any], files: list[int]) -> None:
        *streams, number = files
        control = socket.socket(fileno=number)
        control.setblocking(False)
        try:
            if _is_given_up(control):
                control.close()
                return
            server = os.getpid()
            pid = os.fork()
            if pid == 0:
                self._become_worker(server, request, streams, control)
            control.send(b"begun")
            self.controls[pid] = control
            self.selector.register(control, selectors.EVENT_READ)
        except OSError as error:  # no room for another process, or a parent that has just gone
            os.write(streams[2], f"{error}\n".encode())
            control.close()
        finally:
            for stream in streams:
                os.close(stream)

    def _become_worker(
        self, server: int, request: dict[str, Any], streams: list[int], control: socket.socket
    ) -> NoReturn:
        try:
            _die_with(server)
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()  # Ctrl-C is for the parent to handle
            for place, stream in enumerate(streams):
                os.dup2(stream, place)
            self.selector.close()
            for one in (self.requests, control, *self.controls.values()):
                one.close()
            for stream in {*streams, self.ended} - {0, 1, 2}:
                os.close(stream)
            _take_surroundings(request)
            _worker.serve(request["memory_limit"])
        finally:
            os._exit(1)

    def _end(self, control: socket.socket) -> None:
        """Kill a process whose parent asks for it, or has forgotten it."""
        pid = next((pid for pid, one in self.controls.items() if one is control), None)
        with contextlib.suppress(OSError):
            control.recv(MAX_MESSAGE)
        if pid is not None:  # not waited for yet, so the number is no other process's
            os.kill(pid, signal.SIGKILL)
            self.selector.unregister(control)

    def _reap(self) -> None:
        """Tell the parent of each process that has ended by which code."""
        with contextlib.suppress(BlockingIOError):
            os.read(self.ended, MAX_MESSAGE)
        for pid in list(self.controls):
            done, status = os.waitpid(pid, os.WNOHANG)
            if not done:
                continue
            control = self.controls.pop(pid)
            with contextlib.suppress(KeyError):
                self.selector.unregister(control)
            with contextlib.suppress(OSError):
                control.send(str(os.waitstatus_to_exitcode(status)).encode())
            control.close()


def _preload(names: Iterable[str]) -> None:
    """Import modules; one that cannot be imported fails in the workers, where it is reported."""
    fresh = [name for name in names if name not in sys.modules]
    for name in fresh:
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    if fresh:
        gc.collect()
        gc.freeze()  # a collection in a worker would copy the pages of what it shares


def _is_given_up(control: socket.socket) -> bool:
    """Say whether the parent needs the process no longer, which it asked for a while ago."""
    try:
        control.recv(MAX_MESSAGE)
    except BlockingIOError:
        return False
    return True


def _die_with(parent: int) -> None:
    """Have this process killed when its parent dies: nobody else could end it."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))
    if os.getppid() != parent:  # it died in between
        os._exit(1)


def _take_surroundings(request: dict[str, Any]) -> None:
    """Take the folder and the environment that the parent has now; draw numbers of one's own."""
    with contextlib.suppress(OSError):
        os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    time.tzset()
    if (numpy := sys.modules.get("numpy")) is not None:
        numpy.random.seed()


def main() -> None:
    """Serve the parent at the other end of the socket."""
    warnings.simplefilter("ignore")
    ForkServer(socket.socket(fileno=int(sys.argv[1])), float(sys.argv[2])).run()


if __name__ == "__main__":
    main()
