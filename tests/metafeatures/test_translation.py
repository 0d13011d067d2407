"""translate() against hand-computed values and what OpenML and auto-sklearn published."""

from __future__ import annotations

import gzip
import json
from importlib import resources

import arff
import numpy as np
import pandas as pd
import pytest

from metafeatures import (
    MetaFeatureDataError,
    MetaFeatureExtractor,
    MetaFeatureNotFoundError,
    MetaFeatureParameterError,
    MetaFeatureTypeError,
    list_metafeatures,
    translate,
)

BASIC = {
    "NumberOfInstances": 100,
    "NumberOfFeatures": 6,
    "NumberOfNumericFeatures": 2,
    "NumberOfSymbolicFeatures": 4,
    "NumberOfClasses": 2,
    "MajorityClassSize": 75,
    "MinorityClassSize": 25,
    "NumberOfMissingValues": 10,
    "NumberOfInstancesWithMissingValues": 5,
}


def test_openml_counts_the_target_among_the_columns_and_we_do_not():
    ours = translate(pd.Series(BASIC), "openml")
    expected = {
        "n_rows": 100,
        "n_columns": 5,
        "n_numeric": 2,
        "n_categorical": 3,
        "n_text": 0,
        "numeric_share": 0.4,
        "rows_per_column": 20,
        "log_n_columns": np.log(5),
        "n_missing": 10,
        "missing_share": 0.02,
        "missing_row_share": 0.05,
        "n_classes": 2,
        "class_share.max": 0.75,
        "class_share.sd": 0.5 / np.sqrt(2),
        "class_entropy": 2 - 0.75 * np.log2(3),
        "class_balance": 2 - 0.75 * np.log2(3),
        "log_class_imbalance": np.log(3),
        "log_minority_rows": np.log(25),
        "rare_class_share": 0,
    }
    assert ours[list(expected)].to_dict() == pytest.approx(expected)
    assert np.isnan(ours["missing_max"])  # which columns the ten missing cells are in is not told


def test_a_numeric_target_is_no_numeric_column_and_has_no_classes():
    qualities = pd.Series(BASIC | {"NumberOfClasses": 0, "MajorityClassSize": np.nan})
    ours = translate(qualities, "openml")
    assert ours["n_numeric"] == 1
    assert ours["n_categorical"] == 4
    assert ours[["n_classes", "class_share.max", "class_balance"]].isna().all()


def test_openml_corrects_skewness_and_kurtosis_for_small_samples():
    column = pd.Series([0.0, 0.0, 0.0, 0.0, 1.0])  # m2 = 4/25, m3 = 12/125, m4 = 52/625
    qualities = {
        "NumberOfInstances": 5,
        "NumberOfMissingValues": 0,
        "NumberOfClasses": 2,
        "MeanSkewnessOfNumericAtts": column.skew(),
        "MeanKurtosisOfNumericAtts": column.kurt(),
    }
    ours = translate(pd.Series(qualities), "openml")
    assert ours["skewness.mean"] == pytest.approx(1.5)
    assert ours["kurtosis.mean"] == pytest.approx(0.25)


def test_shape_of_columns_is_not_known_where_values_are_missing_or_the_target_is_among_them():
    qualities = {
        "NumberOfInstances": 5,
        "NumberOfMissingValues": [0, 1, 0],
        "NumberOfClasses": [2, 2, 0],
        "MeanSkewnessOfNumericAtts": 1.0,
    }
    ours = translate(pd.DataFrame(qualities), "openml")
    assert ours["skewness.mean"].notna().tolist() == [True, False, False]


def test_the_class_is_taken_out_of_the_levels_that_openml_counts():
    levels = np.array([2, 3, 7])  # of the columns; the class has 5
    with_class = np.append(levels, 5)
    qualities = {
        "NumberOfInstances": 100,
        "NumberOfFeatures": 4,
        "NumberOfNumericFeatures": 0,
        "NumberOfSymbolicFeatures": 4,
        "NumberOfClasses": 5,
        "MaxNominalAttDistinctValues": 7,
        "MinNominalAttDistinctValues": 2,
        "MeanNominalAttDistinctValues": with_class.mean(),
        "StdvNominalAttDistinctValues": with_class.std(ddof=1),
    }
    ours = translate(pd.Series(qualities), "openml").filter(like="cardinality.")
    expected = {"mean": 4, "sd": np.sqrt(7), "min": 2, "max": 7, "sum": 12}
    assert ours.to_dict() == pytest.approx({f"cardinality.{k}": v for k, v in expected.items()})
    largest_may_be_the_class = qualities | {"MaxNominalAttDistinctValues": 5}
    assert np.isnan(translate(pd.Series(largest_may_be_the_class), "openml")["cardinality.max"])


