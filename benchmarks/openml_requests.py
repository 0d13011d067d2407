"""Counts the requests that 10,000 runs cost: ours, and those of list_evaluations_setups.

Both go through the real openml client to one server on this machine, which speaks
OpenML's v1 XML (tests/support/loopback_openml.py). Every run has a setup of its
own with a number of seven digits, as OpenML's have: the worst case for both. What the
import asks for beyond evaluations and setups is counted as well: which runs failed, tasks,
and the qualities of each dataset.

    python benchmarks/openml_requests.py
    python benchmarks/openml_requests.py --smoke
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
from pathlib import Path

from measuring import SMOKE, made_by, results

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))

from loopback_openml import Loopback  # noqa: E402
from openml_world import Parameter, Upload, World  # noqa: E402

FIRST_SETUP = 5_000_000


def make_world(n_runs: int, n_tasks: int, n_failed: int) -> World:
    """Return a server's content: ``n_runs`` measured runs and some that failed."""
    world = World(flows={1: "mlr.classif.svm(7)"})
    qualities = {"NumberOfInstances": "1000", "NumberOfFeatures": "20", "NumberOfClasses": "2"}
    for task in range(1, n_tasks + 1):
        world.add_task(task, f"data {task}", qualities=qualities)
    for n in range(n_runs + n_failed):
        setup = FIRST_SETUP + n
        parameters = [
            Parameter(name="cost", value=str(n / 7), data_type="numeric"),
            Parameter(name="gamma", value=str(n / 1e5), data_type="numeric"),
            Parameter(name="kernel", value="radial", data_type="discrete"),
        ]
        world.add_setup(setup, 1, parameters)
        failed = n >= n_runs
        world.runs.append(
            Upload(
                run=9_000_000 + n,
                task=n % n_tasks + 1,
                setup=setup,
                error="Error in svm" if failed else "",
                values={} if failed else {"predictive_accuracy": n / n_runs},
            )
        )
    return world


def ask_the_client(server: Loopback, tasks: list[int]) -> tuple[int, int]:
    """Return how many requests list_evaluations_setups makes, and its rows."""
    import openml

    before, n_before = openml.config.server, len(server.calls)
    openml.config.server = server.url
    try:
        rows = openml.evaluations.list_evaluations_setups(
            "predictive_accuracy", tasks=tasks, size=None, output_format="dataframe"
        )
    finally:
        openml.config.server = before
    return len(server.calls) - n_before, len(rows)


def ask_ours(server: Loopback, tasks: list[int], cache: Path) -> tuple[int, int]:
    """Return how many requests an import makes, and its runs."""
    from autometa.importers.openml import OpenMLSettings, import_openml

    settings = OpenMLSettings(server=server.url, cache=cache, interval=0.0)
    n_before = len(server.calls)
    kb = import_openml(tasks=tasks, settings=settings).knowledge_base
    return len(server.calls) - n_before, len(kb.runs)


def main() -> None:
    """Count, and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--failed", type=int, default=100)
    parser.add_argument("--smoke", action="store_true", help=SMOKE)
    options = parser.parse_args()
    if options.smoke:
        options.runs, options.failed = 40, 2
    logging.disable(logging.WARNING)  # the client's, about each answer that is not compressed
    lines = [
        "| tasks | requests of list_evaluations_setups | of the import | fewer by | "
        "for evaluations, setups and runs alone | again |",
        "| ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for n_tasks in (2,) if options.smoke else (1, 5, 20):
        tasks = list(range(1, n_tasks + 1))
        world = make_world(options.runs, n_tasks, options.failed)
        with Loopback(world) as server, tempfile.TemporaryDirectory() as cache:
            theirs, n_theirs = ask_the_client(server, tasks)
            server.calls.clear()
            ours, n_ours = ask_ours(server, tasks, Path(cache))
            alone = ours - server.count("data/qualities") - server.count("task/")
            again, _ = ask_ours(server, tasks, Path(cache))
        assert n_theirs == options.runs
        assert n_ours == options.runs + options.failed
        lines.append(
            f"| {n_tasks} | {theirs} | {ours} | {theirs / ours:.1f} | {alone} "
            f"({theirs / alone:.1f}) | {again} |"
        )
    text = (
        f"# Requests for {options.runs:,} runs\n\nEach run has a setup of its own; "
        f"{options.failed} further runs failed, which only the import tells. "
        "The server is that of the tests, on this machine: the requests are counted, OpenML's own "
        "answers were not seen.\n\n" + "\n".join(lines) + f"\n\n{made_by('openml_requests.py')}\n"
    )
    print(text)
    with results(options.smoke) as folder:
        (folder / "openml_requests.md").write_text(text)


if __name__ == "__main__":
    main()
