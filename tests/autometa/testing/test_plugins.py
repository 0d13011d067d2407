"""An algorithm, a metric, a meta-feature and an importer are one file each, also from outside."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

CENTROIDS = """
import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin

class Centroids(ClassifierMixin, BaseEstimator):
    def __init__(self, softness=1.0):
        self.softness = softness
    def fit(self, X, y):
        X, y = np.asarray(X), np.asarray(y)
        self.classes_ = np.unique(y)
        self.centers_ = np.stack([X[y == c].mean(axis=0) for c in self.classes_])
        return self
    def predict_proba(self, X):
        gaps = ((np.asarray(X)[:, None] - self.centers_) ** 2).sum(axis=2) / self.softness
        weights = np.exp(gaps.min(axis=1, keepdims=True) - gaps)
        return weights / weights.sum(axis=1, keepdims=True)
    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]
"""
BAYES = """
from sklearn.naive_bayes import GaussianNB

def Centroids(softness):
    return GaussianNB(var_smoothing=softness)
"""
ALGORITHM = """
from optuna.distributions import FloatDistribution
from autometa.algorithms import Algorithm

def make(config, context):
    return Centroids(**config)

ALGORITHMS = (
    Algorithm(
        name="centroids",
        make=make,
        encoding="scaled",
        spaces={"classification": {"softness": FloatDistribution(0.1, 100.0, log=True)}},
        known_setups={"classification": {"library": {"softness": 1.0}, "soft": {"softness": 9.0}}},
        places={"classification": {"soft": 5}},
        trusted_types=("toy_algorithm.Centroids",),
    ),
)
"""
TOY_METRIC = """
import numpy as np
from sklearn.metrics import make_scorer
from autometa.metrics import Metric

def cost(y_true, y_pred):
    return float(np.mean(5 * ((y_true == 1) & (y_pred == 0)) + ((y_true == 0) & (y_pred == 1))))

METRIC = Metric(name="neg_toy_cost", kind="classification", low=-5.0, high=0.0, needs="rows",
                has_positive=True, family="balanced", aliases=("toy_cost",),
                scorer=make_scorer(cost, greater_is_better=False))
"""
TOY_MEASURE = '''
from metafeatures import register

@register(family="simple", low=0, unit="cells", cost="count")
def n_cells(n_rows, n_columns):
    """Return the number of cells."""
    return n_rows * n_columns
'''
TOY_IMPORTER = """
from pathlib import Path
import pandas as pd
from autometa import KnowledgeBase
from autometa.importers import Imported, Importer

def recognise(source):
    return str(source).endswith(".toy") and Path(source).read_text().startswith("TOY")

def read(source):
    rows = [line.split() for line in Path(source).read_text().splitlines()[1:]]
    runs = pd.DataFrame(rows, columns=["task_id", "algorithm", "score"])
    runs = runs.assign(score=runs["score"].astype(float), config="{}", metric="accuracy")
    tasks = pd.DataFrame({"task_id": sorted(set(runs["task_id"])), "task_type": "binary"})
    kb = KnowledgeBase.from_frames(tasks=tasks, metafeatures=None, runs=runs)
    return Imported(knowledge_base=kb)

IMPORTER = Importer(name="toy", read=read, recognise=recognise)
"""
ENTRY_POINTS = """
[autometa.algorithms]
toy = toy_algorithm
[autometa.metrics]
toy = toy_metric:METRIC
[metafeatures.measures]
toy = toy_measure
[autometa.importers]
toy = toy_importer:IMPORTER
"""
TABLE = """
import sys, warnings
import numpy as np, pandas as pd
rng = np.random.default_rng(0)
X = pd.DataFrame(rng.normal(size=(120, 3)), columns=list("abc"))
y = pd.Series(np.where(X["a"] + 0.3 * rng.normal(size=120) > 0.4, "yes", "no"), name="target")
"""
USE = """
import autometa, metafeatures
assert not [name for name in sys.modules if name.startswith("toy_")]  # only when asked for
from autometa import KnowledgeBase, load_model, recommend, tune
from autometa.algorithms import list_algorithms
from autometa.metrics import check_metric, list_metrics

listed = list_algorithms("binary").set_index("name")
assert listed.loc["centroids", "n_setups"] == 2, listed
assert "centroids" not in set(list_algorithms("regression")["name"])
assert list_metrics("binary").set_index("name").loc["neg_toy_cost", "aliases"] == ("toy_cost",)
assert check_metric("toy_cost", "binary") == "neg_toy_cost"

