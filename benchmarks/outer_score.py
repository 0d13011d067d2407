"""Measure how far the score that `tune` reports lies from the score on rows it never saw.

Each table is parted once before `tune` sees it, in the way its use would part it: new groups, later
rows, rows of the population that weights stand for, rows with as few positives. The reported
score is compared with that of the returned pipeline on the part held back, in units of the
standard error of that difference, which `TuneResult.score_interval` implies. Two controls say
what the comparison can see: grouped tables whose groups are not given, and weighted ones whose
weights are not.

    python benchmarks/outer_score.py [--shared ../shared] [--draws 2] [--smoke]
"""

from __future__ import annotations

import argparse
import warnings
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from measuring import SMOKE, Kept, made_by, results
from noticing import GROUPS, TIMES
from sklearn.metrics import get_scorer

from autometa import tune

N_ROWS = 3_000  # of a table: half is held back, so that both halves say equally much
MIN_GROUPS = 20  # ten on each side; of fewer, one group decides the outer score
MAX_COLUMNS = 50  # minutes, not the question
RARE = 0.1
N_WEIGHTED = 10  # families of independent rows; enough for a share, at seconds a table
Z90 = 1.645  # half an interval of 90 % in standard errors of a normal distribution
ALGORITHMS = {  # cheap ones: what is measured is the score, not the model
    "regression": ["ridge", "decision_tree"],
    "classification": ["logistic_regression", "decision_tree"],
}
METRICS = {"regression": "r2", "binary": "roc_auc", "multiclass": "neg_log_loss"}
KINDS = ("groups", "groups not given", "time", "weights", "weights not given", "rare", "rare, f1")


@dataclass(frozen=True, kw_only=True)
class Case:
    """A table, how its rows came, and what is known of them."""

    name: str
    family: str
    task_type: str
    frame: pd.DataFrame
    target: str
    groups: str = ""
    time: str = ""

    def kinds(self) -> Iterator[str]:
        """Yield what can be asked of the table."""
        if self.groups and self.frame[self.groups].nunique() >= MIN_GROUPS:
            yield from ("groups", "groups not given")
        if self.time:
            yield "time"
        numbers = self.frame.drop(columns=self.target).select_dtypes("number")
        if self.is_independent and len(self.frame) >= N_ROWS / 3 and numbers.shape[1]:
            yield from ("weights", "weights not given")
        if self.task_type == "binary" and self.minority <= RARE:
            yield from ("rare", "rare, f1")

    @property
    def is_independent(self) -> bool:
        """Whether nothing is documented that ties rows to each other."""
        return not (self.groups or self.time)

    @property
    def minority(self) -> float:
        """The share of the rarest class."""
        return float(self.frame[self.target].value_counts(normalize=True).min())


def stored(shared: Path) -> Iterator[Case]:
    """Yield the tables of both collections that fit one of the questions."""
    plain: set[str] = set()
    for folder in (shared / "datasets", shared / "large"):
        manifest = pd.read_csv(folder / "manifest.csv", keep_default_na=False)
        for row in manifest.sort_values("name").to_dict("records"):
            name, family = str(row["name"]), str(row["family"])
            groups = row.get("groups") or _only(GROUPS.get(name, set()))
            time = row.get("time") or _only(TIMES.get(name, set()))
            share = row["minority_fraction"]
            is_rare = row["task_type"] == "binary" and float(share or 1) <= RARE
            is_plain = name not in GROUPS and name not in TIMES and not (groups or time)
            if row["n_features"] > MAX_COLUMNS or not (groups or time or is_plain):
                continue
            if is_plain and not is_rare:
                if row["n_rows"] < N_ROWS / 3 or family in plain or len(plain) == N_WEIGHTED:
                    continue
                plain.add(family)
            yield Case(
                name=name,
                family=family,
                task_type=str(row["task_type"]),
                frame=pd.read_parquet(folder / f"{name}.parquet").dropna(subset=row["target"]),
                target=str(row["target"]),
                groups=groups,
                time=time,
            )


def _only(columns: set[str]) -> str:
    """Return the column that is documented, where it is one."""
    return next(iter(columns)) if len(columns) == 1 else ""


