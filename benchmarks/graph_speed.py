"""Measure how long the graph of a knowledge base takes to build and to ask.

Three bases: the bundled one; 10,000 runs of 100 tasks; a million runs that repeat some setups on 20
tasks, as bases that grow for years do. Each in a process of its own, which tells processor seconds
and the peak of its resident set. The ten questions are asked of the graph without its runs, as
`autometa kb query` does. ::

    python benchmarks/graph_speed.py
    python benchmarks/graph_speed.py --smoke
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from measuring import SMOKE, made_by, results
from ten_million_runs import RUNS_PER_TASK, draw_runs, peak_memory, task_names

from autometa import KnowledgeBase
from autometa.graph import QUESTIONS
from autometa.knowledge_base.storage._parts import write_manifest, write_part

BUNDLED = "bundled"
BASES = {"10,000 runs": (100, 1), "1,000,000 runs": (20, 500)}  # tasks, times each is run
SMOKE_BASES = {"400 runs": (2, 2)}


def main() -> None:
    """Measure each base in a child, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])  # type: ignore[union-attr]
    parser.add_argument("--smoke", action="store_true", help=SMOKE)
    parser.add_argument("--ask", help=argparse.SUPPRESS)  # the folder that a child is to measure
    arguments = parser.parse_args()
    if arguments.ask is not None:
        print(json.dumps(measure(arguments.ask)))
        return
    with results(arguments.smoke) as pages, tempfile.TemporaryDirectory() as folder:
        bases = {} if arguments.smoke else {BUNDLED: BUNDLED}
        for name, (n_tasks, times) in (SMOKE_BASES if arguments.smoke else BASES).items():
            bases[name] = str(draw(Path(folder) / name, n_tasks, times))
        found = {name: in_child(base) for name, base in bases.items()}
        page = "\n".join([*report(found), "", made_by("graph_speed.py"), ""])
        (pages / "graph_speed.md").write_text(page)
        print(page)


def draw(folder: Path, n_tasks: int, times: int) -> Path:
    """Write a base of 20 setups a task and five metrics, measured so many times."""
    folder.mkdir(parents=True)
    names = task_names(0, n_tasks)
    tasks = pd.DataFrame({"task_id": names, "name": names, "task_type": "binary"})
    tasks = tasks.assign(target="y", n_rows=100.0, family=names, source="benchmark")
    write_part(folder, "tasks", tasks)
    features = np.random.default_rng(0).random((n_tasks, 50))
    columns = [f"m{i}" for i in range(features.shape[1])]
    write_part(folder, "metafeatures", pd.DataFrame(features, names, columns))
    for seed in range(times):  # each its own part and its own scores
        write_part(folder, "runs", draw_runs(names, seed=seed))
    write_manifest(folder, {"source": "benchmark"})
    return folder


def in_child(base: str) -> dict[str, Any]:
    """Return what a process of its own has measured."""
    command = [sys.executable, __file__, "--ask", base]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(answer.stdout))


def measure(base: str) -> dict[str, Any]:
    """Return processor seconds and memory of building, of loading the store, and of each query."""
    kb = KnowledgeBase.bundled() if base == BUNDLED else KnowledgeBase.load(Path(base))
    before = time.process_time()
    graph = kb.graph(runs="none")
    found: dict[str, Any] = {"build": time.process_time() - before, "build_mb": peak_memory() / 1e6}
    before = time.process_time()
    found["n_triples"] = graph.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").rows[0][0]
    found["first"] = time.process_time() - before
    found["questions"] = {}
    for name in QUESTIONS:
        before = time.process_time()
        graph.query(name)
        found["questions"][name] = time.process_time() - before
    return found | {"peak_mb": peak_memory() / 1e6}


def report(found: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Yield the lines of the page."""
    yield "# Seconds and memory of the graph"
    yield ""
    yield f"Processor seconds; one task of a drawn base has {RUNS_PER_TASK} runs a repetition."
    yield ""
    yield (
        "| base | triples without runs | build | write and load for the first query "
        "| slowest of ten questions | mean | peak, built | peak, asked |"
    )
    yield "| --- " * 8 + "|"
    for name, one in found.items():
        seconds = pd.Series(one["questions"])
        yield (
            f"| {name} | {one['n_triples']:,} | {one['build']:.2f} s | {one['first']:.2f} s | "
            f"{seconds.idxmax()}, {seconds.max():.3f} s | {seconds.mean():.3f} s | "
            f"{one['build_mb']:,.0f} MB | {one['peak_mb']:,.0f} MB |"
        )


if __name__ == "__main__":
    main()
