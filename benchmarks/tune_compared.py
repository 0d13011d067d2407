"""Measure what advice adds to `tune`, and how `tune` stands beside plain search and defaults.

Every method gets the same rows and cores, searches the same seconds, and is judged on a
quarter of the rows that it never saw, by ROC AUC (two classes), log loss (more) or RMSE
(numbers). ``advice`` is `tune` with the bundled knowledge base without the dataset's family,
``no advice`` is `tune(knowledge_base=False)`, ``TPE`` and ``random`` are Optuna alone over the
same algorithms and spaces, best of cross-validation, fitted on all rows. Defaults are fitted
once. Datasets are drawn by ``--draw`` before anything is measured, one of a family at most.
What ``advice`` learns from is learnt before its clock starts, as the bundled knowledge base ships
it; until this page said so, it was learnt within the budget.
Each line is kept when it is done, with commit and versions: a run that was stopped goes on,
as long as the code is of the same commit, and the page is written after each dataset. ::

    python benchmarks/tune_compared.py --shared ../shared --budgets 10 60 --n-datasets 20 --splits 3
    python benchmarks/tune_compared.py --smoke

Run it on a machine that does nothing else. Four methods take the budget, the defaults some 20 s
together; ``--methods advice "no advice"`` measures these two alone. Expected time for 20 datasets
in 3 splits:

    budget   a dataset and split   in all
    10 s     60 s                  1 hour
    60 s     260 s                 4.5 hours
    300 s    1,220 s               20 hours
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pandas as pd
from measuring import SMOKE, Kept
from sklearn.model_selection import cross_val_score, train_test_split
from tune_compared_report import report

from autometa import KnowledgeBase, tune
from autometa.algorithms import algorithms_for, get_algorithm
from autometa.datasets import load_dataset
from autometa.meta_models import MetaModel
from autometa.metrics import Predictions, default_metric, score
from autometa.tables import Table

RESULTS = Path(__file__).parent / "results" / "tune_compared"
DEFAULTS = ("catboost", "lightgbm", "hist_gradient_boosting", "random_forest")
SEARCH_SHARE = 0.85  # Optuna alone cannot stop a fit under way: the rest is for that and the refit
MIN_ROWS = 200  # held-out scores of fewer rows say little


def main() -> None:
    """Measure what is not measured yet, then write the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])  # type: ignore[union-attr]
    parser.add_argument("--shared", type=Path, help="folder that holds datasets/")
    parser.add_argument("--budgets", type=float, nargs="+", default=[10.0, 60.0])
    parser.add_argument("--n-datasets", type=int, default=20)
    parser.add_argument("--splits", type=int, default=3)
    parser.add_argument("--draw", type=int, default=0, help="seed of the draw of datasets")
    parser.add_argument("--n-jobs", type=int, default=1)
    parser.add_argument("--methods", nargs="+", default=list(METHODS), choices=list(METHODS))
    parser.add_argument("--out", type=Path, default=RESULTS, help="without the ending")
    parser.add_argument("--smoke", action="store_true", help=SMOKE)
    arguments = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore")
    if arguments.smoke:
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "smoke"
            measure_all([("sklearn:wine", None, None, "wine")], [2.0], 1, 1, out, list(METHODS))
        return
    if arguments.shared is None:
        parser.error("--shared is needed without --smoke")
    datasets = draw(arguments.shared, arguments.n_datasets, arguments.draw)
    if "advice" not in arguments.methods:
        parser.error("--methods must name advice, which all others are compared with")
    measure_all(
        datasets,
        arguments.budgets,
        arguments.splits,
        arguments.n_jobs,
        arguments.out,
        arguments.methods,
    )


Dataset = tuple[str, str | None, str | None, str]  # where it is, target, task type, family


def draw(shared: Path, n_datasets: int, seed: int) -> list[Dataset]:
    """Return datasets at random, one of a family at most."""
    manifest = pd.read_csv(shared / "datasets" / "manifest.csv")
    manifest = manifest[manifest["n_rows"] >= MIN_ROWS]
    drawn = manifest.sample(frac=1.0, random_state=seed).drop_duplicates("family")
    return [
        (str(shared / "datasets" / f"{d.name}.parquet"), d.target, d.task_type, d.family)
        for d in drawn.head(n_datasets).itertuples(index=False)
    ]


def measure_all(
    datasets: list[Dataset],
    budgets: list[float],
    n_splits: int,
    n_jobs: int,
    out: Path,
    methods: list[str],
) -> None:
    """Append a line for each dataset, split, budget and method that has none yet."""
    lines, table = out.with_suffix(".jsonl"), out.with_suffix(".md")
    lines.parent.mkdir(exist_ok=True)
    kept = Kept(lines)
    for split in range(n_splits):  # whatever ends early has all datasets of a split
        for dataset in datasets:
            for budget in budgets:
                for method in methods:
                    asked = (dataset, split, budget, method, n_jobs)
                    key = (Path(dataset[0]).stem, *asked[1:])
                    rows = kept.rows(key, lambda asked=asked: [measure(*asked)])
                    print(json.dumps(rows[0]), file=sys.stderr)
            table.write_text(report(list(kept), str(__doc__)))
    print(table.read_text())


