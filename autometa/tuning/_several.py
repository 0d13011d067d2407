"""Several outputs: one search for each, and one model that predicts all of them.

What suits one output need not suit another, so each has its own advice, setups and ensemble, as
a target by itself; the knowledge base knows tasks of one target only. The model is
scikit-learn's `MultiOutputRegressor` or `MultiOutputClassifier` of the fitted pipelines.
"""

from __future__ import annotations

import os
import time
import warnings
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.multioutput import MultiOutputClassifier, MultiOutputRegressor

from autometa.exceptions import DatasetError, ParameterError
from autometa.tuning._options import TuneOptions
from autometa.tuning._progress import Progress
from autometa.tuning._question import Question
from autometa.tuning._result import TuneResult
from autometa.tuning._run import run

LAST_SECONDS = 1.0  # for each output that is left when the user ended the run: a small tree


@dataclass(frozen=True, kw_only=True)
class MultiOutputTuneResult(TuneResult):
    """What `tune` found for several outputs.

    ``best_pipeline`` is scikit-learn's wrapper of the fitted pipelines; ``score`` the mean over
    outputs, each counting alike; ``study``, ``task`` and ``weights`` are those of the first
    output. ``leaderboard`` and ``runs`` are of all.

    Attributes
    ----------
    outputs : dict of str to TuneResult
        By the name of the output, in the order of the columns of ``y``.
    """

    outputs: dict[str, TuneResult] = field(repr=False)

    @property
    def n_completed(self) -> int:
        """Trials with a score, of all outputs."""
        return sum(result.n_completed for result in self.outputs.values())

    @property
    def score_interval(self) -> tuple[float, float]:
        """Means of the ends of all outputs: wider than it need be, for not all err together."""
        ends = np.mean([result.score_interval for result in self.outputs.values()], axis=0)
        return float(ends[0]), float(ends[1])

    def leaderboard(self) -> pd.DataFrame:
        """Return the rows of every output, under ``output`` its name; see `TuneResult`."""
        boards = {name: result.leaderboard() for name, result in self.outputs.items()}
        board = pd.concat(boards, names=["output", None]).reset_index(level="output")
        return board.reset_index(drop=True)

    def runs(self) -> pd.DataFrame:
        """Return the trials of every output as runs, each of a task of its own."""
        return pd.concat([result.runs() for result in self.outputs.values()], ignore_index=True)

    def predict_interval(self, X: Any, coverage: float = 0.9) -> npt.NDArray[np.float64]:
        """Return an interval for each output, of shape (n_rows, n_outputs, 2).

        Each covers its own output; all together hold less often than one.
        """
        found = [result.predict_interval(X, coverage) for result in self.outputs.values()]
        return np.stack(found, axis=1)

    def predict_set(self, X: Any, coverage: float = 0.9, *, by_class: bool = False) -> Any:
        """Return a list of the sets of each output; see `TuneResult`."""
        return [r.predict_set(X, coverage, by_class=by_class) for r in self.outputs.values()]

    def oof_predictions(self, trials: Any = None) -> pd.DataFrame:
        """Return those of every output, under ``output`` its name; ``trials`` must be None."""
        if trials is not None:
            raise ParameterError(
                "Trials are numbered by output. Ask one: result.outputs[name].oof_predictions(...)."
            )
        found = {name: result.oof_predictions() for name, result in self.outputs.items()}
        frame = pd.concat(found, names=["output", None]).reset_index(level="output")
        return frame.reset_index(drop=True)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the fitted model to one file; `load_model` reads it.

        The runs of the search do not stand beside it: save ``outputs[name]`` for those.
        """
        from autometa.tuning.saved._saving import save_model

        task = self.task.to_frame().to_dict(orient="records")[0]
        about = {
            "metric": self.metric,
            "score": self.score,
            "score_interval": self.score_interval,
            "validation": self.validation,
            "is_weighted": self.is_weighted,
            "task": {**task, "target": ", ".join(self.outputs)},
        }
        save_model(self.best_pipeline, path, about=about, sample=self.sample)

    def code(self, *_: Any, **__: Any) -> str:
        """Raise: scripts are of one output."""
        raise ParameterError(
            "A script is of one output. Ask one: result.outputs[name].code(...), with the names "
            f"{list(self.outputs)}."
        )


def tune_outputs(
    X: Any,
    outputs: pd.DataFrame,
    options: TuneOptions,
    started: float | None = None,
    progress: Progress | None = None,
) -> MultiOutputTuneResult:
    """Return what `tune` does for several outputs; the budget is shared among them.

    ``started`` is when it began, None is now; ``progress`` shows what is done for each.

    Raises
    ------
    DatasetError
        If two outputs have one name, or some are numbers and others classes.
    """
    started = time.monotonic() if started is None else started
    names = [str(name) for name in outputs.columns]
    columns = {name: outputs.iloc[:, i] for i, name in enumerate(names)}
    is_class = _check(X, names, columns, options)
    results: dict[str, TuneResult] = {}
    for number, (name, column) in enumerate(columns.items()):
        seconds = options.time_budget
        if seconds is not None:
            left = seconds - (time.monotonic() - started)
            seconds = max(LAST_SECONDS, left / (len(columns) - number))
            if any(result.stopped_early for result in results.values()):
                seconds = LAST_SECONDS
        study_name = None if options.study_name is None else f"{options.study_name}-{name}"
        of_output = replace(options, target=name, time_budget=seconds, study_name=study_name)
        if progress is not None:
            progress.event(f"output {number + 1} of {len(columns)}: {name}")
        results[name] = run(X, column, of_output, None, progress)
    return _joined(results, is_class, time.monotonic() - started)


def _check(
    X: Any, names: list[str], columns: dict[str, pd.Series[Any]], options: TuneOptions
) -> bool:
    """Check every output before any has its search; return whether they are classes."""
    if len(columns) < len(names):
        raise DatasetError(f"Outputs must have different names. Got {names}.")
    if isinstance(X, str | os.PathLike):
        raise DatasetError(
            "With several outputs the table must be in memory. Got a name; read it first."
        )
    kinds = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # each is said when its search begins
        for name, column in columns.items():
            question = Question.of(X, column, replace(options, target=name))
            kinds[name] = bool(question.table.n_classes)
    if len(set(kinds.values())) > 1:
        classes = [name for name, is_class in kinds.items() if is_class]
        raise DatasetError(
            "Outputs must be all numbers or all classes. Got classes in "
            f"{classes} and numbers in {[name for name in names if name not in classes]}; give "
            "'task_type', or tune them apart."
        )
    return next(iter(kinds.values()))


def _joined(
    results: dict[str, TuneResult], is_class: bool, seconds: float
) -> MultiOutputTuneResult:
    """Return one result of those of the outputs."""
    first = next(iter(results.values()))
    fitted = [result.best_pipeline for result in results.values()]
    model: Any
    if is_class:
        model = MultiOutputClassifier(fitted[0])
        model.classes_ = [pipeline.classes_ for pipeline in fitted]
    else:
        model = MultiOutputRegressor(fitted[0])
    model.estimators_ = fitted
    model.output_names_ = list(results)  # scikit-learn keeps none; `autometa predict` names columns
    if hasattr(fitted[0], "feature_names_in_"):
        model.feature_names_in_ = fitted[0].feature_names_in_
    said = [f"{name}: {note}" for name, result in results.items() for note in result.notes]
    metrics = dict.fromkeys(result.metric for result in results.values())
    return MultiOutputTuneResult(
        best_pipeline=model,
        study=first.study,
        metric=", ".join(metrics),
        score=float(np.mean([result.score for result in results.values()])),
        seconds=seconds,
        weights=first.weights,
        task=first.task,
        notes=(f"Each of {len(results)} outputs was advised on and tuned by itself.", *said),
        stopped_early=any(result.stopped_early for result in results.values()),
        sample=first.sample,
        validation=first.validation,
        is_fallback=any(result.is_fallback for result in results.values()),
        outputs=results,
    )
