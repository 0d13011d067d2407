"""Measure what class weights and a tuned threshold do where one class is rare.

Real tables are drawn so that their rarest class has 5 %, 1 % or 0.1 % of the rows to learn from;
the rows held back have all of its other rows, weighted to the same share, so that scores of so
rare a class are not those of three rows. Two questions are asked of each: what weights
(`class_weight="balanced"`) and the decision rule of `tune` do to three models, and what `tune`
itself finds, with and without a threshold, and with rows weighted as if classes were equally
common. The same command goes on where it was stopped.

    python benchmarks/imbalance.py [--shared ../shared] [--seeds 2] [--smoke]
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from measuring import SMOKE, Kept, by_group, made_by, results
from sklearn.datasets import make_classification
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, balanced_accuracy_score, f1_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.class_weight import compute_sample_weight

from autometa import tune
from autometa.tuning.final_model._deciding import DecisionPolicy

ROWS = {0.05: 2_000, 0.01: 4_000, 0.001: 15_000}  # to learn from: 100, 40 and 15 rare ones
OTHER_NEW, RARE_NEW = 3_000, 1_000  # rows held back, at most
MIN_RARE = 250  # of a table: its rarest class then has 100 rows or more that are held back
N_TABLES = 4  # for each share, the first by name: minutes
MAX_CLASSES, MAX_COLUMNS, MAX_LEVELS = 10, 70, 50
METRICS = {  # by number of outcomes; the last judges probabilities, where a threshold is for F1
    "binary": ("f1", "balanced_accuracy", "average_precision"),
    "multiclass": ("f1_macro", "balanced_accuracy"),
}
ALGORITHMS = ["logistic_regression", "lightgbm"]  # a line and trees, at seconds a run
ASKED = {
    "n_trials": 2,
    "time_budget": None,
    "knowledge_base": False,
    "isolate": False,
    "verbose": False,
}


@dataclass(frozen=True, kw_only=True)
class Draw:
    """Rows to learn from, and rows held back with what each counts for; the last class is rare."""

    name: str
    kind: str
    share: float
    seed: int
    X: pd.DataFrame
    y: np.ndarray
    new: pd.DataFrame
    new_y: np.ndarray
    counts: np.ndarray

    @property
    def key(self) -> tuple[str, str, float, int]:
        """What the draw is known by."""
        return self.name, self.kind, self.share, self.seed

    def score(self, metric: str, predicted: np.ndarray) -> float:
        """Return a score on the rows held back, by labels or by the rare class's probability."""
        if metric == "average_precision":
            return float(average_precision_score(self.new_y, predicted, sample_weight=self.counts))
        if metric == "balanced_accuracy":
            return float(balanced_accuracy_score(self.new_y, predicted, sample_weight=self.counts))
        average = "binary" if metric == "f1" else "macro"
        return float(
            f1_score(
                self.new_y, predicted, average=average, sample_weight=self.counts, zero_division=0
            )
        )


def draw(
    name: str, frame: pd.DataFrame, codes: np.ndarray, share: float, n: int, seed: int
) -> Draw:
    """Return rows drawn so that the last class has a share of those to learn from."""
    rng = np.random.default_rng(seed)
    last = codes.max()
    rare, other = (rng.permutation(np.flatnonzero(mask)) for mask in (codes == last, codes < last))
    n_rare = round(share * n)
    train = np.r_[rare[:n_rare], other[: n - n_rare]]
    new_rare, new_other = rare[n_rare:][:RARE_NEW], other[n - n_rare :][:OTHER_NEW]
    weight = share / (1 - share) * len(new_other) / len(new_rare)
    train, new = rng.permutation(train), np.r_[new_rare, new_other]
    return Draw(
        name=name,
        kind="binary" if last == 1 else "multiclass",
        share=share,
        seed=seed,
        X=frame.iloc[train].reset_index(drop=True),
        y=codes[train],
        new=frame.iloc[new].reset_index(drop=True),
        new_y=codes[new],
        counts=np.where(codes[new] == last, weight, 1.0),
    )


