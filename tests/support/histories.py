"""Generated histories where the right answer is known by construction."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

from autometa.knowledge_base import KnowledgeBase


def history(
    scores,
    metafeatures=None,
    seconds=None,
    *,
    task_type="binary",
    metric="accuracy",
    families=None,
    status=None,
):
    """Knowledge base of a matrix of tasks by setups; a NaN score is a run nobody made."""
    scores = np.asarray(scores, dtype=float)
    n_tasks, n_setups = scores.shape
    names = [f"task{i}" for i in range(n_tasks)]
    tasks = pd.DataFrame({"task_id": names, "task_type": task_type})
    tasks["name"] = [f"dataset {i}" for i in range(n_tasks)]
    if families is not None:
        tasks["family"] = families
    runs = pd.DataFrame(
        {
            "task_id": np.repeat(names, n_setups),
            "algorithm": np.tile([f"algorithm{j}" for j in range(n_setups)], n_tasks),
            "config": np.tile([json.dumps({"j": j}) for j in range(n_setups)], n_tasks),
            "metric": metric,
            "score": scores.ravel(),
        }
    )
    if seconds is not None:
        runs["fit_seconds"] = np.broadcast_to(seconds, scores.shape).ravel()
    if status is not None:
        runs["status"] = np.asarray(status).ravel()
        runs = runs[runs["score"].notna() | (runs["status"] != "ok")]
    else:
        runs = runs[runs["score"].notna()]
    if metafeatures is not None:
        metafeatures = pd.DataFrame(metafeatures).set_axis(names)
    return KnowledgeBase.from_frames(tasks, metafeatures, runs)


def two_clusters(n=40, seed=0):
    """Setup 0 wins where 'size' is small, setup 1 where it is large, 2 is second everywhere."""
    rng = np.random.default_rng(seed)
    size = np.where(np.arange(n) % 2 == 0, 100.0, 100_000.0) * rng.uniform(0.5, 2.0, n)
    small = (size < 3000)[:, None]
    scores = np.where(small, [0.9, 0.6, 0.8, 0.5], [0.6, 0.9, 0.8, 0.5])
    scores = scores + rng.normal(0, 0.005, scores.shape)
    return history(scores, {"size": size, "noise": rng.normal(size=n)})


def smooth(n=150, n_setups=8, noise=0.05, seed=0, described=3):
    """Scores and log seconds linear in the meta-features, with noise; returns the parts too."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(n, described))
    names = [f"f{k}" for k in range(described)]
    slopes = 0.05 * rng.normal(size=(described, n_setups))
    scores = 0.6 + features @ slopes + rng.normal(0, noise, (n, n_setups))
    times = np.exp(features @ rng.normal(size=(described, n_setups)))
    return pd.DataFrame(features, columns=names), np.clip(scores, 0, 1), times


def setups(recommendations):
    """Numbers of the setups, in the order of the list."""
    return [recommendation.config["j"] for recommendation in recommendations]
