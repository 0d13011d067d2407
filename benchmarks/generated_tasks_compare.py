"""The second half of `generated_tasks.py`: the same questions to models with and without them."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import generated_tasks_measure
import numpy as np
import numpy.typing as npt
import pandas as pd
from measuring import Kept
from rich.progress import track

from autometa.exceptions import KnowledgeBaseWarning
from autometa.knowledge_base import KnowledgeBase, canonical_config
from autometa.meta_models import MetaModel
from autometa.metrics import default_metric

N_FOLDS = 10
AT = (1, 3, 10)
ALONE = "real tasks"


@dataclass(frozen=True)
class Arm:
    """What a model learns from.

    Attributes
    ----------
    real : float
        Share of the families of real tasks.
    derived : {"", "all", "same type", "other type"}
        Which of the tasks derived from these families: same type means their parent's.
    synthetic : bool
    one_family : bool
        Whether all synthetic tasks together count as much as one family.
    """

    real: float = 1.0
    derived: str = ""
    synthetic: bool = False
    one_family: bool = False


ARMS = {
    ALONE: Arm(),
    "and derived ones": Arm(derived="all"),
    "and derived ones of their parent's type": Arm(derived="same type"),
    "and derived ones of another type": Arm(derived="other type"),
    "and synthetic ones": Arm(synthetic=True),
    "and synthetic ones, as one family": Arm(synthetic=True, one_family=True),
    "and both": Arm(derived="all", synthetic=True),
    "and both, synthetic ones as one family": Arm(derived="all", synthetic=True, one_family=True),
    "half of the real tasks": Arm(real=0.5),
    "half of them, and their derived ones": Arm(real=0.5, derived="all"),
    "half of them, and synthetic ones": Arm(real=0.5, synthetic=True),
    "synthetic tasks only": Arm(real=0.0, synthetic=True),
}


def real_tasks() -> KnowledgeBase:
    """Return the bundled knowledge base with the cheap setups and default metrics only."""
    kb = KnowledgeBase.bundled()
    types = kb.tasks.set_index("task_id")["task_type"]
    of_run = kb.runs["task_id"].map(types)
    setups = generated_tasks_measure.cheap_setups(kb)
    cheap = {(kind, *setup) for kind, own in setups.items() for setup in own}
    keys = zip(of_run, kb.runs["algorithm"], kb.runs["config"], strict=True)
    kept = np.array([key in cheap for key in keys]) & (kb.runs["fidelity"] == 1.0)
    kept &= kb.runs["metric"].to_numpy() == of_run.map(default_metric).to_numpy()
    return KnowledgeBase.from_frames(kb.tasks, kb.metafeatures, kb.runs[kept])


def regrets_of_setups(kb: KnowledgeBase) -> dict[str, dict[tuple[str, str], float]]:
    """Return 0 for the best setup of each task to 1 for the worst; one that failed is worst."""
    regret = {}
    for task_id, own in kb.runs.groupby("task_id"):
        score = own["score"].fillna(own["score"].min())
        shares = (score.max() - score) / max(score.max() - score.min(), 1e-12)
        setups = zip(own["algorithm"], own["config"], strict=True)
        regret[str(task_id)] = dict(zip(setups, shares, strict=True))
    return regret


def folds(tasks: pd.DataFrame, seed: int) -> Iterator[set[str]]:
    """Yield the families in ten parts."""
    families = np.random.default_rng(seed).permutation(sorted(set(tasks["family"])))
    yield from (set(part) for part in np.array_split(families, N_FOLDS))


def training(
    real: KnowledgeBase, generated: KnowledgeBase, arm: Arm, left_out: set[str], seed: int
) -> KnowledgeBase:
    """Return what a model of this arm may see when these families are left out."""
    families = sorted(set(real.tasks["family"]) - left_out)
    order = np.random.default_rng([seed, 1]).permutation(families)
    seen = set(order[: round(arm.real * len(order))])
    is_derived = generated.tasks["name"].str.contains("~")
    wanted = (_kind_of_derived(real, generated, arm) & generated.tasks["family"].isin(seen)) | (
        ~is_derived & arm.synthetic
    )
    extra = generated.tasks[wanted].copy()
    if arm.one_family:
        extra.loc[~is_derived, "family"] = "synthetic"
    tasks = pd.concat([real.tasks[real.tasks["family"].isin(seen)], extra], ignore_index=True)
    known = set(tasks["task_id"])
    metafeatures = pd.concat([real.metafeatures, generated.metafeatures])
    runs = pd.concat([real.runs, generated.runs], ignore_index=True)
    return KnowledgeBase.from_frames(
        tasks, metafeatures[metafeatures.index.isin(known)], runs[runs["task_id"].isin(known)]
    )


def _kind_of_derived(
    real: KnowledgeBase, generated: KnowledgeBase, arm: Arm
) -> npt.NDArray[np.bool_]:
    """Mark the derived tasks of the kind that an arm takes."""
    types = real.tasks.set_index("task_id")["task_type"]
    of_parent = generated.tasks["name"].str.partition("~")[0].map(types)
    same = (generated.tasks["task_type"] == of_parent).to_numpy()
    known = of_parent.notna().to_numpy()  # synthetic ones have no parent
    kinds = {"all": known, "same type": same, "other type": known & ~same}
    return np.asarray(kinds.get(arm.derived, np.zeros_like(known)), dtype=np.bool_)


def compare(
    work: Path, n_seeds: int, *, arms: Iterable[str] = ARMS, n_folds: int = N_FOLDS
) -> pd.DataFrame:
    """Ask every arm about every real task; keep the answers as they come."""
    warnings.simplefilter("ignore", KnowledgeBaseWarning)
    real, generated = real_tasks(), generated_tasks_measure.measured(work)
    regret = regrets_of_setups(real)
    n_runs = len(generated.runs)
    kept = Kept(work / "answers.jsonl")
    calls = [
        (n_runs, name, seed, fold, left)
        for seed in range(n_seeds)
        for fold, left in islice(enumerate(folds(real.tasks, seed)), n_folds)
        for name in arms
    ]
    for n_runs, name, seed, fold, left in track(calls, "Asking"):
        if (n_runs, name, seed, fold) not in kept:
            model = MetaModel(random_state=seed)
            model.fit(training(real, generated, ARMS[name], left, seed))
            asked = real.tasks[real.tasks["family"].isin(left)]
            rows = [_answer(model, real, task, regret) for task in asked.to_dict("records")]
            kept.rows((n_runs, name, seed, fold), lambda rows=rows: rows)
    return pd.DataFrame(
        {"arm": name, "seed": seed, **row}
        for (of_runs, name, seed, _), rows in kept.items()
        for row in rows
        if of_runs == n_runs and seed < n_seeds and name in ARMS
    )


def _answer(
    model: MetaModel,
    kb: KnowledgeBase,
    task: dict[Any, Any],
    regret: dict[str, dict[tuple[str, str], float]],
) -> dict[str, Any]:
    """Return the regret after 1, 3 and 10 setups, and how true their scores and seconds were."""
    task_id = task["task_id"]
    described = kb.metafeatures.loc[task_id]
    advice = model.recommend(described, max(AT), task_type=task["task_type"])
    setups = [(a.algorithm, canonical_config(a.config)) for a in advice]
    found = np.minimum.accumulate([regret[task_id][setup] for setup in setups])
    runs = kb.runs[kb.runs["task_id"] == task_id].set_index(["algorithm", "config"])
    true = runs.loc[setups]
    score, seconds = (true[c].to_numpy(dtype="float64") for c in ("score", "fit_seconds"))
    low, high = np.array([a.score_interval for a in advice]).T
    missed = np.abs([a.expected_score for a in advice] - score)
    spread = float(runs["score"].max() - runs["score"].min())
    factor = np.log([a.expected_fit_seconds for a in advice] / seconds)
    about = {key: task[key] for key in ("task_id", "family", "task_type")}
    return (
        about
        | {f"@{k}": float(found[k - 1]) for k in AT}
        | {
            "inside": float(np.mean((low <= score) & (score <= high))),
            "score error": float(np.nanmedian(missed) / max(spread, 1e-12)),
            "seconds error": float(np.nanmedian(np.abs(factor))),
        }
    )