def stored(shared: Path, seed: int) -> Iterator[Draw]:
    """Yield draws of tables of independent rows: the rarest class against the rest, or as it is."""
    parts = [pd.read_csv(shared / part / "manifest.csv").assign(folder=shared / part)
             for part in ("large", "datasets")]  # fmt: skip
    tables = pd.concat(parts).sort_values("name").drop_duplicates("family")
    tables = tables[tables["groups"].isna() & tables["time"].isna()]
    is_fit = tables["n_features"].le(MAX_COLUMNS) & tables["n_numeric"].gt(0)
    tables = tables[is_fit & (tables["task_type"] != "regression")]
    rare = tables["n_rows"] * tables["minority_fraction"]
    tables, others = tables[rare >= MIN_RARE], (tables["n_rows"] - rare)[rare >= MIN_RARE]
    several = (tables["n_classes"] > 2) & (tables["n_classes"] <= MAX_CLASSES)
    for share, n in ROWS.items():
        has_enough = others >= n + OTHER_NEW / 3
        yield from _draws(tables[has_enough][:N_TABLES], share, n, seed, is_binary=True)
        if share > min(ROWS):  # no table of several classes has the rows
            chosen = tables[has_enough & several][:N_TABLES]
            yield from _draws(chosen, share, n, seed, is_binary=False)


def _draws(
    tables: pd.DataFrame, share: float, n: int, seed: int, *, is_binary: bool
) -> Iterator[Draw]:
    for row in tables.to_dict("records"):
        frame = pd.read_parquet(row["folder"] / f"{row['name']}.parquet")
        labels = frame.pop(row["target"]).astype(str)
        order = labels.value_counts().index.tolist()  # the rarest has the greatest number
        codes = labels.map({label: i for i, label in enumerate(order)}).to_numpy()
        if is_binary:
            codes = (codes == codes.max()).astype(int)
        yield draw(row["name"], frame, codes, share, n, seed)


def made() -> Iterator[Draw]:
    """Yield two small draws of tables that are made here."""
    for n_classes in (2, 3):
        X, y = make_classification(
            600, n_informative=5, n_classes=n_classes, weights=[0.9 / (n_classes - 1)] *
            (n_classes - 1), random_state=0
        )  # fmt: skip
        yield draw("made", pd.DataFrame(X).add_prefix("x"), y, 0.1, 200, 0)


def models(weight: str | None, seed: int) -> dict[str, Any]:
    """Return the models, with classes weighted or not."""
    return {
        "logistic": make_pipeline(
            StandardScaler(), LogisticRegression(class_weight=weight, max_iter=300)
        ),
        "forest": RandomForestClassifier(
            30, min_samples_leaf=3, class_weight=weight, random_state=seed
        ),
        "boosting": HistGradientBoostingClassifier(
            max_iter=40, learning_rate=0.15, class_weight=weight, random_state=seed
        ),
    }


def of_models(one: Draw) -> list[dict[str, Any]]:
    """Return the scores of each model, weighted or not, by both rules."""
    both = pd.concat([one.X, one.new])
    texts = both.select_dtypes(exclude="number")
    both = both.drop(columns=texts.columns[texts.nunique() > MAX_LEVELS])
    numbers = pd.get_dummies(both).astype("float64")
    numbers = numbers.fillna(numbers.median()).fillna(0.0).to_numpy()
    X, new_X = numbers[: len(one.y)], numbers[len(one.y) :]
    folds = StratifiedKFold(5, shuffle=True, random_state=one.seed)
    places = np.zeros(len(one.y), dtype=int)
    for number, (_, test) in enumerate(folds.split(X, one.y)):
        places[test] = number
    rows = []
    for weight in (None, "balanced"):
        for name, model in models(weight, one.seed).items():
            held_out = cross_val_predict(model, X, one.y, cv=folds, method="predict_proba")
            new = model.fit(X, one.y).predict_proba(new_X)
            for metric in METRICS[one.kind]:
                facts = {"model": name, "weighted": weight is not None, "metric": metric}
                if metric == "average_precision":
                    rows.append(facts | {"rule": "", "score": one.score(metric, new[:, 1])})
                    continue
                rule = DecisionPolicy(metric=metric).rule(held_out, one.y, places, one.seed)
                for said, values in (("plain", new), ("tuned", rule.apply(new))):
                    score = one.score(metric, values.argmax(axis=1))
                    rows.append(facts | {"rule": said, "score": score})
    return rows


def of_tune(one: Draw, algorithms: list[str]) -> list[dict[str, Any]]:
    """Return what `tune` finds, for each metric, with a threshold, without, and with weights."""
    even = compute_sample_weight("balanced", one.y)
    rows = []
    for metric in METRICS[one.kind]:
        for how in ("auto", "none", "weighted"):
            result = tune(
                one.X,
                one.y,
                metric=metric,
                task_type="classification",
                tune_threshold=False if how == "none" else "auto",
                sample_weight=even if how == "weighted" else None,
                random_state=one.seed,
                algorithms=algorithms,
                **ASKED,
            )
            labels = result.predict(one.new)
            facts = {"metric": metric, "how": how, "found": float((labels == one.y.max()).mean())}
            if metric == "average_precision":
                ranks = result.best_pipeline.predict_proba(one.new)[:, 1]
                rows.append(facts | {"score": one.score(metric, ranks)})
                facts["metric"], metric_of_labels = "f1 after average_precision", "f1"
            else:
                metric_of_labels = metric
            rows.append(facts | {"score": one.score(metric_of_labels, labels)})
    return rows


