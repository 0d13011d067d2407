"""Histories of ASlib and OpenML, worked out by hand from what their formats say.

ASlib: github.com/coseal/aslib-spec; `maximize` says of each performance measure whether greater
is better, a run that did not end well has a `runstatus` other than ok and a stand-in for a value.
OpenML: docs.openml.org; measures are named as in `api/v1/evaluationmeasure/list`, errors as
errors, and listings hold one value a run and measure.
"""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
from loopback_openml import Loopback
from openml_world import Parameter, Upload, World

from autometa import KnowledgeBase
from autometa.importers import import_history
from autometa.importers.openml import OpenMLSettings, import_openml
from autometa.knowledge_base import export

NAN = float("nan")

DESCRIPTION = """\
scenario_id: BY-HAND
performance_measures: [log_loss, accuracy, runtime]
maximize: [false, true, false]
performance_type: [solution_quality, solution_quality, runtime]
algorithm_cutoff_time: 100
"""
RUNS = """\
@RELATION ALGORITHM_RUNS_BY-HAND
@ATTRIBUTE instance_id STRING
@ATTRIBUTE repetition NUMERIC
@ATTRIBUTE algorithm STRING
@ATTRIBUTE log_loss NUMERIC
@ATTRIBUTE accuracy NUMERIC
@ATTRIBUTE runtime NUMERIC
@ATTRIBUTE runstatus {ok, timeout, memout, not_applicable, crash, other}
@DATA
iris,1,knn,0.25,0.9,12,ok
iris,1,tree,0.5,0.8,3,ok
wine,1,knn,0.75,0.7,20,ok
wine,1,tree,99,0,100,timeout
wine,1,smo,99,0,7,crash
"""
BY_ASLIB = [  # task, setup, metric, score, seconds, status
    ("iris", "knn", "neg_log_loss", -0.25, 12, "ok"),
    ("iris", "knn", "accuracy", 0.9, 12, "ok"),
    ("iris", "knn", "neg_runtime", -12, 12, "ok"),
    ("iris", "tree", "neg_log_loss", -0.5, 3, "ok"),
    ("iris", "tree", "accuracy", 0.8, 3, "ok"),
    ("iris", "tree", "neg_runtime", -3, 3, "ok"),
    ("wine", "knn", "neg_log_loss", -0.75, 20, "ok"),
    ("wine", "knn", "accuracy", 0.7, 20, "ok"),
    ("wine", "knn", "neg_runtime", -20, 20, "ok"),
    *(("wine", "tree", metric, NAN, 100, "timeout")
      for metric in ("neg_log_loss", "accuracy", "neg_runtime")),
    *(("wine", "smo", metric, NAN, 7, "error")
      for metric in ("neg_log_loss", "accuracy", "neg_runtime")),
]  # fmt: skip

MEASURES = [
    "predictive_accuracy", "area_under_roc_curve", "mean_absolute_error",
    "root_mean_squared_error",
]  # fmt: skip
A, B = '{"alpha":0.5}', '{"alpha":2,"on":true}'
BY_OPENML = [
    ("openml:task/59", A, "accuracy", 0.95, 0.2, "ok"),
    ("openml:task/59", A, "roc_auc_ovr_weighted", 0.99, 0.2, "ok"),  # of three classes
    ("openml:task/59", A, "neg_mean_absolute_error", -0.05, 0.2, "ok"),
    ("openml:task/59", A, "neg_root_mean_squared_error", -0.2, 0.2, "ok"),
    ("openml:task/59", B, "accuracy", 0.5, NAN, "ok"),
    ("openml:task/59", B, "neg_root_mean_squared_error", NAN, NAN, "ok"),  # not measured
    ("openml:task/59", B, "roc_auc_ovr_weighted", 0.75, NAN, "ok"),
    ("openml:task/59", B, "neg_mean_absolute_error", -0.25, NAN, "ok"),
    ("openml:task/31", A, "accuracy", 0.75, NAN, "ok"),
    ("openml:task/31", A, "neg_root_mean_squared_error", -0.5, NAN, "ok"),
    ("openml:task/31", A, "roc_auc", 0.8, NAN, "ok"),  # of two
    ("openml:task/31", A, "neg_mean_absolute_error", -0.3, NAN, "ok"),
    ("openml:task/2306", A, "neg_root_mean_squared_error", -12.5, NAN, "ok"),
    ("openml:task/2306", A, "neg_mean_absolute_error", -9.0, NAN, "ok"),
    ("openml:task/2306", B, "neg_root_mean_squared_error", -40.0, NAN, "ok"),
    ("openml:task/2306", B, "neg_mean_absolute_error", -30.0, NAN, "ok"),
]


def scenario(folder):
    folder.mkdir()
    (folder / "description.txt").write_text(DESCRIPTION)
    (folder / "algorithm_runs.arff").write_text(RUNS)
    return import_history(folder).knowledge_base


def uploads():
    accuracy, area, absolute, squared = MEASURES
    millis = "usercpu_time_millis_training"  # of ten folds: 2,000 are 0.2 s each
    return [
        Upload(run=1, task=59, setup=1,
               values={accuracy: 0.95, area: 0.99, absolute: 0.05, squared: 0.2, millis: 2000.0}),
        Upload(run=2, task=59, setup=2, values={accuracy: 0.5, area: 0.75, absolute: 0.25}),
        Upload(run=3, task=31, setup=1,
               values={accuracy: 0.75, area: 0.8, absolute: 0.3, squared: 0.5}),
        Upload(run=4, task=2306, setup=1, values={absolute: 9.0, squared: 12.5}),
        Upload(run=5, task=2306, setup=2, values={absolute: 30.0, squared: 40.0}),
    ]  # fmt: skip


