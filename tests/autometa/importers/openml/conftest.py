"""A loopback server with a little of everything, and settings that ask it at once."""

from __future__ import annotations

import pytest
from loopback_openml import Loopback
from openml_world import QUALITIES, Parameter, Upload, World

from autometa.importers.openml import OpenMLSettings

FOREST = "sklearn.ensemble.forest.RandomForestClassifier"


@pytest.fixture
def world():
    world = World()
    world.flows = {
        1: f"{FOREST}(12)",
        2: "sklearn.ensemble._forest.RandomForestClassifier(17)",
        3: "my.Learner(3)",
        4: "weka.Bagging_J48(2)",
        5: "weka.J48(33)",
    }
    world.add_task(59, "iris", qualities=QUALITIES)
    world.add_task(31, "credit-g", qualities={**QUALITIES, "NumberOfClasses": "2.0"})
    world.add_task(
        2306, "houses", kind=2, target="price", qualities={**QUALITIES, "NumberOfClasses": "0.0"}
    )
    trees = [Parameter(name="n_estimators", value="50"), Parameter(name="n_jobs", value="4")]
    world.add_setup(10, 1, trees)
    world.add_setup(11, 2, [*trees, Parameter(name="random_state", value="7")])
    world.add_setup(
        12, 3, [Parameter(name="alpha", value="1e-05"), Parameter(name="on", value="TRUE")]
    )
    world.add_setup(
        13, 4, [Parameter(name="I", value="10"), Parameter(name="C", value="0.1", flow=5)]
    )
    world.add_setup(14, 3)
    world.runs = [
        Upload(run=1, task=59, setup=10, uploader=1, values={"predictive_accuracy": 0.95}),
        Upload(run=2, task=59, setup=10, uploader=2, values={"predictive_accuracy": 0.95}),
        Upload(run=3, task=59, setup=11, values={"predictive_accuracy": "0.94"}),
        Upload(run=4, task=59, setup=12, values={"kappa": 0.5}),
        Upload(run=5, task=59, setup=13, error="Exception in fold 3: weka <broken>"),
        Upload(run=6, task=31, setup=14, values={"predictive_accuracy": 0.7, "kappa": 0.2}),
        Upload(run=7, task=2306, setup=12, values={"root_mean_squared_error": 12.5}),
    ]
    world.suites["99"] = {"task": [59, 31]}
    return world


@pytest.fixture
def server(world):
    with Loopback(world) as loopback:
        yield loopback


@pytest.fixture
def settings(server, tmp_path):
    return OpenMLSettings(
        server=server.url, cache=tmp_path / "cache", interval=0.0, pause=0.01, timeout=2.0
    )
