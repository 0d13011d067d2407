"""TuneResult: the fitted pipeline, and how it was found."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import optuna
import pandas as pd
from sklearn.pipeline import Pipeline

from autometa.evaluation import (
    cached_reference_seconds,
    config_as_scored,
    costs_of_trial,
    split_of_study,
)
from autometa.exceptions import ParameterError
from autometa.knowledge_base import canonical_config
from autometa.knowledge_base._schema import FAILURES, RUN_DEFAULTS
from autometa.tables import Task
from autometa.tuning._context import RunContext
from autometa.tuning._leaderboard import chosen_by, leaderboard_of
from autometa.tuning._predicting import Predicting
from autometa.tuning._showing import Showing
from autometa.tuning.final_model._decision import MOST_PROBABLE, DecisionRule
from autometa.tuning.final_model._interval import UNKNOWN
from autometa.tuning.final_model._out_of_fold import OutOfFold
from autometa.tuning.scheduling._target_forms import without_usual_target
from autometa.tuning.study._resume import algorithm_of, candidate_of, evaluation_of


@dataclass(frozen=True, kw_only=True)
class TuneResult(Predicting, Showing):
    """The fitted pipeline of a run of `tune`, its study and its scores.

    Attributes
    ----------
    best_pipeline : Pipeline
        Fitted on all rows. Takes the user's raw table and predicts the user's
        labels: step ``clean``, then the model, or a weighted vote of models.
    study : optuna.Study
        Every trial; parameters are ``algorithm`` and ``<algorithm>.<name>``.
    metric : str
    score : float
        To be expected of the pipeline on new rows, greater is better: the
        cross-validated score of a choice of setups and weights that is made, for each
        fold, on the other folds alone. The best score of the leaderboard is higher
        when many setups are alike, for it was picked. A threshold that was chosen for the
        metric (see `decision`) counts in it, not in the leaderboard, whose scores are of the
        most probable class. NaN when only the fall-back could be fitted.
    seconds : float
        What the run took, all included.
    weights : dict of int to float
        Of the members of the pipeline, by trial number; they sum to 1.
    task : Task
        What the table is; ``.to_frame()`` is a row of a knowledge base's ``tasks``.
    metafeatures : DataFrame or None
        Of the table, one row, as `KnowledgeBase.add` takes them: those that the knowledge
        base holds. None when none was asked, or its advice did not come in time.
    notes : tuple of str
        What did not go as planned.
    stopped_early : bool
        Whether the user ended the run before its budget did.
    sample : DataFrame or None
        Some rows of the table, by which `save` checks what it wrote.
    pos_label : object or None
        The positive class of a binary task.
    validation : dict
        How rows were held out: ``kind``, ``n_folds``, ``n_held_out`` rows; where there are
        some, ``n_groups`` and ``gap``, and ``groups`` and ``timestamps``, the columns of these.
    rule : DecisionRule
        Which class is predicted from probabilities; see `threshold` and `class_weights`.
    is_fallback : bool
        Whether no setup could be scored and fitted, so that the pipeline is a small
        tree without a score.
    is_weighted : bool
        Whether rows counted for different weights, in fits and in scores.
    has_equal_weights : bool
        Whether those of a weight above 0, where some are 0, have the same.
    weights_column : str or None
        The column that says what each row counts for, where it was given by name.
    out_of_fold : OutOfFold or None
        See `oof_predictions`.
    context : RunContext or None
        What the run was asked and saw, for `report`.
    """

    best_pipeline: Pipeline = field(repr=False)  # a screenful, and shown by itself
    study: optuna.Study = field(repr=False)
    metric: str
    score: float
    seconds: float
    weights: dict[int, float]
    task: Task = field(repr=False)
    metafeatures: pd.DataFrame | None = field(default=None, repr=False)
    notes: tuple[str, ...] = ()
    stopped_early: bool = False
    sample: pd.DataFrame | None = field(default=None, repr=False)
    pos_label: Any = None
    validation: dict[str, Any] = field(default_factory=dict, repr=False)
    rule: DecisionRule = field(default=MOST_PROBABLE, repr=False)
    is_fallback: bool = False
    is_weighted: bool = False
    has_equal_weights: bool = False
    weights_column: str | None = None
    out_of_fold: OutOfFold | None = field(default=None, repr=False)
    context: RunContext | None = field(default=None, repr=False)

    @property
    def n_completed(self) -> int:
        """Trials with a score, those of earlier runs with the same storage included."""
        return sum(evaluation_of(trial).get("status") == "ok" for trial in self.study.trials)

    @property
    def strategy(self) -> dict[str, int]:
        """Trials by what chose their setups, in the order in which it began to.

        ``advice`` is the list of the knowledge base, ``known setups`` are those that
        algorithms name themselves, and what follows is called by the sampler that proposed
        it, such as ``TPESampler``. Proposals that were skipped are not counted. Which of them
        serves which number of trials is compared in ``benchmarks/results/strategies.md``.
        """
        return chosen_by(self.study)

    @property
    def score_interval(self) -> tuple[float, float]:
        """Where the pipeline's score on as many new rows will lie, nine times of ten.

        It covers the chance of the rows of the table and of the new ones, and that folds
        share training rows; not that new rows may be of another kind. Estimated by
        drawing the held-out rows again (bootstrap), widened after Nadeau and Bengio
        (2003). On more new rows the score lies within it more often, on fewer less.

        Returns
        -------
        tuple of float
            Low and high, within the bounds of the metric. NaN for the fall-back, and for
            a setup of an earlier run that was not scored again.
        """
        return UNKNOWN if self.out_of_fold is None else self.out_of_fold.interval

    def leaderboard(self) -> pd.DataFrame:
        """Return one row a trial, best first, those without a score last.

        Returns
        -------
        DataFrame
            ``rank`` (1 is best), ``trial``, ``algorithm``, ``config`` (dict),
            ``score`` and ``score_std`` (mean and standard deviation over
            folds), ``fit_seconds`` (processor seconds of one fit), ``status``
            (``ok``, ``pruned``, ``skipped``, ``stopped`` by the clock or the user,
            ``timeout``, ``memory``, ``error``, ``infeasible`` by a constraint of the
            sampler, ``running`` in another process),
            ``source`` (``recommended``, ``preset``, ``search``), ``weight`` (in the
            ensemble), ``fidelity`` (share of the training rows used: a score from less
            than 1.0 may rise with more), ``message``.
        """
        return leaderboard_of(self.study.trials, self.weights)

    def study_of(self, algorithm: str) -> optuna.Study:
        """Return a study of one algorithm, for Optuna's own plots.

        Parameters are called as the algorithm calls them, and there are no others: in
        `study` they are ``<algorithm>.<name>``, beside those of every other algorithm.

        Parameters
        ----------
        algorithm : str
            As in the leaderboard.

        Returns
        -------
        optuna.Study
            In memory, with the trials that were scored on all rows that the folds give,
            under new numbers; ``user_attrs["number"]`` is that in `study`.

        Raises
        ------
        ParameterError
            If no such trial is of that algorithm.
        """
        from autometa.tuning.study._of_algorithm import study_of

        return study_of(self.study, algorithm)

    def oof_predictions(self, trials: Iterable[int] | None = None) -> pd.DataFrame:
        """Return what trials, and the ensemble, predict for rows they were not fitted on.

        Every score of the leaderboard and `score` itself follow from these: the score
        of a trial is the mean over folds of the metric of its predictions, where the
        labels of the fold define it.

        Parameters
        ----------
        trials : iterable of int, optional
            Trial numbers; None is all whose predictions are kept: complete ones of
            this run, the best 80 at most.

        Returns
        -------
        DataFrame
            One row for each trial and row of the table, then one for each row of the
            ensemble. ``trial`` is missing (``<NA>``) for the ensemble; ``row`` is the
            position in the table; ``fold`` the fold that held the row out, missing
            where none did; ``weight`` what the trial weighs in the ensemble's
            prediction of that row, for which members and weights are chosen on other
            rows. Then ``probability_LABEL`` for each class, in the order of
            ``best_pipeline.classes_``, or ``prediction``; NaN where no fold held the
            row out. Where the score is of labels and `predict` has a decision rule, the
            ensemble's probabilities are weighted by the rule that was chosen on other
            rows, so that the greatest is the class it says.

        Raises
        ------
        ParameterError
            If the predictions of a trial are not kept.

        Examples
        --------
        >>> import numpy as np
        >>> from sklearn.datasets import load_wine
        >>> from sklearn.metrics import log_loss
        >>> from autometa import tune
        >>> X, y = load_wine(return_X_y=True, as_frame=True)
        >>> result = tune(X, y, time_budget=None, n_trials=2, random_state=0, isolate=False,
        ...               knowledge_base=False)
        >>> predicted = result.oof_predictions()
        >>> ensemble = predicted[predicted["trial"].isna()]
        >>> losses = [log_loss(y[fold["row"]], fold.filter(like="probability_"))
        ...           for _, fold in ensemble.groupby("fold")]
        >>> bool(np.isclose(result.score, -np.mean(losses)))
        True
        """
        if self.out_of_fold is None:
            return pd.DataFrame(columns=["trial", "row", "fold", "weight"])
        return self.out_of_fold.frame(trials)

    def runs(self) -> pd.DataFrame:
        """Return the trials as runs that `KnowledgeBase.add` takes, with `task` beside them.

        One row a trial and metric, with every column of a knowledge base's ``runs``. Trials
        that were cut short, stopped or not started are left out: they say nothing of their setup.
        """
        rows: list[dict[str, Any]] = []
        reference = cached_reference_seconds()
        about = self.study.user_attrs
        for trial in self.study.trials:
            evaluation = evaluation_of(trial)
            status = evaluation.get("status") if algorithm_of(trial) else None
            if status == "ok":
                scores = evaluation["scores"]
            elif status in FAILURES:
                scores = {self.metric: float("nan")}
            else:
                continue
            candidate = candidate_of(trial)
            rows += [
                RUN_DEFAULTS
                | {
                    "task_id": self.task.task_id,
                    "algorithm": candidate.algorithm,
                    "config": canonical_config(
                        without_usual_target(config_as_scored(candidate.config, evaluation))
                    ),
                    "metric": metric,
                    "score": value,
                    **costs_of_trial(evaluation, about),
                    **split_of_study(about),
                    "fidelity": evaluation.get("fidelity", 1.0),
                    "status": status,
                    "message": evaluation.get("message", ""),
                    "source": "tune",
                    "fold_kind": _usual(str(self.validation.get("kind", "shuffled"))),
                    "reference_seconds": reference,
                    "fold_scores": evaluation.get("fold_scores") if metric == self.metric else None,
                }
                for metric, value in scores.items()
            ]
        return pd.DataFrame(rows, columns=list(RUN_DEFAULTS))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the fitted pipeline to one file, whole or not at all; see `load_model`.

        A model that was saved there before is replaced; any other file is refused.

        The runs of the search stand beside it, for ``autometa kb import tune``. What
        was written is read back before it replaces another file. A path that ends in
        ``.onnx`` gives an ONNX model instead (extra ``onnx``): each column that is used is an
        input, numbers as doubles and categories as strings, and it predicts for some rows of
        the table what the pipeline does, or is not written.

        Raises
        ------
        OutputError
            If it cannot be written there, or a member does not convert to ONNX.
        """
        from autometa.tuning.saved._saving import save_model

        history = {
            "tasks": self.task.to_frame().to_dict(orient="records"),
            "runs": self.runs().to_dict(orient="records"),
            "n_trials": len(self.study.trials),
            "metafeatures": self._metafeatures(),
        }
        about = {
            "metric": self.metric,
            "score": self.score,
            "score_interval": self.score_interval,
            "members": self._members(),
            "decision": self.decision,
            "pos_label": None if self.pos_label is None else str(self.pos_label),
            "validation": self.validation,
            "is_weighted": self.is_weighted,
            "history": history,
        }
        save_model(self.best_pipeline, path, about=about, sample=self.sample)

    def _metafeatures(self) -> dict[str, float]:
        if self.metafeatures is None:
            return {}
        return {str(name): float(v) for name, v in self.metafeatures.iloc[0].items()}

    def _members(self) -> list[dict[str, Any]]:
        """Return the setups of the ensemble and their weights, the heaviest first."""
        board = self.leaderboard()
        members = board[board["weight"] > 0].sort_values("weight", ascending=False, kind="stable")
        rows: list[dict[str, Any]] = members[["algorithm", "config", "weight"]].to_dict("records")
        return rows

    def code(
        self,
        source: str = "table.csv",
        target: str | None = None,
        *,
        encoding: str | None = None,
        weights: str | None = None,
    ) -> str:
        """Return a scikit-learn script that rebuilds the pipeline without autometa.

        Splits inside its fit keep groups together, or stretches of time, where a column of
        the table says them.

        Parameters
        ----------
        source : str, default="table.csv"
            The table it reads, as on the command line.
        target : str, optional
            The column to predict; None is the one given to `tune`.
        encoding : str, optional
            Of a file of text; None reads it from the file.
        weights : str, optional
            The column of that table with what each row counts for, of a run with
            ``sample_weight``; None is the one named to `tune`.

        Raises
        ------
        ParameterError
            If rows were weighted by values, and no column of the table is named.
        """
        from autometa.tuning.script._code import script

        weights = weights or self.weights_column
        if self.is_weighted and weights is None:
            raise ParameterError(
                "This pipeline was fitted with 'sample_weight', and a script reads weights from "
                "the table. Name the column that has them: result.code(weights='...')."
            )
        if weights is not None and not self.is_weighted:
            raise ParameterError(
                "'weights' names the column of weights of a run with 'sample_weight'. Got "
                f"{weights!r} for a run whose rows count alike; leave it out."
            )
        scored = f"{self.metric} {self.score:.5g} in cross-validation"
        summary = "without a score" if self.is_fallback else scored
        target = target or str(self.task.target)
        return script(
            self.best_pipeline,
            source,
            target,
            summary,
            encoding,
            self.validation,
            weights,
            is_weighted=not self.has_equal_weights,
        )


def _usual(kind: str) -> str:
    """Return the kind of folds as runs say it: shares of classes are kept in the usual ones."""
    return "shuffled" if kind == "stratified" else kind
