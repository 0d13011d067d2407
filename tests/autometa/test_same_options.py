"""`tune`, the estimators and the command take the same options, but for what is listed here."""

from __future__ import annotations

import inspect

import pytest

from autometa import AutoMetaClassifier, AutoMetaRegressor, MetaModel, recommend, tune
from autometa.cli._recommend import recommend as recommend_command
from autometa.cli._tune import tune as command
from autometa.tuning._options import TuneOptions

NOT_OF_ESTIMATORS = {
    "task_type": "the class says it",
    "name": "fit takes a table that nobody names",
    "target": "as the name",
    "groups": "fit takes them, row by row",
    "timestamps": "as groups",
    "sample_weight": "as groups",
}
NOT_OF_REGRESSORS = {
    "pos_label": "numbers have no positive class",
    "tune_threshold": "numbers are not decided on",
}
NOT_OF_THE_COMMAND = {
    "callbacks": "functions have no text",
    "sampler": "objects have no text",
    "scheduler": "as samplers",
    "isolate": "a command has time to start processes",
    "model": "objects have no text; what was fitted to a folder is kept there",
    "name": "the table's own",
    "verbose": "every command has -q and -v",
}
RENAMED = {
    "algorithm": "algorithms",
    "dask": "executor",
    "no_knowledge_base": "knowledge_base",
    "positive": "pos_label",
    "seed": "random_state",
    "threshold": "tune_threshold",
    "weights": "sample_weight",
}
OF_ESTIMATORS_ALONE = {"warm_start"}  # a second `fit` of one object
# what to read and write
OF_THE_COMMAND_ALONE = {"table", "save", "code", "plots", "report", "encoding"}


def options_of(function):
    parameters = inspect.signature(function).parameters.values()
    return {p.name: p for p in parameters if p.name not in ("self", "X", "y")}


def test_the_options_object_takes_what_tune_takes():
    taken, wanted = options_of(TuneOptions), options_of(tune)
    assert list(taken) == list(wanted)
    assert {n: p.default for n, p in taken.items()} == {n: p.default for n, p in wanted.items()}


@pytest.mark.parametrize(
    ("estimator", "without"),
    [
        (AutoMetaClassifier, NOT_OF_ESTIMATORS),
        (AutoMetaRegressor, NOT_OF_ESTIMATORS | NOT_OF_REGRESSORS),
    ],
)
def test_estimators_take_the_options_of_tune(estimator, without):
    taken, wanted = options_of(estimator.__init__), options_of(tune)
    assert set(wanted) - set(taken) == set(without)
    assert set(taken) - set(wanted) == OF_ESTIMATORS_ALONE
    for name in set(taken) & set(wanted):
        assert taken[name].default == wanted[name].default, name
        assert taken[name].annotation == wanted[name].annotation, name


def test_the_command_takes_the_options_of_tune():
    taken = {RENAMED.get(name, name) for name in options_of(command)} - OF_THE_COMMAND_ALONE
    wanted = set(options_of(tune))
    assert taken <= wanted
    assert wanted - taken == set(NOT_OF_THE_COMMAND)


NOT_OF_THE_RECOMMEND_COMMAND = {"model": "as for tune"}
OF_THE_RECOMMEND_COMMAND_ALONE = {
    "table",
    "encoding",
    "explain",
    "code",
    "plots",
}  # files, printing
NOT_OF_META_MODELS = {
    "knowledge_base": "it is fitted to one",
    "model": "it is the model",
    "pos_label": "the order does not depend on it",
    **dict.fromkeys(("groups", "timestamps", "gap", "cv", "stratify"), "fold_kind says it"),
    "sample_weight": "algorithms says which can weigh rows",
}
OF_META_MODELS_ALONE = {
    "fold_kind": "a table says it by its groups and timestamps",
    "seconds_factor": "a table says how often a setup is fitted",
    "reference_seconds": "recommend times this machine",
}


def test_the_recommend_command_takes_the_options_of_recommend():
    taken = {RENAMED.get(name, name) for name in options_of(recommend_command)}
    wanted = set(options_of(recommend)) | {"target"}
    assert taken - wanted == OF_THE_RECOMMEND_COMMAND_ALONE
    assert wanted - taken == set(NOT_OF_THE_RECOMMEND_COMMAND)


def test_a_meta_model_takes_the_options_of_recommend():
    taken, wanted = options_of(MetaModel.recommend), options_of(recommend)
    assert set(wanted) - set(taken) == set(NOT_OF_META_MODELS)
    assert set(taken) - set(wanted) == set(OF_META_MODELS_ALONE)
    for name in set(taken) & set(wanted) - {"metafeatures"}:
        assert taken[name].default == wanted[name].default, name


@pytest.mark.parametrize("door", [tune, AutoMetaClassifier, AutoMetaRegressor])
def test_options_are_named(door):
    kinds = {parameter.kind for parameter in options_of(door).values()}
    assert kinds == {inspect.Parameter.KEYWORD_ONLY}


@pytest.mark.parametrize("door", [tune, AutoMetaClassifier])
def test_options_are_documented_in_their_order(door):
    documented = inspect.getdoc(door)
    places = [documented.find(f"\n{name} :") for name in options_of(door)]
    joined = documented.find("\nname, target :")
    assert [p for p in places if p >= 0] == sorted(p for p in places if p >= 0)
    missing = {n for n, p in zip(options_of(door), places, strict=True) if p < 0}
    assert missing == ({"name", "target"} if joined >= 0 else set())
