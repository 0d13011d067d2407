"""code(): a script without autometa gives the same pipeline."""

from __future__ import annotations

import runpy
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from autometa.algorithms import TableCleaner, algorithms_for, get_algorithm
from autometa.tables import check_table
from autometa.tuning import tune
from autometa.tuning.final_model._assemble import Member, assemble
from autometa.tuning.script._code import script

ASK = """
import runpy, sys
import numpy as np
made = runpy.run_path(sys.argv[1])
assert not any(name.split(".")[0] in ("autometa", "metafeatures") for name in sys.modules)
table = made["read"]()
model, words = made["fit"](table)
X = made["prepare"](table, words)
ask = model.predict_proba if hasattr(model, "predict_proba") else model.predict
np.save(sys.argv[2], ask(X))
"""
TASKS = {"binary": "two", "multiclass": "labels", "regression": "number"}
SMALL = {"n_estimators": 5, "iterations": 5, "max_iter": 5}


def said_by_script(source, tmp_path):
    path, answer = tmp_path / "made.py", tmp_path / "answer.npy"
    path.write_text(source)
    subprocess.run([sys.executable, "-W", "ignore", "-c", ASK, str(path), str(answer)], check=True)
    return np.load(answer)


@pytest.mark.slow
@pytest.mark.parametrize("target", ["two", "number"])
def test_the_script_predicts_what_the_pipeline_does(mixed, features, target, tmp_path):
    table = features.assign(**{target: mixed[target]})
    table.to_csv(tmp_path / "table.csv", index=False, sep=";")
    table = pd.read_csv(tmp_path / "table.csv", sep=";")
    X = table.drop(columns=target)
    names = ["lightgbm", "svm", "extra_trees", "ridge", "logistic_regression"]
    usable = [n for n in names if (n == "ridge") == (target == "number") or n in names[:3]]
    result = tune(
        X,
        table[target],
        time_budget=None,
        n_trials=5,
        algorithms=[n for n in usable if n != "logistic_regression" or target == "two"],
        knowledge_base=False,
        isolate=False,
        random_state=0,
        target=target,
    )
    answer = said_by_script(result.code(str(tmp_path / "table.csv")), tmp_path)
    pipeline = result.best_pipeline
    expected = pipeline.predict_proba(X) if target == "two" else pipeline.predict(X)
    np.testing.assert_allclose(answer, expected, rtol=1e-9)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("task_type", list(TASKS))
def test_every_algorithm_is_written_out(task_type, mixed, features, tmp_path):
    target = TASKS[task_type]
    frame = features.assign(**{target: mixed[target]})
    frame.to_parquet(tmp_path / "table.parquet")
    table = check_table(features, mixed[target], task_type)
    cleaner = TableCleaner()
    cleaned = cleaner.fit_transform(table.X)
    members = []
    for algorithm in algorithms_for(task_type):
        label, config = list(algorithm.setups(task_type).items())[-1]
        config = {k: SMALL.get(k, v) for k, v in config.items()}
        model = get_algorithm(algorithm.name).build(config, task_type)[1:].fit(cleaned, table.y)
        members.append(Member(name=f"{algorithm.name}_{label}", model=model, weight=1.0))
    pipeline = assemble(cleaner, members, table)
    source = script(pipeline, str(tmp_path / "table.parquet"), target, "a test")
    answer = said_by_script(source, tmp_path)
    ask = "predict" if task_type == "regression" else "predict_proba"
    np.testing.assert_allclose(answer, getattr(pipeline, ask)(features), rtol=1e-6, atol=1e-9)