def made(seed: int) -> Iterator[Case]:
    """Yield tables that are drawn here: one for each question."""
    rng = np.random.default_rng(seed)
    n = N_ROWS // 5
    X = pd.DataFrame(rng.normal(size=(n, 4)), columns=list("abcd"))
    signal = (X["a"] + X["a"] * X["b"]).to_numpy()
    who = rng.integers(0, 60, n)
    effect = rng.normal(size=60)[who] * 2
    grouped = X.assign(who=who, trait=effect + 0.01 * rng.normal(size=n))
    day = np.arange(n)
    about = {"family": "made", "target": "y"}
    yield Case(
        name="made-groups",
        task_type="regression",
        frame=grouped.assign(y=signal + rng.permutation(60)[who] / 8 + rng.normal(size=n)),
        groups="who",
        **about,
    )
    yield Case(
        name="made-time",
        task_type="regression",
        frame=X.assign(day=day, y=signal + np.sin(day / 60) + rng.normal(size=n)),
        time="day",
        **about,
    )
    # noise grows with the column that rows are drawn by, so that weights matter
    noise = rng.normal(size=2 * n) * np.exp(np.repeat(X["a"].to_numpy(), 2))
    twice = X.loc[X.index.repeat(2)].reset_index(drop=True)
    yield Case(
        name="made-weights",
        task_type="regression",
        frame=twice.assign(y=np.repeat(signal, 2) + noise),
        **about,
    )
    odds = signal + rng.logistic(size=n)
    yield Case(
        name="made-rare",
        task_type="binary",
        frame=X.assign(y=(odds > np.quantile(odds, 0.94)).astype(int)),
        **about,
    )


