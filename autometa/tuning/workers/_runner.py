"""TrialRunner: calls in workers, with a deadline each, and workers that are replaced.

`PoolRunner` is the one that `autometa.tune` uses. Another kind of executor needs what
`TrialRunner` lists, and nothing of the search changes.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Hashable
from typing import Any, Protocol

from autometa.evaluation import Outcome
from autometa.tuning.workers._pools import Pool

LOOK_SECONDS = 0.2  # how often a run looks whether it is to end: less than a user notices
MAX_RESTARTS = 2  # of all workers; a machine that starts none three times will not the fourth


class TrialRunner(Pool, Protocol):
    """Runs calls of a run in workers that hold its table."""

    def restart(self) -> bool:
        """Open all workers anew, after a WorkerError; False when that was tried too often."""


class PoolRunner:
    """Runs calls in a pool that is opened anew when its workers cannot be started.

    Parameters
    ----------
    open_pool : callable
        Returns a pool of idle workers.
    is_asked_to_end : callable
        Whether the user wants the run to end; calls are then waited for no longer.
    """

    def __init__(
        self, open_pool: Callable[[], Pool], is_asked_to_end: Callable[[], bool] = lambda: False
    ) -> None:
        self.is_asked_to_end = is_asked_to_end
        self._open_pool = open_pool
        self._pool = open_pool()
        self._initializer: tuple[Any, ...] = ()
        self._n_restarts = 0
        self._gave_up = False

    @property
    def notes(self) -> list[str]:
        """What the machine did not grant."""
        return self._pool.notes

    @property
    def n_busy(self) -> int:
        """Calls under way."""
        return self._pool.n_busy

    def set_up(self, initializer: Callable[..., Any], *initargs: Any) -> None:
        """Give all workers, and those that replace them, what calls get first."""
        self._initializer = (initializer, *initargs)
        self._pool.set_up(initializer, *initargs)

    def submit(
        self, key: Hashable, function: Callable[..., Any], *args: Any, timeout: float | None = None
    ) -> None:
        """Start a call in an idle worker, which is killed after ``timeout`` seconds."""
        self._pool.submit(key, function, *args, timeout=timeout)

    def wait(self, timeout: float | None = None) -> Outcome | None:
        """Return the next outcome; None when the time, or the user's patience, ran out.

        Raises
        ------
        WorkerError
            If a worker could not be started: `restart` opens others.
        """
        until = math.inf if timeout is None else time.monotonic() + max(0.0, timeout)
        while True:
            left = min(until - time.monotonic(), LOOK_SECONDS)
            outcome = self._pool.wait(timeout=max(0.0, left))
            is_over = time.monotonic() >= until or not self._pool.n_busy
            if outcome is not None or is_over or self.is_asked_to_end():
                return outcome

    def cancel(self, key: Hashable) -> Outcome | None:
        """End a call that is not wanted any longer; None when there is none of that key."""
        return self._pool.cancel(key)

    def refill(self) -> None:
        """Start the workers that were killed now, not at the next call."""
        if not self._gave_up:
            self._pool.refill()

    def restart(self) -> bool:
        """Open another pool; False when that was done too often."""
        self._pool.close()
        self._n_restarts += 1
        self._gave_up = self._n_restarts > MAX_RESTARTS
        if self._gave_up:
            return False
        self._pool = self._open_pool()
        if self._initializer:
            self._pool.set_up(*self._initializer)
        return True

    def close(self) -> None:
        """Kill the workers; calls under way are lost."""
        self._pool.close()
