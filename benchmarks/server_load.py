"""Ask a server much at once: how soon it answers, whether any request is lost, whether it grows.

Starts `autometa serve` on loopback and asks it: advice by meta-features, one client after the
other; uploads of 5,000 x 30 by 20 clients; 100 uploads at once; then many requests by
meta-features, with the memory of the server and its workers before and after.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd

from autometa import describe
from autometa.server import Client, ServerError

SERVE = (sys.executable, "-m", "autometa", "serve", "--port", "0", "--requests-per-second", "10000")


def main() -> None:
    """Print one line a question."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="few requests, a small table")
    smoke = parser.parse_args().smoke
    n_rows, n_columns = (200, 5) if smoke else (5_000, 30)
    table = make_table(n_rows, n_columns)
    values = describe(table, "kind")
    n_single, n_soak = (5, 20) if smoke else (200, 10_000)
    n_clients, n_burst = (2, 4) if smoke else (20, 100)
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "AUTOMETA_HOME": folder}
        process = subprocess.Popen(SERVE, stderr=subprocess.PIPE, text=True, env=environment)
        try:
            url = address_of(process)
            asking = Asking(url, table, values)
            asking.by_metafeatures(0)  # workers start
            report("meta-features", [asking.by_metafeatures(i) for i in range(n_single)])
            with ThreadPoolExecutor(n_clients) as clients:
                report(
                    f"upload, {n_clients} clients", clients.map(asking.upload, range(5 * n_clients))
                )
            with ThreadPoolExecutor(n_burst) as clients:
                report(f"{n_burst} uploads at once", clients.map(asking.upload, range(n_burst)))
            before = memory_of(process.pid)
            report("soak", [asking.by_metafeatures(i) for i in range(n_soak)])
            after = memory_of(process.pid)
            print(
                f"memory {before:.0f} MiB, after the soak {after:.0f} ({after / before - 1:+.1%})"
            )
        finally:
            process.terminate()
            process.wait(timeout=60)


class Asking:
    """Requests to a server; each returns its seconds, NaN when it was refused or lost."""

    def __init__(self, url: str, table: pd.DataFrame, values: pd.Series) -> None:
        self.url = url
        self.content = table.to_csv(index=False).encode()
        self.values = values

    def by_metafeatures(self, _: int) -> float:
        """Ask by meta-features."""
        return self._timed(metafeatures=self.values, task_type="binary")

    def upload(self, _: int) -> float:
        """Ask by the table."""
        return self._timed(table=self.content, target="kind")

    def _timed(self, **question: object) -> float:
        with Client(self.url) as client:
            began = time.perf_counter()
            try:
                client.recommend(**question)
            except ServerError as error:
                print(f"refused: {error}", file=sys.stderr)
                return float("nan")
            return time.perf_counter() - began


def make_table(n_rows: int, n_columns: int) -> pd.DataFrame:
    """Return numbers, and a class that some of them give."""
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(n_rows, n_columns)))
    table.columns = [f"c{i}" for i in range(n_columns)]
    return table.assign(kind=table["c0"] + table["c1"] > 0)


def address_of(process: subprocess.Popen[str]) -> str:
    """Return where a server says that it listens."""
    assert process.stderr is not None
    for line in process.stderr:
        if found := re.search(r"http://[\d.]+:\d+", line):
            # what it logs from here on is read by nobody, and must not block it
            threading.Thread(target=process.stderr.read, daemon=True).start()
            return found[0]
    raise SystemExit("the server did not start")


def memory_of(pid: int) -> float:
    """Return the MiB of a process and all its children."""
    import psutil

    process = psutil.Process(pid)
    family = [process, *process.children(recursive=True)]
    return sum(one.memory_info().rss for one in family) / 2**20


def report(what: str, seconds: object) -> None:
    """Print how long answers took."""
    found = np.array(list(seconds))  # type: ignore[call-overload]
    kept = found[~np.isnan(found)]
    p50, p95 = np.quantile(kept, [0.5, 0.95]) * 1000
    print(
        f"{what}: {len(found)} asked, {len(found) - len(kept)} lost, "
        f"p50 {p50:.0f} ms, p95 {p95:.0f} ms"
    )


if __name__ == "__main__":
    main()
