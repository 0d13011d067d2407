"""Which studies a source of Optuna holds, and what is read of each."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from autometa._urls import hide_password
from autometa.exceptions import KnowledgeBaseError
from autometa.importers._optuna_storage import close_storage, open_storage
from autometa.importers._tally import Tally, some

if TYPE_CHECKING:
    import optuna


@dataclass(frozen=True, kw_only=True)
class StudyView:
    """What is read of a study, wherever it is kept."""

    name: str
    maximize: tuple[bool, ...]
    metric_names: tuple[str, ...] | None
    user_attrs: Mapping[str, Any]
    trials: Sequence[optuna.trial.FrozenTrial]
    task_id: str | None = None  # as the caller names its task


def label_of(source: Any) -> str:
    return (
        hide_password(str(source))
        if isinstance(source, str | os.PathLike)
        else type(source).__name__
    )


def study_views(source: Any, tally: Tally, wanted: Sequence[str] | None) -> list[StudyView]:
    import optuna

    if isinstance(source, optuna.Study):
        source = [source]
    if isinstance(source, Mapping | Sequence) and not isinstance(source, str):
        if not source:
            raise KnowledgeBaseError("One study or more is needed. Got none.")
        if isinstance(source, Mapping):
            return [_of_study(study, str(task)) for task, study in source.items()]
        return [_of_study(study, None) for study in source]
    storage = open_storage(source, tally)
    try:
        return _of_all(storage, source, wanted)
    finally:
        if storage is not source:
            close_storage(storage)


def _of_all(storage: Any, source: Any, wanted: Sequence[str] | None) -> list[StudyView]:
    by_name = {study.study_name: study for study in storage.get_all_studies()}
    unknown = [name for name in wanted or () if name not in by_name]
    if unknown or not by_name:
        missing = f"the studies {some(unknown)}" if unknown else "a study"
        raise KnowledgeBaseError(
            f"'{label_of(source)}' must hold {missing}. It holds {some(by_name) or 'none'}."
        )
    kept = [study for name, study in by_name.items() if not wanted or name in wanted]
    return [_of_storage(storage, study) for study in kept]


def _of_storage(storage: Any, study: Any) -> StudyView:
    names = study.system_attrs.get("study:metric_names")
    return StudyView(
        name=study.study_name,
        maximize=tuple(d.name == "MAXIMIZE" for d in study.directions),
        metric_names=tuple(names) if names else None,
        user_attrs=study.user_attrs,
        trials=storage.get_all_trials(study._study_id, deepcopy=False),
    )


def _of_study(study: optuna.Study, task_id: str | None) -> StudyView:
    return StudyView(
        name=study.study_name,
        maximize=tuple(d.name == "MAXIMIZE" for d in study.directions),
        metric_names=tuple(study.metric_names) if study.metric_names else None,
        user_attrs=study.user_attrs,
        trials=study.get_trials(deepcopy=False),
        task_id=task_id,
    )
