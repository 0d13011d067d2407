"""The server of these tests is one that the client's own listings take for OpenML."""

from __future__ import annotations

import logging

import openml as client
import pytest
from loopback_openml import Loopback
from openml_world import Parameter, Upload, World

from autometa.importers.openml import OpenMLSettings, import_openml

pytestmark = pytest.mark.filterwarnings("ignore")  # the client's own, about its future


@pytest.fixture
def server(tmp_path, monkeypatch):
    world = World(flows={1: "weka.J48(33)"})
    world.add_task(7, "things", qualities={"NumberOfInstances": "90.0", "NumberOfClasses": "2.0"})
    world.suites["99"] = {"task": [7]}
    world.add_setup(10, 1, [Parameter(name="C", value="0.25", data_type="option")])
    world.runs = [
        Upload(run=1, task=7, setup=10, values={"predictive_accuracy": 0.5}),
        Upload(run=2, task=7, setup=10, error="broken"),
    ]
    logging.disable(logging.WARNING)  # the client's, about each answer that is not compressed
    with Loopback(world) as loopback:
        monkeypatch.setattr(client.config, "server", loopback.url)
        monkeypatch.setattr(client.config, "_root_cache_directory", tmp_path)
        yield loopback
    logging.disable(logging.NOTSET)


def test_the_clients_own_listings_read_its_answers(server):
    evaluations = client.evaluations.list_evaluations(
        "predictive_accuracy", tasks=[7], output_format="dataframe"
    )
    assert evaluations[["run_id", "value", "uploader_name"]].values.tolist() == [[1, 0.5, "user 1"]]
    assert client.setups.list_setups(setup=[10])[10].parameters[1000].value == "0.25"
    runs = client.runs.list_runs(task=[7], display_errors=True, output_format="dataframe")
    assert runs["error_message"].tolist() == ["", "broken"]
    tasks = client.tasks.list_tasks(output_format="dataframe")
    assert tasks.loc[7, ["did", "name", "target_feature"]].tolist() == [1007, "things", "class"]
    assert client.study.get_suite(99).tasks == [7]
    assert client.evaluations.list_evaluations("kappa", tasks=[7], output_format="object") == {}


@pytest.mark.slow
def test_10000_runs_cost_a_fifth_of_the_clients_requests(server, tmp_path):
    server.world.runs.clear()
    for n in range(10_000):
        setup = 5_000_000 + n
        server.world.add_setup(setup, 1, [Parameter(name="C", value=str(n))])
        run = Upload(run=n + 1, task=7, setup=setup, values={"predictive_accuracy": n / 10_000})
        server.world.runs.append(run)
    theirs = client.evaluations.list_evaluations_setups(
        "predictive_accuracy", tasks=[7], output_format="dataframe"
    )
    n_theirs = len(server.calls)
    settings = OpenMLSettings(server=server.url, cache=tmp_path / "cache", interval=0.0)
    kb = import_openml(tasks=[7], settings=settings).knowledge_base
    assert len(theirs) == len(kb.runs) == 10_000
    assert 5 * (len(server.calls) - n_theirs) <= n_theirs
