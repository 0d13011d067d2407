"""Known flows as our algorithms: names, the table of data, and its arithmetic."""

from __future__ import annotations

import pytest

from autometa.algorithms import get_algorithm
from autometa.importers.openml._flows import table, translate_setup
from autometa.importers.openml._names import parse_flow

CLASSES = {"kind": "classification", "n_rows": 1000.0}
NUMBERS = {"kind": "regression", "n_rows": 1000.0}
PIPELINE = (
    "sklearn.pipeline.Pipeline(columns=sklearn.compose._column_transformer.ColumnTransformer("
    "num=sklearn.pipeline.Pipeline(imputer=sklearn.impute._base.SimpleImputer,"
    "scale=sklearn.preprocessing._data.StandardScaler),"
    "cat=sklearn.preprocessing._encoders.OneHotEncoder),clf=sklearn.svm._classes.SVC)(4)"
)


def ours(name, config, task=CLASSES):
    found = translate_setup(parse_flow(name), config, task)
    return None if found is None else (found.algorithm, found.config)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("sklearn.ensemble.RandomForestClassifier(12)", "sklearn.ensemble.RandomForestClassifier"),
        (
            "sklearn.ensemble._forest.RandomForestClassifier(17)",
            "sklearn.ensemble.RandomForestClassifier",
        ),
        ("mlr.classif.ranger_8", "mlr.classif.ranger"),
        ("mlr.classif.ranger(8)", "mlr.classif.ranger"),
        ("weka.J48_33", "weka.J48"),
        ("weka.SMO_PolyKernel(5)", "weka.SMO_PolyKernel"),
        ("my_flow_3", "my_flow_3"),
        (
            "sklearn.pipeline.Pipeline(sklearn.preprocessing.imputation.Imputer,"
            "sklearn.tree.tree.DecisionTreeClassifier)(1)",
            "sklearn.pipeline.Pipeline(sklearn.preprocessing.Imputer,"
            "sklearn.tree.DecisionTreeClassifier)",
        ),
    ],
)
def test_a_flow_has_one_name_whatever_its_version(name, text):
    assert parse_flow(name).text == text


def test_a_pipeline_is_taken_apart():
    learner, before = parse_flow(PIPELINE).learner()
    assert learner.name == "sklearn.svm.SVC"
    assert [part.short for part in before] == ["SimpleImputer", "StandardScaler", "OneHotEncoder"]


def test_a_pipeline_is_its_last_step_when_the_others_only_prepare():
    config = {
        "memory": None,
        "SimpleImputer__strategy": "median",
        "SVC__C": 10.0,
        "SVC__gamma": 0.01,
        "SVC__kernel": "rbf",
    }
    assert ours(PIPELINE, config) == ("svm", {"C": 10.0, "gamma": 0.01})


def test_a_pipeline_that_does_more_is_not_ours():
    name = "sklearn.pipeline.Pipeline(a=sklearn.decomposition.pca.PCA,b=sklearn.svm.classes.SVC)(1)"
    assert ours(name, {"SVC__kernel": "rbf"}) is None


def test_a_normal_transform_before_a_learner_is_kept():
    name = (
        "sklearn.pipeline.Pipeline(q=sklearn.preprocessing._data.QuantileTransformer,"
        "k=sklearn.neighbors.classification.KNeighborsClassifier)(1)"
    )
    algorithm, config = ours(name, {"KNeighborsClassifier__n_neighbors": 3})
    assert (algorithm, config["numbers"], config["n_neighbors"]) == (
        "nearest_neighbors",
        "normal",
        3,
    )


