"""The history of MindWare, asked for the score of any setup.

45 classification datasets, nine algorithms with conditional hyperparameters, about a hundred
runs of each algorithm: a setup scores as the recorded run of its algorithm that is nearest to
it, so every score was really measured and the best one of a dataset is a fact.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pandas as pd
from optuna.samplers import RandomSampler

from autometa.knowledge_base import KnowledgeBase

N_FOLDS = 6  # of families: five sixths of the history stay for the tasks of one
METRIC = "balanced_accuracy"
GOOD_DEFAULT = "extra_trees"  # whose default setup has the best mean rank of the nine

Space = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Replay:
    """The recorded runs of one dataset, asked for the score of any setup."""

    space: Space
    points: Mapping[str, np.ndarray]
    scores: Mapping[str, np.ndarray]

    @classmethod
    def of(cls, space: Space, runs: pd.DataFrame) -> Replay:
        """Return the replay of one dataset's runs."""
        points, scores = {}, {}
        for algorithm, own in runs.groupby("algorithm"):
            name = str(algorithm)
            configs = [json.loads(config) for config in own["config"]]
            points[name] = np.array([place(space[name], config) for config in configs])
            scores[name] = own["score"].to_numpy(dtype=float)
        return cls(space, points, scores)

    def __call__(self, algorithm: str, config: Mapping[str, Any]) -> float:
        """Return the score of the nearest recorded setup of the algorithm."""
        distance = np.abs(self.points[algorithm] - place(self.space[algorithm], config)).sum(axis=1)
        return float(self.scores[algorithm][distance.argmin()])

    @property
    def best(self) -> float:
        """The best score that anything had."""
        return max(scores.max() for scores in self.scores.values())


def place(space: Mapping[str, Any], config: Mapping[str, Any]) -> np.ndarray:
    """Return a setup as a point: numbers from 0 to 1, a choice as one column for each."""
    columns: list[float] = []
    for name, parameter in space["parameters"].items():
        value = config.get(name)
        if parameter["type"] == "categorical":
            # Two choices that differ are a whole range apart in all: half in either's column.
            columns += [0.5 * (str(value) == str(choice)) for choice in parameter["choices"]]
        elif value is None:  # of another branch: as far from every number as the ends are
            columns.append(-1.0)
        else:
            columns.append(unit(parameter, float(value)))
    return np.array(columns)


def unit(parameter: Mapping[str, Any], value: float) -> float:
    """Return where a number lies in its range, 0 to 1."""
    low, high = float(parameter["low"]), float(parameter["high"])
    if parameter["log"]:
        low, high, value = np.log(low), np.log(high), np.log(max(value, low))
    return float(np.clip((value - low) / (high - low), 0.0, 1.0))


def suggest(trial: optuna.Trial, space: Space, algorithms: Sequence[str]) -> float | Any:
    """Ask a trial for an algorithm and the hyperparameters that are active."""
    algorithm = trial.suggest_categorical("algorithm", list(algorithms))
    config: dict[str, Any] = {}
    own = space[algorithm]
    conditions = {c["parameter"]: c for c in own["conditions"]}
    # A parent is asked for before its children, whatever the order of the file.
    for name in sorted(own["parameters"], key=lambda n: n in conditions):
        condition = conditions.get(name)
        if condition and config.get(condition["parent"]) not in condition["values"]:
            continue
        config[name] = suggest_one(trial, f"{algorithm}.{name}", own["parameters"][name])
    return algorithm, config


def suggest_one(trial: optuna.Trial, name: str, parameter: Mapping[str, Any]) -> Any:
    """Ask a trial for one hyperparameter."""
    if parameter["type"] == "categorical":
        return trial.suggest_categorical(name, parameter["choices"])
    ask = trial.suggest_int if parameter["type"] == "int" else trial.suggest_float
    return ask(name, parameter["low"], parameter["high"], log=parameter["log"])