def parts(case: Case, kind: str, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows for `tune` and those held back, as the use of the model would part them."""
    frame = case.frame
    if kind.startswith("groups"):
        frame = frame.dropna(subset=case.groups)
        names = rng.permutation(frame[case.groups].unique())
        sizes = frame[case.groups].value_counts()[names].cumsum()
        names = names[: max(MIN_GROUPS, int((sizes <= N_ROWS).sum()))]
        half = set(names[: len(names) // 2])
        kept = frame[frame[case.groups].isin(names)]
        inner = kept[case.groups].isin(half).to_numpy()
        return _at_most(kept[inner], rng), _at_most(kept[~inner], rng)
    if kind == "time":
        frame = frame.dropna(subset=case.time).sort_values(case.time, kind="stable")
        frame = frame.iloc[:: max(1, len(frame) // N_ROWS)]
        # moments are not parted: what is held back is later
        begins = frame[case.time].iloc[len(frame) // 2]
        return frame[frame[case.time] < begins], frame[frame[case.time] >= begins]
    n = min(len(frame), N_ROWS)
    frame = frame.iloc[rng.permutation(len(frame))[:n]]
    if kind.startswith("rare"):  # as many positives on both sides, or chance decides the score
        place = frame.groupby(case.target, sort=False).cumcount().to_numpy()
        return frame[place % 2 == 0], frame[place % 2 == 1]
    return frame.iloc[: n // 2], frame.iloc[n // 2 :]


def _at_most(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return at most half of `N_ROWS` rows, for groups that are large."""
    return frame.iloc[np.sort(rng.permutation(len(frame))[: N_ROWS // 2])]


def drawn_by(frame: pd.DataFrame, case: Case, rng: np.random.Generator) -> tuple[Any, Any]:
    """Return rows drawn by the first column of numbers, and the weights that make up for it."""
    numbers = frame.drop(columns=case.target).select_dtypes("number")
    ranks = numbers.iloc[:, 0].rank(pct=True).fillna(0.5).to_numpy()
    share = 0.15 + 0.85 * ranks  # from one row of seven to all of them
    kept = rng.random(len(frame)) < share
    return frame[kept], 1 / share[kept]


def measure(case: Case, kind: str, seed: int) -> list[dict[str, Any]]:
    """Return what one run reports and what the rows held back say."""
    rng = np.random.default_rng([seed, zlib.crc32(f"{case.name} {kind.split()[0]}".encode())])
    inner, outer = parts(case, kind, rng)
    asked: dict[str, Any] = {}
    if kind.startswith("weights"):
        inner, weights = drawn_by(inner, case, rng)
        asked["sample_weight"] = weights if kind == "weights" else None
    if case.groups:  # who they are is not known of new rows; a control must not know it either
        asked["groups"] = inner[case.groups].to_numpy() if kind == "groups" else None
    if kind == "time":
        asked.update(timestamps=inner[case.time].to_numpy(), groups=None)
    left_out = [case.target, *([case.groups] if kind.startswith("groups") else [])]
    X, y = inner.drop(columns=left_out), inner[case.target].to_numpy()
    new_X, new_y = outer.drop(columns=left_out), outer[case.target].to_numpy()
    metric = METRICS[case.task_type]
    if case.task_type != "regression":
        names = pd.Series(y).value_counts().index.to_numpy()  # the rarer class is the greater
        known = np.isin(new_y, names)
        new_X, new_y = new_X[known], new_y[known]
        y, new_y = (pd.Index(names).get_indexer(of) for of in (y, new_y))
        metric = {"rare": "average_precision", "rare, f1": "f1"}.get(kind, metric)
    kind_of = "regression" if case.task_type == "regression" else "classification"
    result = tune(
        X,
        y,
        metric=metric,
        n_trials=2,
        time_budget=None,
        algorithms=ALGORITHMS[kind_of],
        knowledge_base=False,
        isolate=False,
        random_state=seed,
        **asked,
    )
    low, high = result.score_interval
    outer_score = float(_scorer(metric, y)(result.best_pipeline, new_X, new_y))
    return [
        {
            "kind": kind,
            "table": case.name,
            "family": case.family,
            "metric": metric,
            "rows": len(X),
            "new_rows": len(new_X),
            "reported": result.score,
            "outer": outer_score,
            "error": (high - low) / 2 / Z90,
            "inside": low <= outer_score <= high,
        }
    ]


def _scorer(metric: str, y: Any) -> Any:
    """Return scikit-learn's own scorer: the outer score must not rest on what it is to judge."""
    if metric != "neg_log_loss":
        return get_scorer(metric)
    from sklearn.metrics import log_loss, make_scorer

    labels = np.unique(y)
    return make_scorer(
        log_loss, greater_is_better=False, response_method="predict_proba", labels=labels
    )


def summary(runs: pd.DataFrame) -> str:
    """Return one line for each kind."""
    lines = [
        "| asked | tables | runs | in the 90 % interval | within one standard error | "
        "within 1.645 | reported less outer, in standard errors |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    runs = runs.assign(z=(runs["reported"] - runs["outer"]) / runs["error"])
    for kind in KINDS:
        rows = runs[runs["kind"] == kind]
        if rows.empty:
            continue
        sizes = rows["z"].abs()
        lines.append(
            f"| {kind} | {rows['table'].nunique()} | {len(rows)} | {rows['inside'].mean():.0%} | "
            f"{(sizes <= 1).mean():.0%} | {(sizes <= Z90).mean():.0%} | "
            f"{rows['z'].median():+.2f} |"
        )
    return "\n".join(lines)


def each(runs: pd.DataFrame) -> str:
    """Return one line for each table and kind: means over draws."""
    lines = [
        "| asked | table | metric | rows | new rows | reported | outer | standard error | inside |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for (kind, name), rows in runs.groupby(["kind", "table"], sort=True):
        means = rows[["rows", "new_rows", "reported", "outer", "error"]].mean()
        lines.append(
            f"| {kind} | {name} | {rows['metric'].iloc[0]} | {means['rows']:.0f} | "
            f"{means['new_rows']:.0f} | {means['reported']:.3f} | {means['outer']:.3f} | "
            f"{means['error']:.3f} | {int(rows['inside'].sum())} of {len(rows)} |"
        )
    return "\n".join(lines)


def report(runs: pd.DataFrame, draws: int, command: str) -> str:
    """Return the page of results."""
    return f"""# Reported and outer score

How far `TuneResult.score` lies from the score on rows held back before `tune` saw the table:
half of the groups, the later half, a half drawn by chance, a half with as many positives. {draws}
draws of at most {N_ROWS:,} rows a table (of time there is one order, so draws differ by the seed
of the search only); a line and a tree, five folds or what the kind asks for. Of weighted tables
the rows for `tune` were drawn by a column, with weights that make up for it; those held back
were not. "Standard error" is that of the difference, as the 90 % interval of the score implies
it. **Within one of them a difference lies two times of three where all is right, not nine of
ten**; nine of ten are to lie in the interval. Nothing was tuned on these tables.

{summary(runs)}

"Not given" are controls: the same rows, with groups or weights kept from `tune`.

{each(runs)}

{made_by(command)}
"""


def main() -> None:
    """Measure, keep each run, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, help="folder of tables; without it, made ones only")
    parser.add_argument("--draws", type=int, default=2)
    parser.add_argument("--smoke", action="store_true", help=SMOKE)
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    draws = 1 if asked.smoke else asked.draws
    has_stored = asked.shared is not None and not asked.smoke
    with results(asked.smoke) as folder:
        kept = Kept(folder / "outer_score.jsonl")
        for seed in range(draws):
            # one after the other: together the tables would fill the memory of a small machine
            for case in chain(made(seed), stored(asked.shared) if has_stored else ()):
                for kind in case.kinds():
                    kept.rows((case.name, kind, seed), partial(measure, case, kind, seed))
            page = report(pd.DataFrame(list(kept)), seed + 1, "outer_score.py --shared SHARED")
            (folder / "outer_score.md").write_text(page)
        if asked.smoke:
            print(page)


if __name__ == "__main__":
    main()
