"""How often a client may ask: a bucket each, which fills at a constant rate."""

from __future__ import annotations

import time
from collections import OrderedDict

MAX_CLIENTS = 10_000  # buckets that are kept; the one that was used longest ago goes first


class RateLimit:
    """Requests a second on average, and at once.

    Examples
    --------
    >>> limit = RateLimit(1.0, burst=2.0)
    >>> [limit.wait("ann", now=0.0) for _ in range(3)], limit.wait("bob", now=0.0)
    ([0.0, 0.0, 1.0], 0.0)
    """

    def __init__(self, per_second: float, burst: float) -> None:
        self._per_second = per_second
        self._burst = burst
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, client: str, now: float | None = None) -> float:
        """Count a request; return 0, or the seconds until one would be taken."""
        now = time.monotonic() if now is None else now
        level, since = self._buckets.pop(client, (self._burst, now))
        level = min(self._burst, level + (now - since) * self._per_second)
        is_taken = level >= 1
        self._buckets[client] = (level - 1 if is_taken else level, now)
        if len(self._buckets) > MAX_CLIENTS:
            self._buckets.popitem(last=False)
        return 0.0 if is_taken else (1 - level) / self._per_second
