"""How good is the advice? 10-fold on Oboe's history: 320 datasets x 219 scikit-learn setups.

Each fold's datasets are asked about with their meta-features only; a model
learns from all others, including the 100 that have no meta-features. Regret is
0 for the best of the 219 setups on that dataset and 1 for the worst. The
anytime mean is the regret of the best setup finished so far (1 before the
first), when setups run one after the other in their true seconds, averaged
over the first 60 s: over the logarithm of time from 0.1 s on, and over time. What it would
be for one who knew all regrets and seconds beforehand bounds it from below.

    python benchmarks/oboe.py --shared ../shared

Data: Yang et al., OBOE, KDD 2019 (github.com/udellgroup/oboe, BSD-3);
meta-features: Fusi et al., NeurIPS 2018 (github.com/rsheth80/pmf-automl, BSD-3).
"""

from __future__ import annotations

import argparse
import platform
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from autometa.knowledge_base import KnowledgeBase, canonical_config
from autometa.knowledge_base.importers import read_table
from autometa.meta_models import MetaModel
from autometa.meta_models._features import FeatureSpace, distances, filled
from autometa.meta_models._portfolio import greedy_list, greedy_schedule
from autometa.recommendation import Recommendation

Matrix = npt.NDArray[np.float64]
Order = npt.NDArray[np.intp]

BUDGET = 60.0
FIRST_MOMENT = 0.1
N_FOLDS = 10
COLUMNS = ("@1", "@3", "@10", "60 s log", "60 s log, n=10", "60 s", "60 s, n=10")
FOREKNOWN = "everything known, time_budget=60"
WORSE = 0.05  # of regret
RESULT = Path(__file__).parent / "results" / "oboe.md"


@dataclass(frozen=True)
class Oboe:
    """The history as matrices of datasets by setups, and as a knowledge base."""

    kb: KnowledgeBase
    scores: Matrix
    regret: Matrix
    seconds: Matrix
    columns: dict[tuple[str, str], int]
    described: Order

    def without(self, left_out: Order) -> KnowledgeBase:
        """Return the knowledge base without these datasets."""
        names = set(self.kb.tasks["task_id"].iloc[left_out])
        return KnowledgeBase.from_frames(
            self.kb.tasks[~self.kb.tasks["task_id"].isin(names)],
            self.kb.metafeatures[~self.kb.metafeatures.index.isin(names)],
            self.kb.runs[~self.kb.runs["task_id"].isin(names)],
        )

    def metafeatures(self, dataset: int) -> pd.Series[float]:
        """Return the meta-features of one dataset."""
        return self.kb.metafeatures.loc[self.kb.tasks["task_id"].iloc[dataset]]

    def order(self, advice: list[Recommendation]) -> Order:
        """Return the columns of the recommended setups."""
        return np.array([self.columns[a.algorithm, canonical_config(a.config)] for a in advice])


def read(shared: Path) -> Oboe:
    """Return the history in ``shared``/histories/oboe."""
    folder = shared / "histories" / "oboe"
    imported = read_table(
        folder / "runs.parquet",
        metafeatures=folder / "metafeatures.parquet",
        translation=None,
    ).knowledge_base
    tasks = imported.tasks.sort_values("task_id")
    kb = KnowledgeBase.from_frames(tasks, imported.metafeatures, imported.runs)
    names = kb.tasks["task_id"].tolist()
    wide = kb.runs.pivot(index="task_id", columns=["algorithm", "config"])
    scores, seconds = (wide[name].loc[names].to_numpy() for name in ("score", "fit_seconds"))
    best, worst = scores.max(axis=1, keepdims=True), scores.min(axis=1, keepdims=True)
    return Oboe(
        kb=kb,
        scores=scores,
        regret=(best - scores) / (best - worst),
        seconds=seconds,
        columns={setup: column for column, setup in enumerate(wide["score"].columns)},
        described=np.flatnonzero(pd.Index(names).isin(kb.metafeatures.index)),
    )