@pytest.mark.parametrize(
    ("name", "config", "algorithm", "part"),
    [
        (
            "sklearn.ensemble.forest.RandomForestClassifier(9)",
            {"n_estimators": 10, "max_features": "auto", "bootstrap": True, "max_depth": None},
            "random_forest",
            {"n_estimators": 10, "max_features": "sqrt"},
        ),
        (
            "sklearn.tree.tree.DecisionTreeClassifier(1)",
            {"max_depth": None, "max_features": 1.0, "min_samples_leaf": 4},
            "decision_tree",
            {"max_depth": 30, "max_features": 1.0, "min_samples_leaf": 4},
        ),
        (
            "sklearn.linear_model.logistic.LogisticRegression(2)",
            {"C": 10, "penalty": "l2", "solver": "liblinear"},
            "logistic_regression",
            {"C": 10.0, "class_weight": None},
        ),
        (
            "sklearn.neural_network.multilayer_perceptron.MLPClassifier(1)",
            {"hidden_layer_sizes": [64, 64], "activation": "relu", "solver": "adam"},
            "mlp",
            {"width": 64, "n_layers": 2},
        ),
        (
            "mlr.classif.ranger(16)",
            {"num.trees": 300.0, "mtry": 4, "min.node.size": 5, "replace": True},
            "random_forest",
            {"n_estimators": 300, "max_features": 4, "min_samples_split": 6},
        ),
        (
            "mlr.classif.ranger_8",
            {"min.node.size": 1},
            "random_forest",
            {"n_estimators": 500, "max_features": "sqrt", "min_samples_split": 2},
        ),
        (
            "mlr.classif.xgboost(6)",
            {"nrounds": 50, "eta": 0.1, "booster": "gbtree", "lambda": 2, "nthread": 1},
            "xgboost",
            {"n_estimators": 50, "learning_rate": 0.1, "reg_lambda": 2.0, "max_depth": 6},
        ),
        (
            "mlr.classif.svm(7)",
            {"cost": 8, "gamma": 0.5, "kernel": "radial"},
            "svm",
            {"C": 8.0, "gamma": 0.5},
        ),
        (
            "mlr.classif.rpart.preproc(16)",
            {"minbucket": 3, "maxdepth": 10, "cp": 0.001},
            "decision_tree",
            {"min_samples_leaf": 3, "max_depth": 10},
        ),
        ("mlr.classif.rpart(3)", {"minsplit": 30}, "decision_tree", {"min_samples_leaf": 10}),
        ("mlr.classif.rpart(3)", {"minsplit": 1}, "decision_tree", {"min_samples_leaf": 1}),
        ("mlr.classif.rpart(3)", {"minsplit": 50}, "decision_tree", {"min_samples_leaf": 17}),
        (
            "mlr.classif.rpart(3)",
            {"minsplit": 30, "minbucket": 4},
            "decision_tree",
            {"min_samples_leaf": 4},
        ),
        ("mlr.classif.rpart(3)", {}, "decision_tree", {"min_samples_leaf": 7}),
        (
            "weka.RandomForest(5)",
            {"M": 5.0},
            "random_forest",
            {"min_samples_split": 10, "min_samples_leaf": 1},
        ),
        (
            "mlr.classif.kknn(3)",
            {"k": 9},
            "nearest_neighbors",
            {"n_neighbors": 9, "weights": "distance"},
        ),
        (
            "mlr.classif.kknn(3)",
            {"kernel": "rectangular"},
            "nearest_neighbors",
            {"n_neighbors": 7, "weights": "uniform"},
        ),
        ("mlr.classif.glmnet(5)", {"lambda": 0.001, "alpha": 0}, "logistic_regression", {"C": 1.0}),
        ("weka.J48(33)", {"U": True, "M": 2}, "decision_tree", {"min_samples_leaf": 2}),
        ("weka.REPTree(3)", {"P": True, "M": 4.0}, "decision_tree", {"min_samples_leaf": 4}),
        ("weka.SimpleCart(3)", {"U": True}, "decision_tree", {"max_depth": 30}),
        (
            "mlr.classif.randomForest(4)",
            {"nodesize": 5},
            "random_forest",
            {"min_samples_split": 6, "min_samples_leaf": 1},
        ),
        ("weka.IBk(2)", {"I": True, "F": False}, "nearest_neighbors", {"weights": "distance"}),
        ("weka.IBk(2)", {"F": True, "I": None}, "nearest_neighbors", {"weights": "distance"}),
        ("weka.IBk(2)", {"I": None, "F": True}, "nearest_neighbors", {"weights": "distance"}),
        ("weka.IBk(2)", {"I": None, "F": False}, "nearest_neighbors", {"weights": "uniform"}),
        (
            "weka.IBk(2)",
            {"K": 10, "I": True},
            "nearest_neighbors",
            {"n_neighbors": 10, "weights": "distance"},
        ),
        (
            "weka.RandomForest(5)",
            {"I": 200, "K": 0},
            "random_forest",
            {"n_estimators": 200, "max_features": "log2"},
        ),
        (
            "weka.SMO(4)",
            {
                "C": 2.0,
                "N": 1,
                "K": "weka.classifiers.functions.supportVector.RBFKernel -C 250007 -G 0.05",
            },
            "svm",
            {"C": 2.0, "gamma": 0.05},
        ),
        (
            "weka.SMO_RBFKernel(1)",
            {"C": 2.0, "RBFKernel__G": 0.05, "N": 1},
            "svm",
            {"C": 2.0, "gamma": 0.05},
        ),
        ("weka.Logistic(1)", {"R": 0.5}, "logistic_regression", {"C": 1.0}),
        ("weka.NaiveBayes(9)", {}, "naive_bayes", {"var_smoothing": 1e-09}),
    ],
)
def test_known_flows_have_our_names(name, config, algorithm, part):
    found = ours(name, config)
    assert found is not None
    assert found[0] == algorithm
    assert {key: found[1][key] for key in part} == part
    assert get_algorithm(algorithm).build(found[1], "binary") is not None


