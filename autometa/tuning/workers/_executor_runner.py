"""ExecutorRunner: trials in any `concurrent.futures`-like executor, the rest on this machine.

Advice, cleaning and the final fits stay in the workers here, for they write files of the run
or hand over whole models. What an executor cannot do is done around it: a deadline and a
memory limit hold because each call has a process of its own beside the executor's worker; a
worker that is lost costs its call; an executor that takes no more calls is left for the
workers here.
"""

from __future__ import annotations

import math
import queue
import secrets
import time
from collections import deque
from collections.abc import Callable, Hashable
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from autometa.evaluation import Outcome
from autometa.evaluation._registered import with_registered
from autometa.tuning.workers._executor_side import (
    RemoteCall,
    SetUp,
    SharedFile,
    cancel_here,
    close_here,
    run_call,
)
from autometa.tuning.workers._runner import LOOK_SECONDS, TrialRunner
from autometa.tuning.workers._worker_side import evaluate

MAX_LOST = 5  # calls in a row without a single answer: the executor's workers are no good
# A call may wait for a worker that has to start and import (20 s on a cold disk) and be sent a
# table; after that and its own deadline nobody will answer.
LATE_SECONDS = 120.0


@dataclass(frozen=True)
class _UnderWay:
    """A call that the executor has."""

    key: Hashable
    call: RemoteCall
    future: Any
    begun: float


