"""Whether the runs of a knowledge base hold when they are made again.

Evaluations drawn at random are made again from the tables: on the same folds, where
the same score is expected, and on other folds, where it should lie within the noise of
folds. Seconds are compared after scaling by the reference workload where a run knows it.

    python benchmarks/remeasured.py --smoke
    python benchmarks/remeasured.py --shared ../shared --n 120
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from measuring import SMOKE, made_by, results
from sklearn.datasets import load_wine

from autometa import KnowledgeBase
from autometa.algorithms import get_algorithm
from autometa.building._sources import read_sources
from autometa.building._worker_side import measure_setup
from autometa.metrics import default_metric

OTHER_FOLDS = 1


def drawn(kb: KnowledgeBase, n: int, seed: int) -> pd.DataFrame:
    """Return ``n`` evaluations at random, judged by the usual metric of their task."""
    types = kb.tasks.set_index("task_id")["task_type"]
    runs = kb.runs[kb.runs["status"] == "ok"]
    usual = runs["task_id"].astype(str).map(types).map(default_metric)
    runs = runs[(usual == runs["metric"].astype(str)).to_numpy()]
    return runs.sample(min(n, len(runs)), random_state=seed)


def again(run: Any, sources: dict[str, Any]) -> dict[str, Any]:
    """Make one evaluation again; return how far score and seconds are from those kept."""
    source, config = sources[str(run.task_id)], json.loads(run.config)
    same = measure_setup(None, source, run.algorithm, config, 3, run.fidelity)
    other = measure_setup(None, source, run.algorithm, config, 3, run.fidelity, OTHER_FOLDS)
    folds = np.asarray(run.fold_scores, dtype=float)
    other_folds = np.asarray(other["fold_scores"][run.metric], dtype=float)
    noise = np.sqrt(np.nanvar(folds, ddof=1) / 3 + np.nanvar(other_folds, ddof=1) / 3)
    scale = 1.0
    if np.isfinite(run.reference_seconds):
        scale = same["reference_seconds"] / run.reference_seconds
    return {
        "algorithm": run.algorithm,
        "fidelity": run.fidelity,
        "same_folds": abs(same["scores"][run.metric] - run.score) / max(abs(run.score), 1e-9),
        "other_folds": abs(other["scores"][run.metric] - run.score) / max(noise, 1e-12),
        "seconds": same["fit_seconds"] / max(run.fit_seconds, 1e-4) / scale,
        "knows_speed": bool(np.isfinite(run.reference_seconds)),
    }


def made(folder: Path) -> tuple[KnowledgeBase, dict[str, Any]]:
    """Return a small knowledge base of one table, measured in place, and the table's source."""
    wine = load_wine(as_frame=True).frame
    wine.to_parquet(folder / "wine.parquet")
    manifest = {"name": "wine", "target": "target", "task_type": "multiclass"}
    pd.DataFrame([manifest]).to_csv(folder / "manifest.csv", index=False)
    (source,) = read_sources(folder)
    metric = default_metric("multiclass")
    rows = []
    for algorithm in ("naive_bayes", "decision_tree", "nearest_neighbors"):
        config = next(iter(get_algorithm(algorithm).setups("multiclass").values()))
        found = measure_setup(None, source, algorithm, config, 3, 1.0)
        kept = {"fit_seconds": found["fit_seconds"], "fold_scores": found["fold_scores"][metric]}
        about = {"task_id": source.task_id, "algorithm": algorithm, "config": config}
        rows.append(about | kept | {"metric": metric, "score": found["scores"][metric]})
    tasks = pd.DataFrame([{"task_id": source.task_id, "task_type": "multiclass"}])
    runs = pd.DataFrame(rows).assign(reference_seconds=found["reference_seconds"])
    return KnowledgeBase.from_frames(tasks, None, runs), {source.task_id: source}


def report(found: pd.DataFrame) -> str:
    """Return the result in Markdown."""
    long = found[found["seconds"].notna()]
    lines = [
        "# Runs of the bundled knowledge base, made again",
        "",
        f"{len(found)} evaluations drawn at random, of {found['algorithm'].nunique()} algorithms.",
        "",
        "| what | share |",
        "| --- | --- |",
        f"| same folds: score equal to 1e-6 | {(found['same_folds'] < 1e-6).mean():.1%} |",
        f"| same folds: score equal to 1 % | {(found['same_folds'] < 1e-2).mean():.1%} |",
        "| other folds: within 2 standard errors of folds | "
        f"{(found['other_folds'] < 2).mean():.1%} |",
        "| other folds: within 4 standard errors of folds | "
        f"{(found['other_folds'] < 4).mean():.1%} |",
        f"| seconds within a factor of 2 | {long['seconds'].between(0.5, 2).mean():.1%} |",
        f"| median ratio of seconds, now to then | {long['seconds'].median():.2f} |",
        "",
        "Three folds give a rough standard error; with two degrees of freedom in each estimate, "
        "some 88 % are expected within 2 and 98 % within 4.",
    ]
    unequal = found[found["same_folds"] >= 1e-6].groupby("algorithm").size()
    if len(unequal):
        named = ", ".join(f"{name} ({n})" for name, n in unequal.items())
        lines += ["", f"Not equal to 1e-6 on the same folds: {named}."]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Draw, make again, write the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--kb", type=Path, help="the bundled one when not given")
    parser.add_argument("--n", type=int, default=120)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--smoke", action="store_true", help=SMOKE)
    options = parser.parse_args()
    if options.smoke:
        with tempfile.TemporaryDirectory() as folder:
            compare(*made(Path(folder)), options)
        return
    kb = KnowledgeBase.load(options.kb) if options.kb else KnowledgeBase.bundled()
    sources = {source.task_id: source for source in read_sources(options.shared / "datasets")}
    compare(kb, sources, options)


def compare(kb: KnowledgeBase, sources: dict[str, Any], options: argparse.Namespace) -> None:
    """Draw, make again, write the result."""
    runs = drawn(kb, options.n, options.seed).sort_values("task_id")
    found = pd.DataFrame([again(run, sources) for run in runs.itertuples()])
    text = report(found) + f"\n{made_by('remeasured.py')}\n"
    print(text)
    with results(options.smoke) as folder:
        (folder / "remeasured.md").write_text(text)


if __name__ == "__main__":
    main()