def test_exports_of_before_2017_are_known_by_their_names():
    qualities = pd.Series(
        BASIC
        | {
            "DefaultAccuracy": 0.75,
            "NumberOfMissingValues": 0,
            "NumberOfClasses": 3,
            "MinorityClassSize": 0,
            "MeanSkewnessOfNumericAtts": 1.0,
            "MeanAttributeEntropy": -1.0,
        }
    )
    ours = translate(qualities, "openml")
    pd.testing.assert_series_equal(ours, translate(qualities, "openml-2017"))
    assert "skewness.mean" not in ours  # sums ran on from one dataset to the next
    assert ours[["n_classes", "class_share.min"]].isna().all()  # one class has no rows
    assert np.isnan(ours["category_entropy.mean"])  # -1 meant that it was not known


def test_auto_sklearn_divides_by_n_and_counts_constant_columns():
    theirs = {
        "NumberOfInstances": [100, 100],
        "NumberOfFeatures": 4,
        "NumberOfNumericFeatures": 4,
        "NumberOfCategoricalFeatures": 0,
        "NumberOfMissingValues": 0,
        "NumberOfClasses": 3,
        "ClassProbabilitySTD": 0.2,
        "SkewnessSTD": 1.5,
        "SkewnessMin": 0.0,
        "SkewnessMax": 2.0,
        "KurtosisMin": [-1.0, -3.0],
        "PCASkewnessFirstPC": -0.5,
        "SymbolsMin": 0,
        "SymbolsMax": 0,
    }
    ours = translate(pd.DataFrame(theirs, index=["varies", "constant"]), "autosklearn")
    assert ours.loc["varies", "class_share.sd"] == pytest.approx(0.2 * np.sqrt(1.5))
    assert ours.loc["varies", "skewness.sd"] == pytest.approx(1.5 * np.sqrt(4 / 3))
    assert ours.loc["varies", "first_component_skewness"] == 0.5
    assert np.isnan(ours.loc["constant", "skewness.sd"])
    assert ours.loc["constant", "skewness.max"] == 2  # the constant column has 0
    assert np.isnan(ours.loc["constant", "skewness.min"])
    assert ours["cardinality.max"].isna().all()
    assert ours["log_cardinality_max"].tolist() == [0, 0]


def test_pymfe_and_we_share_most_names():
    theirs = pd.Series({"nr_inst": 10.0, "nr_attr": 5.0, "class_ent": 0.5, "freq_class.sd": np.inf})
    ours = translate(theirs, "pymfe")
    assert ours["n_rows"] == 10
    assert ours["rows_per_column"] == 2
    assert np.isnan(ours["class_share.sd"])


def test_near_equals_are_taken_only_when_asked_for():
    qualities = pd.Series(BASIC | {"MeanSkewnessOfNumericAtts": 1.0, "DecisionStumpErrRate": 0.1})
    strict, loose = (translate(qualities, "openml", approximate=wish) for wish in (False, True))
    assert np.isnan(strict["skewness.mean"])  # ten values are missing, perhaps of numbers
    assert loose["skewness.mean"] == pytest.approx(98 / np.sqrt(9900))
    assert "best_node.mean" not in strict
    assert loose["best_node.mean"] == pytest.approx(0.9)
    known = strict.dropna().index
    pd.testing.assert_series_equal(loose[known], strict[known])


def test_text_is_read_as_numbers_and_other_names_are_left_out():
    ours = translate(pd.Series({"NumberOfInstances": "9", "ClassEntropy": "?", "J48": 1}), "openml")
    assert ours.dropna().to_dict() == pytest.approx({"n_rows": 9, "log_n_rows": np.log(9)})
    assert ours.dtype == np.float64


def test_a_frame_keeps_its_index_and_a_series_its_name():
    frame = pd.DataFrame({"NumberOfInstances": [1, 2]}, index=pd.Index(["a", "b"], name="task_id"))
    pd.testing.assert_index_equal(translate(frame, "openml").index, frame.index)
    assert translate(pd.Series({"NumberOfInstances": 1}, name="iris"), "openml").name == "iris"
    assert translate(frame.iloc[:0], "openml").shape[0] == 0