class ExecutorRunner:
    """A `TrialRunner` that gives trials to an executor.

    Parameters
    ----------
    here : TrialRunner
        Workers of this machine.
    n_here : int
        How many calls these take at a time.
    executor : concurrent.futures.Executor
        Anything with its ``submit``; it is not shut down.
    memory_limit : int or None
        Bytes of address space of each call's process; None is four fifths of the memory of the
        machine it runs on.
    is_asked_to_end : callable
    """

    def __init__(
        self,
        here: TrialRunner,
        n_here: int,
        executor: Any,
        memory_limit: int | None = None,
        is_asked_to_end: Callable[[], bool] = lambda: False,
    ) -> None:
        self.is_asked_to_end = is_asked_to_end
        self._here, self._n_here, self._executor = here, n_here, executor
        self._memory_limit = memory_limit
        self._run = secrets.token_hex(8)
        self._set_up: SetUp | None = None
        self._under_way: dict[str, _UnderWay] = {}
        self._done: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._waiting: deque[tuple[Hashable, Callable[..., Any], tuple[Any, ...], Any]] = deque()
        self._n_lost = 0
        self._is_left = False
        self._notes: list[str] = []

    @property
    def notes(self) -> list[str]:
        """What machine and executor did not grant."""
        return [*self._here.notes, *self._notes]

    @property
    def n_busy(self) -> int:
        """Calls under way, there and here."""
        return len(self._under_way) + self._here.n_busy + len(self._waiting)

    def set_up(self, initializer: Callable[..., Any], *initargs: Any) -> None:
        """Give all workers what calls get first: those here now, those there with a call."""
        self._here.set_up(initializer, *initargs)
        files = tuple(_shared(arg) for arg in initargs)
        threads = initargs[-1] if initargs and isinstance(initargs[-1], int) else 1
        self._set_up = SetUp(
            *with_registered(initializer, files),  # type: ignore[arg-type]
            threads=threads,
            memory_limit=self._memory_limit,
        )

    def submit(
        self, key: Hashable, function: Callable[..., Any], *args: Any, timeout: float | None = None
    ) -> None:
        """Start a call: a trial in the executor, anything else here."""
        if function is evaluate and self._set_up is not None and not self._is_left:
            name = f"autometa-{self._run}-{secrets.token_hex(8)}"
            call = RemoteCall(name, self._run, self._set_up, function, args, timeout)
            if self._give(key, call):
                return
        self._submit_here(key, function, args, timeout)

    def _give(self, key: Hashable, call: RemoteCall, contents: Any = None) -> bool:
        """Hand a call to the executor; False, and never again, when it takes none."""
        try:
            future = self._executor.submit(run_call, call, contents)
        except Exception as error:  # each kind of executor has its own for "shut down"
            self._leave(error)
            return False
        self._under_way[call.name] = _UnderWay(key, call, future, time.monotonic())
        future.add_done_callback(lambda _: self._done.put(call.name))
        return True

    def _submit_here(
        self, key: Hashable, function: Callable[..., Any], args: tuple[Any, ...], timeout: Any
    ) -> None:
        if self._here.n_busy < self._n_here:
            self._here.submit(key, function, *args, timeout=timeout)
        else:
            self._waiting.append((key, function, args, timeout))

    def wait(self, timeout: float | None = None) -> Outcome | None:
        """Return the next outcome; None when the time, or the user's patience, ran out."""
        until = math.inf if timeout is None else time.monotonic() + max(0.0, timeout)
        while True:
            while self._waiting and self._here.n_busy < self._n_here:
                self._submit_here(*self._waiting.popleft())
            left = max(0.0, min(until - time.monotonic(), LOOK_SECONDS))
            outcome = self._next(left)
            is_over = time.monotonic() >= until or not self.n_busy
            if outcome is not None or is_over or self.is_asked_to_end():
                return outcome

    def _next(self, seconds: float) -> Outcome | None:
        """Return an outcome from there or from here, within some seconds."""
        if self._here.n_busy and not self._under_way:
            return self._here.wait(seconds)
        if self._here.n_busy:
            outcome = self._here.wait(0.0)
            if outcome is not None:
                return outcome
            seconds = min(seconds, LOOK_SECONDS / 10)  # both are looked at in turn
        try:
            return self._receive(self._done.get(timeout=seconds))
        except queue.Empty:
            return self._overdue()

    def _receive(self, name: str) -> Outcome | None:
        under_way = self._under_way.pop(name, None)
        if under_way is None:  # it was cancelled
            return None
        try:
            outcome: Outcome | None = under_way.future.result(timeout=0)
        except BaseException as error:  # CancelledError is no Exception everywhere
            if isinstance(error, KeyboardInterrupt | SystemExit):
                raise
            return self._lost(under_way, error)
        self._n_lost = 0
        if outcome is None:  # a machine that lacks the table
            contents = {f.digest: Path(f.path).read_bytes() for f in self._files()}
            if not self._give(under_way.key, under_way.call, contents):
                call = under_way.call
                self._submit_here(under_way.key, call.function, call.arguments, call.timeout)
            return None
        return replace(outcome, key=under_way.key)

    def _files(self) -> list[SharedFile]:
        assert self._set_up is not None
        args = self._set_up.initargs
        flat = [one for arg in args for one in (arg if isinstance(arg, tuple) else (arg,))]
        return [arg for arg in flat if isinstance(arg, SharedFile)]

    def _lost(self, under_way: _UnderWay, error: BaseException) -> Outcome:
        """Return how a call ended whose worker is gone: it says nothing of the setup."""
        self._n_lost += 1
        said = f"{type(error).__name__}: {error}".strip(": ")
        self._notes.append(f"A worker of the executor was lost, and its trial with it ({said}).")
        if isinstance(error, BrokenExecutor) or self._n_lost >= MAX_LOST:
            self._leave(error)
        seconds = time.monotonic() - under_way.begun
        message = f"The executor lost its worker: {said}"
        return Outcome(key=under_way.key, status="stopped", message=message, seconds=seconds)

    def _overdue(self) -> Outcome | None:
        """Give up a call that nobody will answer any longer."""
        now = time.monotonic()
        for under_way in list(self._under_way.values()):
            limit = under_way.call.timeout
            if limit is not None and now > under_way.begun + limit + LATE_SECONDS:
                return self.cancel(under_way.key)
        return None

    def _leave(self, error: BaseException) -> None:
        if not self._is_left:
            self._is_left = True
            said = f"{type(error).__name__}: {error}".strip(": ")
            self._notes.append(
                f"The executor takes no more calls ({said}); the run went on on this machine."
            )

    def cancel(self, key: Hashable) -> Outcome | None:
        """End a call that is not wanted any longer; None when there is none of that key.

        One that another process has begun goes on there until it ends or its deadline comes;
        nobody waits for it.
        """
        for call in self._waiting:
            if call[0] == key:
                self._waiting.remove(call)
                return Outcome(key=key, status="stopped", message="Stopped.")
        for name, under_way in self._under_way.items():
            if under_way.key == key:
                del self._under_way[name]
                if not under_way.future.cancel():
                    cancel_here(name)
                seconds = time.monotonic() - under_way.begun
                return Outcome(key=key, status="stopped", message="Stopped.", seconds=seconds)
        return self._here.cancel(key)

    def refill(self) -> None:
        """Start the workers here that were killed."""
        self._here.refill()

    def restart(self) -> bool:
        """Open the workers here anew; what is under way anywhere is given up."""
        self._cancel_all()
        return self._here.restart()

    def _cancel_all(self) -> None:
        self._waiting.clear()
        for under_way in list(self._under_way.values()):
            self.cancel(under_way.key)

    def close(self) -> None:
        """Give up what is under way; the executor stays open, it is the user's."""
        self._cancel_all()
        close_here(self._run)
        self._here.close()


def _shared(argument: Any) -> Any:
    """Return a path of the run as a file that other machines can be sent."""
    return SharedFile.of(argument) if isinstance(argument, str) else argument
