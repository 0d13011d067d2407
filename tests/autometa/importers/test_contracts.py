"""Every format of autometa keeps to the contract that formats of others are held to."""

from __future__ import annotations

import optuna
import pandas as pd
import pytest
from keepers import grid, history
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from autometa import tune
from autometa.importers._registry import FORMATS
from autometa.testing import ImporterContract

LONG = pd.DataFrame(
    {"dataset": ["iris", "iris", "wine"], "model": ["knn", "svm", "knn"], "accuracy": [0.9, 0.8, 1]}
)


class TestAslib(ImporterContract):
    format = "aslib"

    @pytest.fixture
    def sources(self, scenario):
        return [scenario()]


class TestKnowledgeBase(ImporterContract):
    format = "kb"

    def make_sources(self, folder):
        history(grid("ab", range(3))).save(folder / "history")
        return [folder / "history"]


class TestMatrix(ImporterContract):
    format = "matrix"

    def make_sources(self, folder):
        wide = LONG.pivot(index="dataset", columns="model", values="accuracy")
        wide.to_csv(folder / "accuracy.csv")
        return [folder / "accuracy.csv", {"accuracy": wide}]


class TestOptuna(ImporterContract):
    format = "optuna"

    def make_sources(self, folder):
        url = f"sqlite:///{folder / 'studies.db'}"
        journal = JournalStorage(JournalFileBackend(str(folder / "journal.log")))
        studies = [
            optuna.create_study(storage=storage, study_name="iris", direction="maximize")
            for storage in (url, journal, None)
        ]
        for study in studies:
            study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=2)
        return [url, folder / "studies.db", folder / "journal.log", studies[-1]]


class TestTable(ImporterContract):
    format = "table"

    def make_sources(self, folder):
        LONG.to_csv(folder / "runs.csv", index=False)
        LONG.to_parquet(folder / "runs.parquet")
        LONG.to_json(folder / "runs.jsonl", orient="records", lines=True)
        return [folder / "runs.csv", folder / "runs.parquet", folder / "runs.jsonl", LONG]


@pytest.fixture(scope="module")
def result():
    X = pd.DataFrame({"a": range(40), "b": [0, 1] * 20})
    return tune(
        X, X["a"] > 20, algorithms=["naive_bayes"], knowledge_base=False, isolate=False,
        time_budget=None, n_trials=1, random_state=0,
    )  # fmt: skip


class TestTune(ImporterContract):
    format = "tune"

    @pytest.fixture
    def sources(self, result, tmp_path):
        result.save(tmp_path / "model")
        return [result, tmp_path / "model"]


def test_every_format_is_held_to_the_contract():
    held = {one.format for one in ImporterContract.__subclasses__() if one.__module__ == __name__}
    assert held == set(FORMATS)