described = metafeatures.describe(X, y)
assert described["n_cells"] == 360, described
names = [f"t{i}" for i in range(6)]
tasks = pd.DataFrame({"task_id": names, "task_type": "binary"})
features = pd.DataFrame({"n_cells": np.arange(6) * 100.0}, index=names)
configs = {"centroids": {"softness": 2}, "ridge": {}, "lda": {"shrinkage": 0.5}}
runs = pd.DataFrame([
    {"task_id": task, "algorithm": name, "config": config, "metric": "neg_toy_cost",
     "score": -0.1 if name == "centroids" else -0.9}
    for task in names for name, config in configs.items()
])
kb = KnowledgeBase.from_frames(tasks=tasks, metafeatures=features, runs=runs)
assert '{"softness": 2.0}' in set(kb.setups["config"])  # typed as its space is
(advice,) = recommend(X, y, metric="toy_cost", n=1, knowledge_base=kb)
assert (advice.algorithm, advice.config) == ("centroids", {"softness": 2.0}), advice
assert set(advice.build().fit(X, y).predict(X)) == {"yes", "no"}

result = tune(X, y, metric="toy_cost", algorithms=["centroids"], knowledge_base=False,
              time_budget=None, n_trials=3, random_state=0)
board = result.leaderboard()
assert result.metric == "neg_toy_cost" and -1 < result.score <= 0, result.score
assert set(board["algorithm"]) == {"centroids"} and (board["status"] == "ok").all(), board
result.save("model.skops")
loaded = load_model("model.skops")
assert (loaded.predict_proba(X) == result.best_pipeline.predict_proba(X)).all()
"""
IMPORT = """
from pathlib import Path
from autometa.importers import import_history
Path("runs.toy").write_text("TOY\\na knn 0.5\\nb knn 0.75\\n")
kb = import_history("runs.toy").knowledge_base
assert kb.runs["score"].tolist() == [0.5, 0.75], kb.runs
"""


def distribution(folder: Path, name: str, entry_points: str, **modules: str) -> Path:
    """Install modules with entry points into a folder, as pip would."""
    info = folder / f"{name.replace('-', '_')}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(entry_points)
    for module, source in modules.items():
        (folder / f"{module}.py").write_text(source)
    return folder


def run(source: str, cwd: Path, *installed: Path) -> subprocess.CompletedProcess[str]:
    script = cwd / "script.py"
    script.write_text(source)
    path = os.pathsep.join([*map(str, installed), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        [sys.executable, str(script)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def toys(tmp_path):
    return distribution(
        tmp_path / "site",
        "toys",
        ENTRY_POINTS,
        toy_algorithm=CENTROIDS + ALGORITHM,
        toy_metric=TOY_METRIC,
        toy_measure=TOY_MEASURE,
        toy_importer=TOY_IMPORTER,
    )


@pytest.mark.slow
def test_installed_plugins_are_advised_tuned_saved_and_loaded(tmp_path, toys):
    done = run(TABLE + USE + IMPORT, tmp_path, toys)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_the_toys_keep_the_contracts(tmp_path, toys):
    (tmp_path / "test_toys.py").write_text(
        "from autometa.algorithms import get_algorithm\n"
        "from autometa.metrics import get_metric\n"
        "from autometa.testing import *\n"
        "class TestAlgorithm(AlgorithmContract):\n"
        "    algorithms = [get_algorithm('centroids')]\n"
        "class TestMetric(MetricContract):\n"
        "    metrics = [get_metric('neg_toy_cost')]\n"
        "class TestImporter(ImporterContract):\n"
        "    format = 'toy'\n"
        "    def make_sources(self, folder):\n"
        "        (folder / 'a.toy').write_text('TOY\\na knn 0.5\\n')\n"
        "        return [folder / 'a.toy']\n"
        "def test_measure():\n"
        "    check_metafeature('n_cells')\n"
    )
    code = "import sys, pytest; sys.exit(pytest.main(['-q', '-p', 'no:cacheprovider', '.']))"
    done = run(code, tmp_path, toys)
    assert done.returncode == 0, done.stdout
    assert "skipped" not in done.stdout


REGISTER = """
from autometa.algorithms import register_algorithm
from autometa.importers import register_importer
from autometa.metrics import register_metric
register_algorithm(ALGORITHMS[0])
register_metric(METRIC)
register_importer("toy", read, recognise)
"""


@pytest.mark.slow
def test_what_a_script_registers_reaches_its_workers(tmp_path):
    """No worker runs the script; the class of the estimator can be imported."""
    use = USE.replace("assert not [name for", "[name for")
    parts = [BAYES, ALGORITHM, TOY_METRIC, TOY_MEASURE, TOY_IMPORTER, REGISTER, TABLE, use, IMPORT]
    done = run("\n".join(parts), tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_what_a_module_beside_the_script_registers_reaches_its_workers(tmp_path):
    """Workers import nothing from the current folder, so functions go there by value."""
    (tmp_path / "beside.py").write_text(BAYES + ALGORITHM)
    code = (
        "import beside\n"
        "from autometa import tune\n"
        "from autometa.algorithms import register_algorithm\n"
        "register_algorithm(beside.ALGORITHMS[0])\n"
        "result = tune(X, y, algorithms=['centroids'], knowledge_base=False, time_budget=None,\n"
        "              n_trials=2, random_state=0)\n"
        "assert (result.leaderboard()['status'] == 'ok').all(), result.leaderboard()\n"
    )
    done = run(TABLE + code, tmp_path)
    assert done.returncode == 0, done.stderr


ASK = {
    "autometa.algorithms": "autometa.algorithms:every_algorithm",
    "autometa.metrics": "autometa.metrics:every_metric",
    "autometa.importers": "autometa.importers:formats",
    "metafeatures.measures": "metafeatures:list_metafeatures",
}
ASK_EACH = f"""
import json, pkgutil, warnings
answers = {{}}
for group, name in {ASK!r}.items():
    ask = pkgutil.resolve_name(name)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            assert len(ask()) > 4 and len(ask()) > 4
        except Exception as error:
            answers[group] = [f"{{type(error).__name__}}: {{error}}"]
        else:
            answers[group] = [f"{{w.category.__name__}}: {{w.message}}" for w in caught]