@dataclass(frozen=True)
class History:
    """What is learnt from and replayed."""

    space: Space
    runs: pd.DataFrame
    metafeatures: pd.DataFrame
    fold: Mapping[str, int]

    @property
    def tasks(self) -> list[str]:
        """Datasets, in the order of their names."""
        return sorted(self.fold)

    def without(self, fold: int) -> KnowledgeBase:
        """Return the knowledge base without the families of a fold."""
        kept = [task for task in self.tasks if self.fold[task] != fold]
        runs = self.runs[self.runs["task_id"].isin(kept)]
        types = runs.drop_duplicates("task_id").set_index("task_id")["task_type"]
        tasks = pd.DataFrame({"task_id": kept, "task_type": types.reindex(kept).to_numpy()})
        described = self.metafeatures[self.metafeatures.index.isin(kept)]
        columns = ["task_id", "algorithm", "config", "metric", "score"]
        return KnowledgeBase.from_frames(tasks, described, runs[columns])

    def replay(self, task: str) -> tuple[Replay, float]:
        """Return the replay of a task, and the median of its runs drawn at random."""
        own = self.runs[self.runs["task_id"] == task]
        median = float(own.loc[own["origin"] == "random", "score"].median())
        return Replay.of(self.space, own), median


def read(shared: Path) -> History:
    """Return the classification part of the history in ``shared``/histories/mindware."""
    folder = shared / "histories" / "mindware"
    runs = pd.read_parquet(folder / "runs.parquet").rename(columns={"dataset": "task_id"})
    # magic_telescope has a column that gives the answer away; mnist_784 has a single run.
    strange = runs["task_id"].isin(["magic_telescope", "mnist_784"])
    of_question = (runs["metric"] == METRIC) & (runs["task_type"] != "regression")
    runs = runs[of_question & ~strange]
    described = pd.read_parquet(folder / "metafeatures.parquet").drop(columns="family")
    described = described.drop_duplicates("dataset").set_index("dataset")
    families = runs.drop_duplicates("task_id").set_index("task_id")["family"]
    names = sorted(families.unique())
    order = np.random.default_rng(0).permutation(len(names))
    of_family = {names[i]: int(place % N_FOLDS) for place, i in enumerate(order)}
    fold = {str(task): of_family[family] for task, family in families.items()}
    space = json.loads((folder / "space.json").read_text())["classification"]
    return History(space, runs, described, fold)


def made(n_tasks: int = 12) -> History:
    """Return a small history of two algorithms, one with a condition."""
    number = {"type": "float", "low": 0.01, "high": 10.0, "log": True, "default": 1.0}
    kernel = {"type": "categorical", "choices": ["rbf", "poly"], "default": "rbf"}
    degree = {"type": "int", "low": 2, "high": 5, "log": False, "default": 3}
    only_poly = {"parameter": "degree", "parent": "kernel", "values": ["poly"]}
    space: Space = {
        "svc": {
            "parameters": {"C": number, "kernel": kernel, "degree": degree},
            "conditions": [only_poly],
        },
        GOOD_DEFAULT: {"parameters": {"a": number}, "conditions": []},
    }
    rng = np.random.default_rng(0)
    rows = []
    for t in range(n_tasks):
        for algorithm in space:
            study = optuna.create_study(sampler=RandomSampler(seed=t))
            for _ in range(20):
                _, config = suggest(study.ask(), space, [algorithm])
                where = np.log10(config.get("C", config.get("a"))) - 0.1 * t
                score = 0.9 - 0.05 * where**2 - 0.02 * config.get("degree", 0) + rng.normal(0, 0.01)
                rows.append((f"t{t}", algorithm, json.dumps(config, sort_keys=True), score))
    runs = pd.DataFrame(rows, columns=["task_id", "algorithm", "config", "score"])
    runs = runs.assign(metric=METRIC, task_type="binary", origin="random", family=runs["task_id"])
    described = pd.DataFrame({"where": np.arange(n_tasks, dtype=float)})
    described.index = pd.Index([f"t{t}" for t in range(n_tasks)], name="task_id")
    return History(space, runs, described, {f"t{t}": t % N_FOLDS for t in range(n_tasks)})


def default_of(space: Mapping[str, Any]) -> dict[str, Any]:
    """Return the default setup of an algorithm."""
    config = {name: p["default"] for name, p in space["parameters"].items()}
    for c in space["conditions"]:
        if config.get(c["parent"]) not in c["values"]:
            config.pop(c["parameter"], None)
    return config


def as_params(space: Space, algorithm: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """Return a setup under the names of the study."""
    own = {n: v for n, v in config.items() if n in space[algorithm]["parameters"]}
    return {"algorithm": algorithm, **{f"{algorithm}.{n}": v for n, v in own.items()}}