def listings(folder):
    world = World(flows={3: "my.Learner(3)"}, runs=uploads())
    world.add_setup(1, 3, [Parameter(name="alpha", value="0.5")])
    world.add_setup(2, 3, [Parameter(name="alpha", value="2"), Parameter(name="on", value="TRUE")])
    sizes = {"NumberOfInstances": "150.0", "NumberOfFeatures": "5.0"}
    for task, name, classes in ((59, "iris", 3), (31, "credit-g", 2)):
        world.add_task(task, name, qualities={**sizes, "NumberOfClasses": f"{classes}.0"})
    world.add_task(
        2306, "houses", kind=2, target="price", qualities={**sizes, "NumberOfClasses": "0.0"}
    )
    with Loopback(world) as server:
        settings = OpenMLSettings(
            server=server.url, cache=folder / "cache", interval=0.0, pause=0.01, timeout=2.0
        )
        return import_openml(
            tasks=[59, 31, 2306], measures=MEASURES, seconds=True, settings=settings
        ).knowledge_base


SOURCES = {"aslib": (scenario, BY_ASLIB), "openml": (listings, BY_OPENML)}


def rows(kb):
    """Return the runs as they are written above: a setup by its name or by its values."""
    found = []
    for run in kb.runs.itertuples():
        config = json.loads(run.config)
        setup = json.dumps(config, separators=(",", ":")) if config else str(run.algorithm)
        score, seconds = float(run.score), float(run.fit_seconds)
        found.append((str(run.task_id), setup, str(run.metric), score, seconds, str(run.status)))
    return found


def assert_rows(found, expected):
    """Compare runs in any order, missing numbers included."""

    def key(row):
        return row[:3] + row[5:] + (repr(float(row[3])),)

    found, expected = sorted(found, key=key), sorted(expected, key=key)
    assert [r[:3] + r[5:] for r in found] == [r[:3] + r[5:] for r in expected]
    np.testing.assert_allclose([r[3:5] for r in found], [r[3:5] for r in expected], rtol=1e-12)


@pytest.mark.parametrize("name", SOURCES)
def test_a_history_is_read_as_it_was_worked_out_by_hand(name, tmp_path):
    read, expected = SOURCES[name]
    assert_rows(rows(read(tmp_path / name)), expected)


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("format", ["csv", "parquet", "frames"])
def test_it_is_the_same_after_saving_exporting_and_importing(name, format, tmp_path):
    read, expected = SOURCES[name]
    read(tmp_path / name).save(tmp_path / "kb")
    export(KnowledgeBase.load(tmp_path / "kb"), tmp_path / "out", format)
    assert_rows(rows(import_history(tmp_path / "out").knowledge_base), expected)


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("format", ["matrix", "aslib"])
def test_scores_keep_their_metric_and_sign_in_formats_of_others(name, format, tmp_path):
    read, expected = SOURCES[name]
    export(read(tmp_path / name), tmp_path / "out", format)
    back = rows(import_history(tmp_path / "out").knowledge_base)
    scored = [(*row[:4], NAN, row[5]) for row in back if np.isfinite(row[3])]
    assert_rows(scored, [(*row[:4], NAN, "ok") for row in expected if np.isfinite(row[3])])


# The same tasks and setups, as other people measured them.
PARTS = {
    "accuracy, a little less": "dataset,model,accuracy\niris,knn,0.85\nwine,tree,0.6\n",
    "errors in per cent": "dataset,model,error_rate\niris,knn,20\niris,tree,25\nwine,knn,50\n",
    "an area": "dataset,model,auc\niris,knn,0.99\nwine,knn,0.5\n",
}
BY_PARTS = [
    ("iris", "knn", "accuracy", 0.85, NAN, "ok"),
    ("wine", "tree", "accuracy", 0.6, NAN, "ok"),
    ("iris", "knn", "accuracy", 0.8, NAN, "ok"),
    ("iris", "tree", "accuracy", 0.75, NAN, "ok"),
    ("wine", "knn", "accuracy", 0.5, NAN, "ok"),
    ("iris", "knn", "roc_auc", 0.99, NAN, "ok"),
    ("wine", "knn", "roc_auc", 0.5, NAN, "ok"),
]


def part(folder, name):
    path = folder / f"{name}.csv"
    path.write_text(PARTS[name])
    return import_history(path).knowledge_base


@pytest.mark.parametrize("order", list(itertools.permutations(range(4)))[::5])
def test_histories_under_different_metrics_merge_in_any_order_into_all_of_their_runs(
    order, tmp_path
):
    sources = [scenario(tmp_path / "aslib"), *(part(tmp_path, name) for name in PARTS)]
    first, *others = (sources[i] for i in order)
    for other in others:
        first.merge(other)
    assert_rows(rows(first), [*BY_ASLIB, *BY_PARTS])
    assert sorted(first.tasks["task_id"]) == ["iris", "wine"]
    assert set(first.tasks["task_type"]) == {"classification"}
    assert len(first.setups) == 3


def test_what_was_merged_is_the_same_through_the_store(tmp_path):
    scenario(tmp_path / "aslib").save(tmp_path / "kb")
    for name in PARTS:
        part(tmp_path, name).save(tmp_path / "kb", if_exists="append")
    assert_rows(rows(KnowledgeBase.load(tmp_path / "kb")), [*BY_ASLIB, *BY_PARTS])
    again = KnowledgeBase.load(tmp_path / "kb").merge(scenario(tmp_path / "again"))
    assert_rows(rows(again), [*BY_ASLIB, *BY_PARTS])  # nothing of it is new