print(json.dumps(answers))
"""


def answers_with(folder: Path, name: str, values: dict[str, str], **modules: str) -> dict[str, Any]:
    """Return what each group says, asked twice by one process, of a plug-in that it cannot use."""
    points = "\n".join(f"[{group}]\n{value}" for group, value in values.items())
    done = run(ASK_EACH, folder, distribution(folder / "site", name, points, **modules))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    folder = tmp_path_factory.mktemp("broken")
    values = dict.fromkeys(ASK, "bad = bad_toy")
    return answers_with(folder, "broken-toys", values, bad_toy="import no_such")


@pytest.mark.parametrize("group", ASK)
def test_a_broken_plugin_is_one_warning_that_names_its_distribution(group, broken):
    category = "MetaFeatureWarning" if group.startswith("meta") else "PluginWarning"
    assert broken[group] == [
        f"{category}: The plug-in 'bad' of 'broken-toys' is left out: it cannot be imported "
        "(ModuleNotFoundError: No module named 'no_such'). Update or uninstall 'broken-toys'."
    ]


OF_ANOTHER_KIND = {
    "autometa.algorithms": "neither to an Algorithm nor to a module",
    "autometa.metrics": "neither to a Metric nor to several",
    "autometa.importers": "does not lead to an Importer",
}


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    folder = tmp_path_factory.mktemp("odd")
    return answers_with(folder, "odd-toys", dict.fromkeys(OF_ANOTHER_KIND, "odd = math:pi"))


@pytest.mark.parametrize(("group", "said"), OF_ANOTHER_KIND.items())
def test_a_plugin_of_another_kind_is_left_out(group, said, odd):
    (line,) = odd[group]
    assert line.startswith("PluginWarning: ")
    assert said in line
    assert "'odd-toys'" in line


CLASHES = {
    "autometa.algorithms": (
        "from dataclasses import replace\nfrom autometa.algorithms.linear import ALGORITHMS",
        "Two algorithms are named 'logistic_regression': of 'autometa' and of 'clashing-toys'",
    ),
    "autometa.metrics": (
        "from autometa.metrics import Metric\nONE = Metric(name='my_mae', aliases=('mae',))",
        "of 'clashing-toys' has a name that is taken: 'mae' means 'neg_mean_absolute_error'",
    ),
    "autometa.importers": (
        "from autometa.importers import Importer\n"
        "ONE = Importer(name='optuna', read=print, recognise=bool)",
        "Two importers are named 'optuna', one of them of 'clashing-toys'",
    ),
    "metafeatures.measures": (
        TOY_MEASURE.replace("n_cells", "class_entropy"),
        "Two measures are named 'class_entropy': of metafeatures._families.information and",
    ),
}


@pytest.fixture(scope="module")
def clashing(tmp_path_factory):
    modules = {f"clash_{i}": source for i, (source, _) in enumerate(CLASHES.values())}
    values = {
        group: f"clash = {module}" + (":ONE" if "ONE" in modules[module] else "")
        for group, module in zip(CLASHES, modules, strict=True)
    }
    folder = tmp_path_factory.mktemp("clashing")
    return answers_with(folder, "clashing-toys", values, **modules)


@pytest.mark.parametrize("group", CLASHES)
def test_a_clash_of_names_is_an_error(group, clashing):
    (line,) = clashing[group]
    assert "Error: " in line
    assert CLASHES[group][1] in line