def folds(oboe: Oboe, seed: int) -> Iterator[Order]:
    """Yield the described datasets in ten parts."""
    shuffled = np.random.default_rng(seed).permutation(oboe.described)
    yield from (np.sort(part) for part in np.array_split(shuffled, N_FOLDS))


def figures(order: Order, regret: Matrix, seconds: Matrix) -> list[float]:
    """Return one value for each of COLUMNS; regrets after setups come from ``order``."""
    best = np.minimum.accumulate(regret[order])
    anytime = [anytime_mean(o, regret, seconds) for o in (order, order[:10])]
    (log, linear), (log10, linear10) = anytime
    return [best[0], best[2], best[9], log, log10, linear, linear10]


def anytime_mean(order: Order, regret: Matrix, seconds: Matrix) -> tuple[float, float]:
    """Return the mean regret of the incumbent over the log of time, and over time."""
    ends = np.minimum(np.cumsum(seconds[order]), BUDGET)
    incumbent = np.r_[1.0, np.minimum.accumulate(regret[order])]
    times = np.r_[0.0, ends, BUDGET]
    logs = np.log(np.maximum(times, FIRST_MOMENT))
    span = np.log(BUDGET / FIRST_MOMENT)
    return float(np.diff(logs) @ incumbent / span), float(np.diff(times) @ incumbent / BUDGET)


def baselines(oboe: Oboe, known: Order, dataset: int, seed: int) -> dict[str, Order]:
    """Return the orders that simple methods give for ``dataset`` from the ``known`` ones."""
    regret = oboe.regret[known]
    n_setups = regret.shape[1]
    ranks = pd.DataFrame(regret).rank(axis=1).mean().to_numpy()
    alike = np.full(len(known), 1.0 / len(known))
    described = known[np.isin(known, oboe.described)]
    table = pd.DataFrame([oboe.metafeatures(i) for i in described])
    space = FeatureSpace(table)
    here = filled(space.coordinates(oboe.metafeatures(dataset).to_frame().T))
    nearest = described[np.argsort(distances(here, filled(space.coordinates(table)))[0])[:10]]
    return {
        "random": np.random.default_rng([seed, dataset]).permutation(n_setups),
        "average rank": np.argsort(ranks, kind="stable"),
        "greedy portfolio": np.array(greedy_list(regret, alike, n_setups)),
        "10 nearest neighbours": np.argsort(oboe.regret[nearest].mean(axis=0), kind="stable"),
    }


def foreknown(regret: Matrix, seconds: Matrix) -> Order:
    """Return the schedule of one who knows all regrets and seconds of the dataset."""
    n_setups = len(regret)
    return np.array(greedy_schedule(regret[None], np.ones(1), n_setups, seconds, BUDGET))


def evaluate(oboe: Oboe, seed: int, with_baselines: bool = True) -> tuple[pd.DataFrame, ...]:
    """Return the figures of every method on every dataset, and how well expectations held."""
    rows, held = [], []
    n_setups = oboe.regret.shape[1]
    for fold in folds(oboe, seed):
        start = time.perf_counter()
        model = MetaModel(random_state=seed).fit(oboe.without(fold))
        fit_seconds = time.perf_counter() - start
        known = np.setdiff1d(np.arange(len(oboe.regret)), fold)
        for dataset in fold:
            truth = oboe.regret[dataset], oboe.seconds[dataset]
            row = oboe.metafeatures(dataset)
            start = time.perf_counter()
            short = model.recommend(row, 10)
            held.append(_held(oboe, dataset, short) | {"fit": fit_seconds})
            held[-1]["recommend"] = time.perf_counter() - start
            orders = baselines(oboe, known, dataset, seed) if with_baselines else {}
            orders["MetaModel"] = oboe.order(model.recommend(row, n_setups))
            timely = oboe.order(model.recommend(row, n_setups, time_budget=BUDGET))
            orders["MetaModel, time_budget=60"] = timely
            if with_baselines:
                orders[FOREKNOWN] = foreknown(*truth)
            rows += [(name, dataset, *figures(o, *truth)) for name, o in orders.items()]
    return pd.DataFrame(rows, columns=["order", "dataset", *COLUMNS]), pd.DataFrame(held)


