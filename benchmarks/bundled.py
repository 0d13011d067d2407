"""Measure advice from the bundled knowledge base on families that it has not seen.

What `autometa kb evaluate kb:bundled --n-repeats 5` prints, as a page: mean regret of each order
(0 is the best setup of a task, 1 its worst), how often intervals hold, how well seconds are
expected, and on how many tasks the advice is worse than the list that is the same for all. Once
with all algorithms, once without those of the extra ``boost``, which ``pip install`` without it
lacks. ::

    python benchmarks/bundled.py
    python benchmarks/bundled.py --smoke

Each of the two is kept when it is done: the same command goes on where it was stopped.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

import pandas as pd
from measuring import SMOKE, Kept, made_by, results

from autometa.knowledge_base import KnowledgeBase
from autometa.meta_models.evaluation import evaluate, summarise_evaluation

OF_BOOST = ("catboost", "xgboost")
SHOWN = ("@1", "@3", "@10", "1 s", "60 s")
QUESTION = """Families are held out by tenths, in {n} division(s), seed 0; mean regret ± standard
error over families. "Default" is one setup alone: that of the library, but for CatBoost, of which
the knowledge base has 500 trees at a rate of .05 where the library takes 1,000 and a rate from
the rows.

Tuned on: sharpness, caution, trees and targets of the forests were chosen on Oboe's history and on
these very tasks ([caution](caution.md), [choices](choices.md)). The figures are no last look."""


def main() -> None:
    """Evaluate both, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])  # type: ignore[union-attr]
    parser.add_argument("--n-repeats", type=int, default=5, help="divisions of the families")
    parser.add_argument("--smoke", action="store_true", help=SMOKE)
    arguments = parser.parse_args()
    n_repeats = 1 if arguments.smoke else arguments.n_repeats
    with results(arguments.smoke) as folder:
        kept = Kept(folder / "bundled.jsonl")
        lines = ["# Advice from the bundled knowledge base, by family", ""]
        lines += [QUESTION.format(n=n_repeats), ""]
        for name, left_out in {"all algorithms": (), "without the extra `boost`": OF_BOOST}.items():
            figures = kept.rows(
                (name, n_repeats), lambda out=left_out: measure(out, n_repeats, arguments.smoke)
            )
            for of_type in figures:
                lines += [*section(name, of_type), ""]
        page = "\n".join([*lines, made_by(f"bundled.py --n-repeats {n_repeats}"), ""])
        (folder / "bundled.md").write_text(page)
        print(page)


def measure(left_out: tuple[str, ...], n_repeats: int, is_smoke: bool) -> list[dict[str, Any]]:
    """Return the figures of each task type."""
    kb = KnowledgeBase.bundled()
    runs, tasks = kb.runs, kb.tasks
    runs = runs[~runs["algorithm"].isin(left_out)]
    if is_smoke:  # regressions of eight families, and every tenth of their setups
        tasks = tasks[tasks["task_type"] == "regression"].drop_duplicates("family").head(8)
        setups = pd.Series(runs["config"].unique())[::10]
        runs = runs[runs["task_id"].isin(tasks["task_id"]) & runs["config"].isin(setups)]
    known = kb.metafeatures[kb.metafeatures.index.isin(tasks["task_id"])]
    part = KnowledgeBase.from_frames(tasks, known, runs)
    n_splits = 4 if is_smoke else 10
    return summarise_evaluation(evaluate(part, n_splits=n_splits, n_repeats=n_repeats))


def section(name: str, figures: dict[str, Any]) -> Iterator[str]:
    """Yield the lines on one task type."""
    yield f"## {figures['task_type']}, `{figures['metric']}`, {name}"
    yield ""
    yield (
        f"{figures['n_tasks']} tasks of {figures['n_families']} families; beside the all-round "
        f'list (greedy portfolio) the advice is "{figures["verdict"]}".'
    )
    yield ""
    yield f"| order | {' | '.join(SHOWN)} |"
    yield "| --- " * (1 + len(SHOWN)) + "|"
    for order, means in figures["orders"].items():
        cells = [f"{means[key]:.4f} ± {means['errors'][key]:.4f}" for key in SHOWN]
        yield f"| {order} | {' | '.join(cells)} |"
    yield ""
    seconds = figures["seconds"] or {"within_factor_2": float("nan")}
    yield (
        f"Of the ten listed {figures['intervals']['listed']['coverage']:.1%} of the 90 % intervals "
        f"hold the score; rank correlation {figures['rank_correlation']:.2f}; "
        f"{seconds['within_factor_2']:.1%} of expected seconds within a factor of 2."
    )
    yield ""
    harm = [
        f"{key} {share['beyond_noise']:.1%} ({share['any']:.0%})"
        for key, share in figures["harm"].items()
    ]
    yield f"Worse than the all-round list, beyond noise (at all): {', '.join(harm)}."


if __name__ == "__main__":
    main()