def compared(
    runs: pd.DataFrame, what: str, left: dict[str, Any], right: dict[str, Any]
) -> list[str]:
    """Return lines of paired differences by share and metric; each table counts once."""
    lines = []
    for (kind, share, metric), part in runs.groupby(["kind", "share", "metric"], sort=False):
        with_it, without = (_by_table(part, side) for side in (left, right))
        pair = pd.concat([with_it, without], axis=1, keys=("with", "without")).dropna()
        if len(pair):
            lines.append(
                f"| {what} | {kind} | {share:.1%} | {metric} | {pair['without'].mean():.3f} | "
                f"{pair['with'].mean():.3f} | {by_group(pair['with'] - pair['without'])} |"
            )
    return lines


def _by_table(runs: pd.DataFrame, wanted: dict[str, Any]) -> pd.Series:
    """Return the mean score of each table, over draws and models."""
    is_wanted = (runs[list(wanted)] == pd.Series(wanted)).all(axis=1)
    return runs[is_wanted].groupby("table")["score"].mean()


HEAD = """| compared | classes | rare | metric | without | with | difference |
| --- | --- | --- | --- | --- | --- | --- |
"""


def report(kept: list[tuple[tuple[Any, ...], list[dict[str, Any]]]], command: str) -> str:
    """Return the page of results."""
    names = ("part", "table", "kind", "share", "seed")
    runs = pd.DataFrame(
        [dict(zip(names, key, strict=True)) | row for key, found in kept for row in found]
    )
    tuned, fitted = runs[runs["part"] == "tune"], runs[runs["part"] == "models"]
    plain, balanced = {"weighted": False}, {"weighted": True}
    by_tune = compared(tuned, "threshold", {"how": "auto"}, {"how": "none"})
    by_tune += compared(tuned, "weighted rows", {"how": "weighted"}, {"how": "auto"})
    by_model = compared(fitted, "threshold", plain | {"rule": "tuned"}, plain | {"rule": "plain"})
    for rule, said in (("plain", "weights"), ("tuned", "weights at a threshold"), ("", "weights")):
        by_model += compared(fitted, said, balanced | {"rule": rule}, plain | {"rule": rule})
    tables = sorted(runs["table"].unique())
    return f"""# Rare classes

What a threshold chosen on out-of-fold rows and class weights do where one class is rare: scores on
rows held back, {runs["seed"].nunique()} draws of each of {len(tables)} tables
({", ".join(tables)}).
The rarest class is drawn to the share that is given, of {", ".join(map(str, ROWS.values()))} rows
to learn from; the rows held back are weighted to the same share. "Binary" is that class against
the rest. Differences are paired, each table counting once, with their standard error over
tables. Nothing was tuned on these tables; the rule of the threshold keeps to the most probable
class where the gain does not exceed its error.

**What `tune` finds** (two algorithms, two trials). "Threshold" is `tune_threshold="auto"` against
False; for average precision, whose probabilities no threshold changes, it is the one for the F1 of
the rare class. "Weighted rows" has `sample_weight` as if classes were equally common, beside
the threshold: scores of setups and the threshold are then for equally common classes too.

{HEAD}{chr(10).join(by_tune)}

**Three models** (logistic regression, forest, boosting; means over them). "Weights" is
`class_weight="balanced"`, which changes the fit and nothing else.

{HEAD}{chr(10).join(by_model)}

{made_by(command)}
"""


def main() -> None:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--smoke", action="store_true", help=SMOKE)
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    seeds = 1 if asked.smoke else asked.seeds
    algorithms = ALGORITHMS[:1] if asked.smoke else ALGORITHMS
    with results(asked.smoke) as folder:
        kept = Kept(folder / "imbalance.jsonl")
        for seed in range(seeds):
            for one in made() if asked.smoke else stored(asked.shared, seed):
                kept.rows(("models", *one.key), partial(of_models, one))
                kept.rows(("tune", *one.key), partial(of_tune, one, algorithms))
            page = report(kept.items(), "imbalance.py")
            (folder / "imbalance.md").write_text(page)
        print(page)


if __name__ == "__main__":
    main()