def _held(oboe: Oboe, dataset: int, advice: list[Recommendation]) -> dict[str, float]:
    columns = oboe.order(advice)
    true, seconds = oboe.scores[dataset, columns], oboe.seconds[dataset, columns]
    low, high = np.array([a.score_interval for a in advice]).T
    expected = np.array([a.expected_score for a in advice])
    ratio = np.array([a.expected_fit_seconds for a in advice]) / seconds
    return {
        "dataset": dataset,
        "coverage": float(np.mean((low <= true) & (true <= high))),
        "width": float(np.mean(high - low)),
        "error": float(np.mean(np.abs(expected - true))),
        "bias": float(np.mean(expected - true)),
        "factor2": float(np.mean(np.abs(np.log2(ratio)) < 1)),
    }


def report(figures: pd.DataFrame, held: pd.DataFrame, n_seeds: int) -> str:
    """Return the tables as Markdown."""
    by_dataset = figures.groupby(["order", "dataset"], sort=False).mean()
    grouped = by_dataset.groupby("order", sort=False)
    mean, error = grouped.mean(), grouped.sem()
    lines = [
        f"| order | {' | '.join(COLUMNS)} |",
        "| --- " * (len(COLUMNS) + 1) + "|",
        *(
            f"| {name} | "
            + " | ".join(f"{mean.loc[name, c]:.4f} ± {error.loc[name, c]:.4f}" for c in COLUMNS)
            + " |"
            for name in mean.index
        ),
    ]
    kept = held.groupby("dataset").mean().mean()
    return "\n".join(
        [
            "# Advice on Oboe's history, 10-fold by dataset",
            "",
            f"Mean over {held['dataset'].nunique()} datasets ± standard error over datasets; "
            f"{n_seeds} repetition(s) of the folds. Regret: 0 best of 219, 1 worst. "
            "Anytime means over the first 60 s, by the logarithm of time from 0.1 s and by time, "
            "for a list of all setups and for one of ten.",
            "",
            *lines,
            "",
            f"Of the ten listed: {kept['coverage']:.1%} of the 90 % intervals hold the score "
            f"(mean width {kept['width']:.3f}); mean absolute error of the expected score "
            f"{kept['error']:.4f}, bias {kept['bias']:+.4f}; {kept['factor2']:.1%} of predicted "
            "seconds within a factor of 2.",
            "",
            f"Advice is more than {WORSE} of regret behind the greedy portfolio on "
            f"{_behind(by_dataset)} of the datasets after 1, 3 and 10 setups.",
            "",
            f"Median seconds: fit {held['fit'].median():.2f}, recommend "
            f"{held['recommend'].median():.3f} ({platform.machine()}, one thread). "
            "Made by `python benchmarks/oboe.py`.",
            "",
        ]
    )


def _behind(by_dataset: pd.DataFrame) -> str:
    advice, portfolio = (by_dataset.loc[name] for name in ("MetaModel", "greedy portfolio"))
    shares = ((advice - portfolio)[["@1", "@3", "@10"]] > WORSE).mean()
    return ", ".join(f"{share:.1%}" for share in shares)


def main() -> None:
    """Measure, print and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    oboe = read(arguments.shared)
    parts = [evaluate(oboe, seed) for seed in range(arguments.seeds)]
    figures, held = (pd.concat(tables, ignore_index=True) for tables in zip(*parts, strict=True))
    text = report(figures, held, arguments.seeds)
    print(text)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(text)


if __name__ == "__main__":
    main()