@pytest.mark.filterwarnings("ignore:Columns of one value and gaps")
def test_the_script_reads_new_gaps_and_levels_as_the_pipeline_does(tmp_path):
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"number": rng.uniform(100, 200, 90), "level": rng.choice(["a", "b"], 90)})
    table["flag"] = np.where(rng.random(90) < 0.5, 1.0, np.nan)
    target = table["number"] + 50 * (table["level"] == "a") + 30 * table["flag"].notna()
    table.assign(target=target).to_parquet(tmp_path / "table.parquet")
    checked = check_table(table, target)
    cleaner = TableCleaner()
    cleaned = cleaner.fit_transform(checked.X)
    members = []
    for name in ("lightgbm", "xgboost", "decision_tree", "ridge"):
        model = get_algorithm(name).build({}, "regression")[1:].fit(cleaned, checked.y)
        members.append(Member(name=name, model=model, weight=1.0))
    pipeline = assemble(cleaner, members, checked)
    path = tmp_path / "made.py"
    path.write_text(script(pipeline, str(tmp_path / "table.parquet"), "target", "a test"))
    made = runpy.run_path(str(path))
    model, words = made["fit"](made["read"]())
    for change in ({"number": np.nan}, {"level": "new"}, {"level": None}, {"flag": np.nan}):
        new = table.head(30).assign(**change)
        answer = model.predict(made["prepare"](new, words))
        np.testing.assert_allclose(answer, pipeline.predict(new), rtol=1e-5)


@pytest.mark.parametrize(
    ("source", "read"),
    [
        ("a.tsv", r"pd.read_csv(path, sep='\t', encoding='utf-8-sig', dtype=str"),
        ("a.feather", "pd.read_feather('a.feather')"),
        ("a.arff.gz", "read_arff('a.arff.gz')"),
        ("sklearn:wine", "load_wine(as_frame=True).frame"),
        ("openml:31", "fetch_openml(data_id=31, as_frame=True).frame"),
    ],
)
def test_the_script_reads_the_table_where_it_is(mixed, features, source, read):
    table = check_table(features, mixed["two"])
    cleaner = TableCleaner()
    cleaned = cleaner.fit_transform(table.X)
    model = get_algorithm("naive_bayes").build({}, "binary")[1:].fit(cleaned, table.y)
    pipeline = assemble(cleaner, [Member(name="one", model=model, weight=1.0)], table)
    source_code = script(pipeline, source, "two", 'a "test"')
    assert read in source_code
    compile(source_code, "made.py", "exec")


def dates_of_many_forms(n):
    stamps = pd.Series(pd.date_range("2024-01-01", periods=n, freq="7h"))
    mixed = stamps.map(pd.Timestamp.isoformat)
    mixed[1::2] = mixed[1::2] + ".500000"
    return {
        "mixed": mixed,
        "dotted": stamps.dt.strftime("%d.%m.%Y %H:%M"),
        "zoned": stamps.dt.strftime("%Y-%m-%dT%H:%M:%S+02:00"),
        "compact": stamps.dt.strftime("%Y%m%dT%H%M%S"),
    }


@pytest.mark.filterwarnings("ignore:Dates are read")
def test_the_script_cleans_as_the_pipeline_does(tmp_path):
    n = 200
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            **dates_of_many_forms(n),
            "mixed_month": rng.normal(size=n),
            "smoker": rng.choice(["no", "yes", None], n),
            "flag": rng.choice(["true", "false"], n),
            "code": rng.choice(["007", "7", "1E5"], n),
            "note": [f"w{i % 7} some words here {i}" for i in range(n)],
            "note_0": rng.normal(size=n),
            "price": np.round(rng.random(n), 2).astype(str),
            "second": 1.7e9 + rng.random(n),
        }
    )
    y = np.where(rng.random(n) > 0.5, "p", "q")
    X.assign(y=y).to_parquet(tmp_path / "table.parquet")
    table = check_table(X, y)
    cleaner = TableCleaner()
    cleaned = cleaner.fit_transform(table.X)
    assert cleaned.notna().all().drop("smoker").all()
    model = get_algorithm("naive_bayes").build({}, "binary")[1:].fit(cleaned, table.y)
    pipeline = assemble(cleaner, [Member(name="one", model=model, weight=1.0)], table)
    made: dict[str, object] = {"__name__": "made"}
    exec(script(pipeline, str(tmp_path / "table.parquet"), "y", "a test"), made)
    prepared = made["prepare"](made["read"]().drop(columns="y"), {})
    pd.testing.assert_frame_equal(prepared, cleaned, check_categorical=False, rtol=1e-12)
