"""What the pages say that the reader has: a table, studies, an objective, files."""

import numpy as np  # noqa: F401  # pages use it
import optuna
import pandas as pd
from sklearn.datasets import load_breast_cancer

import autometa  # noqa: F401

optuna.logging.set_verbosity(optuna.logging.WARNING)

X, y = load_breast_cancer(return_X_y=True, as_frame=True)
X_new = X.head(3)
qualities = pd.Series({"NumberOfInstances": 150.0, "NumberOfFeatures": 5.0})


def objective(trial: optuna.Trial) -> float:
    """Be greatest at 1."""
    return -((trial.suggest_float("x", -5, 5) - 1) ** 2)


def finished_study(seed: int) -> optuna.Study:
    """Return a study that chance has searched."""
    sampler = optuna.samplers.RandomSampler(seed=seed)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    study.optimize(objective, n_trials=12)
    return study


study_a, study_b = finished_study(0), finished_study(1)
X_new.to_csv("new.csv", index=False)
X.assign(y=y).sample(150, random_state=0).to_csv("table.csv", index=False)
runs = {"task_id": ["a", "a", "b", "b"], "algorithm": ["knn", "lda"] * 2, "metric": "accuracy"}
pd.DataFrame({**runs, "score": [0.7, 0.8, 0.9, 0.6]}).to_csv("runs.csv", index=False)