def measure(
    dataset: Dataset, split: int, budget: float, method: str, n_jobs: int
) -> dict[str, Any]:
    """Return the held-out score of one method."""
    source, target, task_type, family = dataset
    table = load_dataset(source, target, task_type=task_type)
    train, test = halves(table, split)
    metric = default_metric(table.task_type)
    if method == "advice":
        learnt_without(family, table.task_type)  # before the clock: the bundled one is learnt too
    start = time.monotonic()
    result, why = float("nan"), ""
    try:
        model = METHODS[method](table, train, budget, split, n_jobs, family)
        seconds = time.monotonic() - start
        result = judge(model, table, test, metric)
    except Exception as error:  # one method that fails must not end a night of measuring
        seconds, why = time.monotonic() - start, f"{type(error).__name__}: {error}"[:300]
    return {
        "dataset": Path(source).stem,
        "family": family,
        "task_type": table.task_type,
        "n_rows": len(table.y),
        "metric": metric,
        "split": split,
        "budget": budget,
        "method": method,
        "seconds": round(seconds, 2),
        "score": result if np.isfinite(result) else None,
        "error": why,
    }


def halves(table: Table, seed: int) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return training rows and a quarter to judge on; classes keep their shares."""
    counts = np.bincount(table.y) if table.n_classes else np.array([2])
    stratify = table.y if table.n_classes and counts.min() >= 2 else None
    train, test = train_test_split(
        np.arange(len(table.y)), test_size=0.25, random_state=seed, stratify=stratify
    )
    return train, test


def without_family(family: str) -> KnowledgeBase:
    """Return the bundled knowledge base without the tasks of a family."""
    kb = KnowledgeBase.bundled()
    tasks = kb.tasks[kb.tasks["family"] != family]
    kept = set(tasks["task_id"])
    return KnowledgeBase.from_frames(
        tasks,
        kb.metafeatures[kb.metafeatures.index.isin(kept)],
        kb.runs[kb.runs["task_id"].isin(kept)],
    )


@lru_cache(maxsize=2)
def learnt_without(family: str, task_type: str) -> MetaModel:
    """Return what the bundled knowledge base says without the tasks of a family.

    The bundled one ships what was learnt from it. So learning, some two processor seconds, is
    done before the clock of `tune` starts.
    """
    kb = without_family(family)
    model = MetaModel().fit(kb)
    known = kb.metafeatures.iloc[0]
    model.recommend(known, n=1, task_type=task_type, metric=default_metric(task_type))
    return model


def tuned(
    table: Table, train: Any, budget: float, seed: int, n_jobs: int, kb: MetaModel | bool
) -> Any:
    """Return the pipeline of `tune`."""
    return tune(
        table.X.iloc[train],
        table.labels[train],
        time_budget=budget,
        n_jobs=n_jobs,
        random_state=seed,
        task_type=table.task_type,
        **({"model": kb} if isinstance(kb, MetaModel) else {"knowledge_base": kb}),
    ).best_pipeline


def searched(sampler: Callable[[int], optuna.samplers.BaseSampler]) -> Method:
    """Return Optuna alone with a sampler: best mean of five folds, fitted on all rows."""

    def fit(table: Table, train: Any, budget: float, seed: int, n_jobs: int, family: str) -> Any:
        X, y = table.X.iloc[train], table.labels[train]
        names = [a.name for a in algorithms_for(table.task_type, len(train), table.n_classes)]
        metric = default_metric(table.task_type)

        def build(trial: Any) -> Any:
            name = trial.suggest_categorical("algorithm", names)
            space = get_algorithm(name).space(table.task_type)
            config = {k: trial._suggest(f"{name}.{k}", d) for k, d in space.items()}
            return get_algorithm(name).build(config, table.task_type, seed, 1)

        def objective(trial: optuna.Trial) -> float:
            return float(np.mean(cross_val_score(build(trial), X, y, scoring=metric, cv=5)))

        study = optuna.create_study(direction="maximize", sampler=sampler(seed))
        study.optimize(objective, timeout=SEARCH_SHARE * budget, catch=(Exception,))
        return build(optuna.trial.FixedTrial(study.best_params)).fit(X, y)

    return fit


def default_of(algorithm: str) -> Method:
    """Return the library's default of an algorithm behind our cleaner, one thread."""

    def fit(table: Table, train: Any, budget: float, seed: int, n_jobs: int, family: str) -> Any:
        config = get_algorithm(algorithm).setups(table.task_type)["library"]
        pipeline = get_algorithm(algorithm).build(config, table.task_type, seed, n_jobs)
        return pipeline.fit(table.X.iloc[train], table.labels[train])

    return fit


def judge(model: Any, table: Table, test: Any, metric: str) -> float:
    """Return the score on the held-out rows, greater is better."""
    X, y = table.X.iloc[test], table.y[test]
    if not table.n_classes:
        values = np.asarray(model.predict(X), dtype="float64")
        return score(metric, Predictions(y=y, values=values))
    position = {label: i for i, label in enumerate(table.classes.tolist())}
    values = np.full((len(test), table.n_classes), 1e-15)
    columns = [position[label] for label in np.asarray(model.classes_).tolist()]
    values[:, columns] = model.predict_proba(X)
    values /= values.sum(axis=1, keepdims=True)
    return score(metric, Predictions(y=y, values=values, n_classes=table.n_classes))


Method = Callable[[Table, Any, float, int, int, str], Any]
METHODS: dict[str, Method] = {
    "advice": lambda t, rows, s, seed, jobs, family: tuned(
        t, rows, s, seed, jobs, learnt_without(family, t.task_type)
    ),
    "no advice": lambda t, rows, s, seed, jobs, family: tuned(t, rows, s, seed, jobs, False),
    "TPE": searched(lambda seed: optuna.samplers.TPESampler(seed=seed, multivariate=True)),
    "random": searched(lambda seed: optuna.samplers.RandomSampler(seed=seed)),
    **{f"{name} default": default_of(name) for name in DEFAULTS},
}


if __name__ == "__main__":
    main()