def test_values_are_not_modified():
    frame = pd.DataFrame({"NumberOfInstances": ["1", "2"]})
    before = frame.copy(deep=True)
    translate(frame, "openml")
    pd.testing.assert_frame_equal(frame, before)


def test_wrong_arguments_are_told_what_to_do():
    some = pd.Series({"ClassProbabilityMax": 0.5})
    with pytest.raises(MetaFeatureParameterError, match=r"one of 'openml', .*Got 'uci' instead"):
        translate(some, "uci")
    with pytest.raises(MetaFeatureNotFoundError, match="Did you mean source='autosklearn'"):
        translate(some, "openml")
    with pytest.raises(MetaFeatureTypeError, match="Got dict instead"):
        translate({"a": 1}, "openml")
    with pytest.raises(MetaFeatureDataError, match="Got 'NumberOfInstances' more than once"):
        translate(pd.Series([1, 2], index=["NumberOfInstances"] * 2), "openml")


SINGLE_PRECISION = ("skewness", "kurtosis", "component_")  # parts of names, in auto-sklearn


def check_translation(X, y, task_type, values, source):
    """Return the names whose translation is a number: each must be what we compute ourselves."""
    theirs = translate(values, source).dropna()
    ours = MetaFeatureExtractor(names=list(theirs.index), max_rows=None).extract(
        X, y, task_type=task_type
    )
    for name in ours.index:
        is_single = source == "autosklearn" and any(part in name for part in SINGLE_PRECISION)
        tolerance = {"rel": 1e-5, "abs": 1e-6} if is_single else {"rel": 1e-6, "abs": 1e-9}
        assert ours[name] == pytest.approx(theirs[name], **tolerance), name
    return set(ours.index)


def openml_answer(dataset_id):
    """Return table, target and qualities as OpenML once gave them to scikit-learn's tests."""
    folder = resources.files("sklearn.datasets") / f"tests/data/openml/id_{dataset_id}"
    if not folder.is_dir():
        pytest.skip("scikit-learn is installed without its tests")
    (qualities,), (features,), (data,) = (
        [file for file in folder.iterdir() if file.name.startswith(start)]
        for start in ("api-v1-jdq", "api-v1-jdf", "data-v1")
    )
    read = [json.loads(gzip.decompress(file.read_bytes())) for file in (qualities, features)]
    values = {one["name"]: one["value"] or None for one in read[0]["data_qualities"]["quality"]}
    told = pd.DataFrame(read[1]["data_features"]["feature"]).set_index("name")
    loaded = arff.loads(gzip.decompress(data.read_bytes()).decode())
    table = pd.DataFrame(loaded["data"], columns=[name for name, _ in loaded["attributes"]])
    for name, levels in loaded["attributes"]:
        if isinstance(levels, list):
            table[name] = table[name].astype("category")
    left_out = told.index[(told["is_ignore"] == "true") | (told["is_row_identifier"] == "true")]
    target = told.index[told["is_target"] == "true"].item()
    return table.drop(columns=[target, *left_out]), table[target], pd.Series(values)


OPENML_ANSWERS = {61: 36, 3: 42, 62: 32, 561: 23, 40675: 38, 40945: 17, 42585: 20}


@pytest.mark.parametrize("dataset_id", OPENML_ANSWERS)
def test_openml_qualities_translate_to_what_we_compute(dataset_id):
    X, y, qualities = openml_answer(dataset_id)
    task_type = "regression" if dataset_id == 561 else "classification"
    checked = check_translation(X, y, task_type, qualities, "openml")
    assert len(checked) >= OPENML_ANSWERS[dataset_id]


def test_every_translation_from_openml_was_checked_on_a_real_answer():
    checked = set()
    for dataset_id in OPENML_ANSWERS:
        checked |= set(translate(openml_answer(dataset_id)[2], "openml").dropna().index)
    named = list_metafeatures().query("openml != ''")["name"]
    assert set(named) - checked == set()


def read_table(shared, name, manifest):
    row = manifest.loc[name]
    table = pd.read_parquet(shared / "datasets" / f"{name}.parquet")
    return table.drop(columns=row["target"]), table[row["target"]], row["task_type"]


def read_aslib(folder):
    loaded = arff.loads((folder / "feature_values.arff").read_text())
    columns = [name for name, _ in loaded["attributes"]]
    table = pd.DataFrame(loaded["data"], columns=columns).set_index("instance_id")
    return table.drop(columns="repetition").dropna(subset="NumberOfInstances")


