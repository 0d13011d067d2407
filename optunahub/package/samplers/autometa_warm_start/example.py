"""Tune LightGBM on a table, begun with setups that did well on tables like it."""

from __future__ import annotations

from pathlib import Path

import optuna
from lightgbm import LGBMClassifier
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import cross_val_score

import optunahub

X, y = load_breast_cancer(return_X_y=True)


def objective(trial: optuna.Trial) -> float:
    """Return the ROC AUC of a setup, by LightGBM's own names of its parameters."""
    model = LGBMClassifier(
        num_iterations=trial.suggest_int("num_iterations", 10, 200, log=True),
        learning_rate=trial.suggest_float("eta", 0.01, 0.5, log=True),
        num_leaves=trial.suggest_int("num_leaves", 2, 200, log=True),
        feature_fraction=trial.suggest_float("feature_fraction", 0.2, 1.0),
        n_jobs=1,
        verbose=-1,
    )
    return float(cross_val_score(model, X, y, cv=3, scoring="roc_auc").mean())


if __name__ == "__main__":
    hub = optunahub.load_local_module(  # load_module(...) once it is in the registry
        "samplers/autometa_warm_start", registry_root=str(Path(__file__).parents[2])
    )
    study = optuna.create_study(direction="maximize")
    hub.warm_start(study, X, y, algorithm="lightgbm", metric="roc_auc", seed=0)
    study.optimize(objective, n_trials=10)
    print(study.best_value, study.best_params)