@pytest.mark.parametrize(
    ("name", "config"),
    [
        ("sklearn.ensemble.forest.RandomForestClassifier(9)", {"bootstrap": False}),
        ("sklearn.ensemble.forest.RandomForestClassifier(9)", {"max_depth": 2}),
        ("sklearn.ensemble.forest.RandomForestClassifier(9)", {"new_in_2030": "on"}),
        ("mlr.classif.ranger(16)", {"mtry": 1, "min.node.size": 1}),
        ("sklearn.tree.tree.DecisionTreeClassifier(1)", {"max_features": 1}),
        ("sklearn.svm.classes.SVC(1)", {"kernel": "poly"}),
        ("mlr.classif.xgboost(6)", {"booster": "gblinear"}),
        ("mlr.classif.glmnet(5)", {}),
        ("weka.SMO(4)", {"K": "weka.classifiers.functions.supportVector.PolyKernel -E 1.0"}),
        ("weka.SMO_PolyKernel(4)", {"C": 1.0}),
        (
            "sklearn.ensemble.bagging.BaggingClassifier(base_estimator=sklearn.svm.classes.SVC)(1)",
            {},
        ),
    ],
)
def test_a_setup_that_ours_cannot_express_is_not_ours(name, config):
    assert ours(name, config) is None


def test_an_algorithm_of_one_kind_of_task_is_not_taken_for_the_other():
    assert ours("sklearn.linear_model.ridge.Ridge(1)", {"alpha": 2.0}, NUMBERS)[0] == "ridge"
    assert ours("sklearn.linear_model.ridge.Ridge(1)", {"alpha": 2.0}) is None


def test_what_was_left_out_is_told():
    found = translate_setup(
        parse_flow("mlr.classif.ranger(16)"),
        {
            "sample.fraction": 0.7,
            "num.trees": 10,
            "replace": False,
            "min.node.size": 1,
            "verbose": True,
        },
        CLASSES,
    )
    assert found.left_out == ("sample.fraction", "replace")


@pytest.mark.parametrize("entry", table()["flows"], ids=lambda entry: entry["flow"][0])
def test_the_table_speaks_of_hyperparameters_that_we_have(entry):
    algorithm = get_algorithm(entry["algorithm"])
    rules = entry["parameters"].values()
    targets = {rule for rule in rules if isinstance(rule, str)}
    targets |= {
        rule[key]
        for rule in rules
        if isinstance(rule, dict)
        for key in ("to", "count")
        if key in rule
    }
    targets |= set(entry.get("defaults", {})) | ({"numbers"} if entry.get("numbers") else set())
    for kind in entry.get("kinds", ["classification", "regression"]):
        assert targets <= set(algorithm.spaces[kind])
        defaults = dict(entry.get("defaults", {}))
        task_type = "binary" if kind == "classification" else "regression"
        assert algorithm.build(defaults, task_type) is not None


