"""The catalogue reads well, and its page tells the truth."""

from __future__ import annotations

import doctest
import gzip
import json
import re
from importlib import resources
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from metafeatures import MetaFeatureParameterError, describe, list_metafeatures
from metafeatures._registry import FAMILIES, TASK_TYPES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "metafeatures.md"
CATALOGUE = list_metafeatures()


def test_names_are_unique_and_can_be_written_in_a_formula():
    assert CATALOGUE["name"].is_unique
    assert all(part.isidentifier() for name in CATALOGUE["name"] for part in name.split("."))


def test_each_definition_is_one_clear_line():
    for row in CATALOGUE.itertuples():
        assert 10 <= len(row.definition) <= 160, row.name
        assert not re.search(r"\n|  |\.$|^(the|an?|return) ", row.definition, re.IGNORECASE), (
            row.name
        )
    assert CATALOGUE["definition"].is_unique


def test_each_entry_is_complete_and_in_the_words_of_the_catalogue():
    assert set(CATALOGUE["family"]) <= set(FAMILIES)
    assert set(CATALOGUE["cost"]) <= {"count", "columns", "pairs", "rows", "models"}
    assert (CATALOGUE["low"] <= CATALOGUE["high"]).all()
    assert all(0 < len(types) <= len(TASK_TYPES) for types in CATALOGUE["task_types"])
    for text in ("unit", "undefined", "reference", *("pymfe", "openml", "autosklearn", "differs")):
        assert CATALOGUE[text].map(type).eq(str).all()
        assert not CATALOGUE[text].str.contains(r"\n|^\s|\s$").any()


def test_shares_lie_between_0_and_1():
    shares = CATALOGUE[CATALOGUE["unit"] == "share"]
    assert (shares["low"] >= 0).all()
    assert (shares["high"] <= 1).all()


def test_what_differs_says_from_whose():
    differs = CATALOGUE["differs"]
    assert differs[differs != ""].str.contains("pymfe|OpenML|auto-sklearn|ECoL|et al").all()


@pytest.mark.parametrize("source", ["pymfe", "openml", "autosklearn"])
def test_a_foreign_name_is_given_once(source):
    names = CATALOGUE[source]
    assert names[names != ""].is_unique


def test_names_of_openml_are_in_an_answer_of_openml():
    file = resources.files("sklearn.datasets") / "tests/data/openml/id_61/api-v1-jdq-61.json.gz"
    if not file.is_file():
        pytest.skip("scikit-learn is installed without its tests")
    answer = json.loads(gzip.decompress(file.read_bytes()))
    known = {quality["name"] for quality in answer["data_qualities"]["quality"]}
    assert set(CATALOGUE["openml"]) - {""} <= known


def test_names_of_auto_sklearn_are_in_its_published_values(shared):
    known = pd.read_parquet(shared / "histories" / "oboe" / "metafeatures.parquet").columns
    assert set(CATALOGUE["autosklearn"]) - {""} <= set(known)


def test_names_of_pymfe_are_known_to_pymfe():
    pymfe = pytest.importorskip("pymfe.mfe", reason="pymfe is not installed")
    known = set(pymfe.MFE.valid_metafeatures()) | {"sc", "nre"}
    assert {name.split(".")[0] for name in CATALOGUE["pymfe"]} - {""} <= known


@pytest.mark.parametrize("task_type", TASK_TYPES)
def test_a_task_type_gets_what_means_something_for_it(task_type):
    some = list_metafeatures(task_type)
    assert 0 < len(some) < len(CATALOGUE)
    assert some["task_types"].map(lambda types: task_type in types).all()


def test_numbers_to_predict_have_no_classes():
    assert not list_metafeatures("regression")["name"].str.contains("class_|classes").any()


def test_an_unknown_task_type_is_told_which_there_are():
    with pytest.raises(MetaFeatureParameterError, match=r"one of binary, .*Got 'ranking' instead"):
        list_metafeatures("ranking")


@pytest.mark.skipif(not PAGE.exists(), reason="the documentation is not here")
def test_examples_of_the_page_give_what_it_says():
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    examples = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, PAGE.name, None, 0)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    told = []
    runner.run(examples, out=told.append)
    assert runner.summarize(verbose=False).failed == 0, "".join(told)
    assert len(examples.examples) >= 5


def tables_of(task_type, *, only_numbers):
    """Tables of several sizes and kinds of columns, with targets."""
    rng = np.random.default_rng(0)
    for i in range(6):
        n_rows, n_numbers = int(rng.integers(80, 160)), int(rng.integers(3, 7))
        X = pd.DataFrame(rng.gamma(1 + i % 3, size=(n_rows, n_numbers))).add_prefix("x")
        X *= 10.0 ** rng.integers(-2, 3, n_numbers)
        for j in range(0 if only_numbers else 2 + i % 2):
            X[f"c{j}"] = rng.choice(list("abcdefgh")[: 2 + j + i % 4], n_rows)
        signal = X["x2"].rank() + rng.normal(size=n_rows) * n_rows / 4
        n_classes = 2 if task_type == "binary" else 3 + i % 4
        is_regression = task_type == "regression"
        y = signal if is_regression else pd.cut(signal, n_classes, labels=False).astype(str)
        yield X, y


@pytest.mark.parametrize("only_numbers", [False, True])
@pytest.mark.parametrize("task_type", ["binary", "multiclass", "regression"])
def test_metafeatures_that_are_said_to_be_the_same_are(task_type, only_numbers):
    same_as = list_metafeatures(task_type).set_index("name")["same_as"]
    same_as = same_as[same_as != ""]
    names = [*same_as.index, *same_as]
    described = [
        describe(X, y, task_type=task_type, names=names)
        for X, y in tables_of(task_type, only_numbers=only_numbers)
    ]
    table = pd.DataFrame(described)
    always = ["class_balance", "class_entropy_nats", "tree_nodes", "tree_node_depth.max"]
    for name, other in same_as.items():
        if only_numbers or name in always:
            first, second = table[name], table[other]
            if not np.allclose(first, second):
                assert np.corrcoef(first, second)[0, 1] == pytest.approx(1), (name, other)
