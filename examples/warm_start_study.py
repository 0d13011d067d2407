"""Start an Optuna study of your own from what earlier studies on other datasets found."""

from __future__ import annotations

import optuna
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine
from sklearn.model_selection import cross_val_score
from sklearn.tree import DecisionTreeClassifier

from autometa import KnowledgeBase, WarmStartSampler

optuna.logging.set_verbosity(optuna.logging.WARNING)


def objective_on(load):
    """Return an ordinary Optuna objective: a tree's accuracy on one dataset."""
    X, y = load(return_X_y=True)

    def objective(trial: optuna.Trial) -> float:
        tree = DecisionTreeClassifier(
            max_depth=trial.suggest_int("max_depth", 1, 30),
            min_samples_leaf=trial.suggest_int("min_samples_leaf", 1, 100, log=True),
            ccp_alpha=trial.suggest_float("ccp_alpha", 1e-5, 0.3, log=True),
            random_state=0,
        )
        return float(cross_val_score(tree, X, y, cv=3).mean())

    return objective


earlier = {}
for load in (load_breast_cancer, load_iris, load_wine):
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.RandomSampler(seed=0))
    study.optimize(objective_on(load), n_trials=40)
    earlier[load.__name__] = study

kb = KnowledgeBase.from_studies(earlier)
for name, sampler in {
    "cold": optuna.samplers.TPESampler(seed=0),
    "warm": WarmStartSampler(kb, seed=0),
}.items():
    study = optuna.create_study(direction="maximize", sampler=sampler)
    study.optimize(objective_on(load_digits), n_trials=10)
    scores = [f"{trial.value:.3f}" for trial in study.trials]
    print(f"{name}: best of 10 trials {study.best_value:.3f}, in order", *scores)
