"""Counters of a server, in the text format of Prometheus.

Written here, as in one process the format is a screenful. Nothing of a client is in a label.
"""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping

BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)  # seconds
KIND = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """Requests by route and status, their seconds, and gauges that are read when asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: Counter[tuple[str, str, int]] = Counter()
        self._buckets: Counter[tuple[str, float]] = Counter()
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._gauges: dict[str, tuple[str, Callable[[], Mapping[str, float]]]] = {}

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        with self._lock:
            self._requests[method, route, status] += 1
            self._seconds[route] += seconds
            for bound in BUCKETS:
                self._buckets[route, bound] += seconds <= bound

    def gauge(self, name: str, text: str, read: Callable[[], Mapping[str, float]]) -> None:
        """Add numbers that are read when asked for, by their labels as Prometheus writes them."""
        self._gauges[name] = (text, read)

    def text(self) -> str:
        """Return everything."""
        with self._lock:
            lines = [*self._request_lines()]
        for name, (text, read) in self._gauges.items():
            lines += [f"# HELP {name} {text}", f"# TYPE {name} gauge"]
            lines += [f"{name}{labels} {value:g}" for labels, value in read().items()]
        return "\n".join(lines) + "\n"

    def _request_lines(self) -> list[str]:
        name = "autometa_requests_total"
        lines = [f"# HELP {name} Requests that were answered.", f"# TYPE {name} counter"]
        counts: Counter[str] = Counter()
        for (method, route, status), n in sorted(self._requests.items()):
            lines.append(f'{name}{{method="{method}",route="{route}",status="{status}"}} {n}')
            counts[route] += n
        name = "autometa_request_seconds"
        lines += [f"# HELP {name} Seconds to an answer.", f"# TYPE {name} histogram"]
        for route, n in sorted(counts.items()):
            for bound in BUCKETS:
                within = self._buckets[route, bound]
                lines.append(f'{name}_bucket{{route="{route}",le="{bound:g}"}} {within}')
            lines.append(f'{name}_bucket{{route="{route}",le="+Inf"}} {n}')
            lines.append(f'{name}_sum{{route="{route}"}} {self._seconds[route]:g}')
            lines.append(f'{name}_count{{route="{route}"}} {n}')
        return lines