def same_datasets(manifest, published, extra):
    """Return pairs (name in the manifest, row of the published values) whose counts agree."""
    ours = manifest[["n_rows", "n_numeric", "n_missing", *extra]]
    theirs = published[["NumberOfInstances", "NumberOfNumericFeatures", "NumberOfMissingValues",
                        *extra.values()]]  # fmt: skip
    theirs = theirs.set_axis(ours.columns, axis=1).reset_index(names="row").drop_duplicates()
    pairs = ours.reset_index().merge(theirs, on=list(ours.columns))
    return [(pair["name"], published.loc[pair["row"]]) for _, pair in pairs.iterrows()]


def aslib_pairs(shared, manifest):
    published = read_aslib(shared / "histories" / "aslib" / "OPENML-WEKA-2017")
    n_rows = published["NumberOfInstances"]
    counts = published.assign(
        n_features=published["NumberOfFeatures"] - 1,
        minority=(published["MinorityClassSize"] / n_rows).round(4),
    )
    extra = {"n_features": "n_features", "n_classes": "NumberOfClasses",
             "minority_fraction": "minority"}  # fmt: skip
    pairs = same_datasets(manifest, counts, extra)
    return [(name, published.loc[row.name]) for name, row in pairs]


@pytest.mark.slow
def test_qualities_in_aslib_translate_to_what_we_compute(shared):
    manifest = pd.read_csv(shared / "datasets" / "manifest.csv").set_index("name")
    checked = [
        check_translation(*read_table(shared, name, manifest), qualities, "openml")
        for name, qualities in aslib_pairs(shared, manifest)
    ]
    assert len(checked) >= 15
    assert min(map(len, checked)) >= 20


TIED = {"car"}  # two components have the largest variance: the first one is either
OTHER_VERSION = {"abalone", "analcatdata-creditscore"}  # some of their numbers are others
OF_CLASSES = ["NumberOfClasses", "ClassEntropy", "ClassProbabilityMax", "ClassProbabilityMin",
              "ClassProbabilityMean", "ClassProbabilitySTD"]  # fmt: skip


def oboe_pairs(shared, manifest):
    published = pd.read_parquet(shared / "histories" / "oboe" / "metafeatures.parquet")
    published = published.set_index("dataset_id")
    known = manifest[manifest["openml_id"].isin(published.index)].drop(index=OTHER_VERSION)
    pairs = same_datasets(known, published, {"n_features": "NumberOfFeatures"})
    return [(name, row) for name, row in pairs if row.name == known.loc[name, "openml_id"]]


@pytest.mark.slow
def test_meta_features_of_auto_sklearn_translate_to_what_we_compute(shared):
    manifest = pd.read_csv(shared / "datasets" / "manifest.csv").set_index("name")
    checked = {}
    for name, values in oboe_pairs(shared, manifest):
        X, y, task_type = read_table(shared, name, manifest)
        if task_type == "regression":  # numbers to predict are classes there
            values = values.drop(OF_CLASSES)
        if name in TIED:
            values = values.drop(["PCASkewnessFirstPC", "PCAKurtosisFirstPC"])
        checked[name] = check_translation(X, y, task_type, values, "autosklearn")
    assert len(checked) >= 20
    assert min(map(len, checked.values())) >= 20
    named = list_metafeatures().query("autosklearn != ''")["name"]
    assert set(named) - set().union(*checked.values()) == set()


NEAR = {
    "autosklearn": ["best_node.mean", "random_node.mean", "linear_discr.mean"],
    "openml": ["best_node.mean", "landmark_stump.balanced_accuracy"],
}


def near_pairs(shared, source, names):
    manifest = pd.read_csv(shared / "datasets" / "manifest.csv").set_index("name")
    pairs = (
        oboe_pairs(shared, manifest) if source == "autosklearn" else aslib_pairs(shared, manifest)
    )
    for name, values in pairs:
        X, y, task_type = read_table(shared, name, manifest)
        if task_type != "regression":
            theirs = translate(values, source, approximate=True)
            ours = MetaFeatureExtractor(names=names).extract(X, y, task_type=task_type)
            yield pd.concat({"ours": ours, "theirs": theirs[names]}, axis=1)


@pytest.mark.slow
@pytest.mark.parametrize("source", NEAR)
def test_landmarkers_that_translate_nearly_go_together_with_ours(shared, source):
    both = pd.concat(near_pairs(shared, source, NEAR[source])).dropna()
    for name, values in both.groupby(level=0):
        assert len(values) >= 15
        assert values["ours"].corr(values["theirs"]) >= 0.96, name
