"""Which column of a long table is what: the names that tools give them.

Known are those of pandas users, scikit-learn's ``cv_results_``, Optuna's
``trials_dataframe``, MLflow's runs, AMLB's results, and OpenML's words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from autometa.exceptions import KnowledgeBaseError
from autometa.importers._measures import is_measure
from autometa.importers._tally import some

ROLES: Mapping[str, tuple[str, ...]] = {  # the first name that is there counts
    "task_id": ("task_id", "dataset_id", "dataset", "dataset_name", "data_id", "did", "task",
                "openml_task_id", "instance_id", "instance", "problem", "study_name", "study",
                "experiment_name", "experiment", "experiment_id"),
    "name": ("task_name", "dataset_name", "data_name"),
    "task_type": ("task_type", "problem_type", "type", "task", "problem", "task_kind"),
    "target": ("target", "target_name"),
    "n_rows": ("n_rows", "n_instances", "n_samples", "num_rows", "numberofinstances"),
    "family": ("family",),
    "algorithm": ("algorithm", "algo", "model", "model_name", "estimator", "estimator_name",
                  "classifier", "regressor", "learner", "learner_id", "framework", "method",
                  "flow_name", "flow", "flow_id", "solver"),
    "config": ("config", "configuration", "hyperparameters", "hyperparams", "params",
               "parameters", "param_values", "setup", "settings"),
    "metric": ("metric", "measure", "evaluation_measure", "scorer", "scoring", "metric_name",
               "function"),
    "score": ("score", "mean_test_score", "metric_score", "value", "values", "metric_value",
              "performance", "result", "objective", "objective_value", "values_0"),
    "loss": ("loss", "error", "metric_error", "mean_loss", "cost", "test_error"),
    "fit_seconds": ("fit_seconds", "mean_fit_time", "fit_time", "training_duration", "train_time",
                    "training_time", "fit_time_s", "time_train_s", "seconds", "runtime",
                    "duration", "elapsed", "elapsed_seconds", "time", "time_seconds",
                    "run_time", "usercpu_time_millis_training"),
    "predict_seconds": ("predict_seconds", "mean_score_time", "predict_time", "score_time",
                        "predict_duration", "prediction_time", "time_infer_s"),
    "fidelity": ("fidelity", "train_fraction", "data_fraction", "trainsize", "sample_fraction"),
    "status": ("status", "state", "runstatus", "run_status", "outcome"),
    "train_score": ("train_score", "mean_train_score"),
    "fold": ("fold", "fold_id", "cv_fold", "split", "split_id", "repeat", "repetition"),
    "fold_kind": ("fold_kind", "cv_kind", "estimation_procedure", "estimation_procedure_type",
                  "resampling", "cv_strategy", "split_kind"),
    "message": ("message", "error_message", "info", "exception"),
    "start": ("start_time", "datetime_start", "started"),
    "end": ("end_time", "datetime_complete", "finished"),
}  # fmt: skip
PARAMETER = re.compile(
    r"(?:params?|hyperparams?|hyperparameters?|hp|config(?:uration)?|parameters?)[._/:](?P<name>.+)",
    re.IGNORECASE,
)
MEASURE = re.compile(r"(?:metrics?|mean_test|score|values)[._/](?P<name>.+)", re.IGNORECASE)
FEATURE = re.compile(
    r"(?:metafeatures?|meta|mf|quality|qualities)[._/:](?P<name>.+)", re.IGNORECASE
)
# A parameter of a step, as scikit-learn and the flows of OpenML name it: pca__n_components.
OF_STEP = re.compile(r"[A-Za-z]\w*?__\w*[A-Za-z]\w*")
GROUPS = re.compile(r"(?:tags|params?|attributes|user_attrs|data)[._](?P<name>.+)", re.IGNORECASE)
SPLIT = re.compile(r"split\d+_test_(?P<name>.+)", re.IGNORECASE)
FROM_PARAMETERS = ("task_id", "algorithm")
SURE_OF_TYPE = ("task_type", "problem_type")  # under other names only words for types are one


@dataclass
class Layout:
    """What each column of a long table is.

    Attributes
    ----------
    roles : dict of str to str
        Column by role.
    parameters : dict of str to str
        Column by hyperparameter.
    measures : dict of str to str
        Column by measure, where measures have a column each.
    features : dict of str to str
        Column by meta-feature.
    splits : dict of str to list of str
        Columns of fold scores by measure (``score`` for the only one).
    unused : list of str
    """

    roles: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    measures: dict[str, str] = field(default_factory=dict)
    features: dict[str, str] = field(default_factory=dict)
    splits: dict[str, list[str]] = field(default_factory=dict)
    unused: list[str] = field(default_factory=list)


def read_layout(
    columns: Sequence[str],
    numeric: Sequence[str],
    given: Mapping[str, str] | None = None,
    typed: Sequence[str] = (),
) -> Layout:
    """Return what each column is.

    Parameters
    ----------
    columns : sequence of str
    numeric : sequence of str
        Those of numbers: only they can be measures.
    given : mapping, optional
        Column by role, as the user says; the rest goes by names.
    typed : sequence of str
        Those of words for types of tasks ("classification"): none of them names tasks.
    """
    layout = Layout(roles=_given(columns, given or {}))
    left = [c for c in columns if c not in layout.roles.values()]
    for pattern, into in (
        (SPLIT, None),
        (PARAMETER, layout.parameters),
        (FEATURE, layout.features),
    ):
        for column in list(left):
            match = pattern.fullmatch(column)
            if match is None:
                continue
            left.remove(column)
            if into is None:
                layout.splits.setdefault(match["name"].lower(), []).append(column)
            else:
                into[match["name"]] = column
    _assign_roles(layout, left, set(numeric), set(typed))
    _assign_measures(layout, left, set(numeric))
    _roles_from_groups(layout, left, set(typed))
    for column in [c for c in left if OF_STEP.fullmatch(c)]:
        layout.parameters[column] = column
        left.remove(column)
    layout.unused = left
    return layout


def described(layout: Layout) -> str:
    """Return what each column was taken for, as a sentence: a reader can object to it."""
    parts = [f"{role} = '{column}'" for role, column in layout.roles.items()]
    measures = [f"'{column}'" for column in layout.measures.values()]
    parts += [f"scores = {', '.join(measures)}"] if measures else []
    if layout.parameters:
        parts.append(f"hyperparameters = {some(list(layout.parameters.values()))}")
    if layout.features:
        parts.append(f"meta-features = {some(list(layout.features.values()))}")
    return f"Columns were taken for: {'; '.join(parts)}."


def _given(columns: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
    unknown = [role for role in given if role not in ROLES]
    if unknown:
        raise KnowledgeBaseError(
            f"'columns' says which column is what; what is one of {list(ROLES)}. Got {unknown}."
        )
    absent = [column for column in given.values() if column not in columns]
    if absent:
        raise KnowledgeBaseError(
            f"'columns' must name columns of the table. It has no {some(absent)}; "
            f"it has {some(columns)}."
        )
    return dict(given)


def _assign_roles(layout: Layout, left: list[str], numeric: set[str], typed: set[str]) -> None:
    named = {_plain(column): column for column in reversed(left)}
    for role, names in ROLES.items():
        if role in layout.roles:
            continue
        for name in names:
            column = named.get(name)
            if column is None or column not in left:
                continue
            if role in ("score", "loss") and column not in numeric:
                continue
            if role == "loss" and "score" in layout.roles:
                continue
            if role == "task_id" and column in typed:
                continue
            if role == "task_type" and name not in SURE_OF_TYPE and column not in typed:
                continue
            layout.roles[role] = column
            left.remove(column)
            break


def _plain(name: str) -> str:
    """Return a name as it stands in `ROLES`: ``Training Time`` is ``training_time``."""
    return re.sub(r"[^a-z0-9]+", "_", name.strip().lower()).strip("_")


def _assign_measures(layout: Layout, left: list[str], numeric: set[str]) -> None:
    if "metric" in layout.roles:
        return
    for column in list(left):
        if column not in numeric:
            continue
        match = MEASURE.fullmatch(column)
        if match is None and not is_measure(column):
            continue
        name = match["name"] if match else column
        layout.measures[f"objective_{name}" if name.isdigit() else name] = column
        left.remove(column)


def _roles_from_groups(layout: Layout, left: list[str], typed: set[str]) -> None:
    """Find a task or an algorithm among parameters and tags, where nothing else names it."""
    for role in FROM_PARAMETERS:
        if role in layout.roles:
            continue
        for name in ROLES[role]:
            inside = [
                p for p, c in layout.parameters.items() if p.lower() == name and c not in typed
            ]
            tagged = [
                c
                for c in left
                if (m := GROUPS.fullmatch(c)) and m["name"].lower() == name and c not in typed
            ]
            if inside:
                layout.roles[role] = layout.parameters.pop(inside[0])
                break
            if tagged:
                layout.roles[role] = tagged[0]
                left.remove(tagged[0])
                break