@pytest.mark.parametrize("entry", table()["flows"], ids=lambda entry: entry["flow"][0])
def test_every_rule_of_the_table_is_one_that_is_known(entry):
    known = {"to", "values", "strict", "match", "times", "scale", "power", "base", "offset", "type",
             "count", "between", "nearly", "neutral", "except", "off"}  # fmt: skip
    for rule in entry["parameters"].values():
        assert rule is None or isinstance(rule, str | list) or set(rule) <= known


@pytest.mark.parametrize(
    ("name", "kind", "value", "max_features"),
    [
        ("sklearn.tree.DecisionTreeRegressor", NUMBERS, "auto", 1.0),
        ("sklearn.tree.DecisionTreeClassifier", CLASSES, "auto", "sqrt"),
        ("sklearn.ensemble.RandomForestRegressor", NUMBERS, "auto", 1.0),
        ("sklearn.ensemble.RandomForestClassifier", CLASSES, "auto", "sqrt"),
        ("sklearn.ensemble.ExtraTreesRegressor", NUMBERS, "auto", 1.0),
        ("sklearn.ensemble.ExtraTreesClassifier", CLASSES, "auto", "sqrt"),
        ("sklearn.tree.DecisionTreeRegressor", NUMBERS, None, 1.0),
    ],
)
def test_auto_is_what_the_library_took_for_it(name, kind, value, max_features):
    found = ours(name, {"max_features": value}, kind)
    assert found is not None
    assert found[1]["max_features"] == max_features


def test_ranger_takes_the_root_of_the_columns_for_numbers_too():
    found = ours("mlr.regr.ranger", {}, NUMBERS)
    assert found is not None
    assert found[1]["max_features"] == "sqrt"


@pytest.mark.parametrize(
    ("name", "pruned", "unpruned"),
    [
        ("weka.J48(33)", {"C": 0.25}, {"U": True}),
        ("weka.J48(33)", {}, {"U": True}),
        ("weka.REPTree(1)", {"P": False}, {"P": True}),
        ("weka.SimpleCart(1)", {}, {"U": True}),
    ],
)
def test_pruned_and_unpruned_trees_are_two_setups(name, pruned, unpruned):
    """Ours are not pruned; those that are stay what they are."""
    kept, translated = ours(name, pruned), ours(name, unpruned)
    assert kept == (parse_flow(name).text, pruned)
    assert translated is not None
    assert translated[0] == "decision_tree"


@pytest.mark.parametrize(
    ("name", "config", "task"),
    [
        ("sklearn.svm.SVR", {"C": 1.0}, NUMBERS),  # in units of a target that ours scales
        ("sklearn.neural_network.MLPRegressor", {"alpha": 0.1}, NUMBERS),
        ("mlr.classif.glmnet(5)", {"s": 0.01}, CLASSES),
    ],
)
def test_what_has_another_unit_is_not_ours(name, config, task):
    assert ours(name, config, task) is None


@pytest.mark.parametrize("normalised", [{}, {"N": 0}, {"N": 2}])
def test_a_kernel_on_columns_that_are_not_standardised_stays_itself(normalised):
    config = {"C": 2.0, "RBFKernel__G": 0.05, **normalised}
    assert ours("weka.SMO_RBFKernel(1)", config) == ("weka.SMO_RBFKernel", config)


def test_of_a_single_lambda_the_fit_is_used_whatever_s_is():
    both = ours("mlr.classif.glmnet(5)", {"lambda": 0.001, "s": 0.01})
    assert both == ours("mlr.classif.glmnet(5)", {"lambda": 0.001})


@pytest.mark.parametrize(
    ("name", "silent", "said", "algorithm"),
    [
        # ranger: 1 for classes, 10 for probabilities; kernlab: quantiles of distances
        ("mlr.classif.ranger(16)", {"num.trees": 500}, {"min.node.size": 10}, "random_forest"),
        ("mlr.classif.ksvm(6)", {"C": 1.0}, {"sigma": 0.5}, "svm"),
    ],
)
@pytest.mark.parametrize("none", [{}, {"min.node.size": None, "sigma": None}])
def test_a_default_that_a_setup_does_not_tell_is_not_guessed(name, silent, said, algorithm, none):
    flow = parse_flow(name)
    guessed = translate_setup(flow, {**silent, **none}, CLASSES)
    assert guessed is None or guessed.algorithm == flow.text
    assert translate_setup(flow, {**silent, **said}, CLASSES).algorithm == algorithm
