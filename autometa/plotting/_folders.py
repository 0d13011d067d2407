"""Pictures of a whole evaluation, knowledge base or search, one file each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from autometa.knowledge_base import judging_metrics
from autometa.plotting._advice import AdviceDisplay
from autometa.plotting._calibration import CalibrationDisplay
from autometa.plotting._confusion import ConfusionMatrixDisplay
from autometa.plotting._coverage import ClassesDisplay, CoverageDisplay
from autometa.plotting._display import Display, require_matplotlib
from autometa.plotting._ensemble_weights import EnsembleWeightsDisplay
from autometa.plotting._leaderboard import LeaderboardDisplay
from autometa.plotting._learning_curve import LearningCurveDisplay
from autometa.plotting._one_against_rest import OneAgainstRest
from autometa.plotting._precision_recall import PrecisionRecallDisplay
from autometa.plotting._predicted import (
    AdvisedAlgorithmsDisplay,
    ExpectedScoresDisplay,
    ExpectedSecondsDisplay,
    IntervalCoverageDisplay,
)
from autometa.plotting._profile import MetaFeatureProfileDisplay
from autometa.plotting._regret import RegretDisplay
from autometa.plotting._residuals import ResidualsDisplay
from autometa.plotting._roc_curve import RocCurveDisplay
from autometa.plotting._task_map import TaskMapDisplay
from autometa.plotting._wins import WinsDisplay

if TYPE_CHECKING:
    from autometa.knowledge_base import KnowledgeBase
    from autometa.meta_models.evaluation import Evaluation
    from autometa.recommendation import Recommendation
    from autometa.tuning import TuneResult

OF_PREDICTIONS = {
    "interval-coverage": IntervalCoverageDisplay,
    "expected-scores": ExpectedScoresDisplay,
    "expected-seconds": ExpectedSecondsDisplay,
    "advised-algorithms": AdvisedAlgorithmsDisplay,
}
OF_CLASSES: dict[str, type[OneAgainstRest | ConfusionMatrixDisplay]] = {
    "roc-curve": RocCurveDisplay,
    "precision-recall": PrecisionRecallDisplay,
    "calibration": CalibrationDisplay,
    "confusion-matrix": ConfusionMatrixDisplay,
}


def plot_evaluation(evaluation: Evaluation, folder: Path) -> list[Path]:
    """Write the pictures of an evaluation, six a task type; return their paths.

    Raises
    ------
    ParameterError
        If Matplotlib is not installed.
    """
    return write_displays(_of_evaluation(evaluation), folder)


def _of_evaluation(evaluation: Evaluation) -> Iterator[tuple[str, Display]]:
    for kind in dict.fromkeys(evaluation.orders["task_type"]):
        for over in ("seconds", "setups"):
            regret = RegretDisplay.from_evaluation(evaluation, task_type=kind, over=over)
            yield f"regret-over-{over}-{kind}", regret
        for name, display in OF_PREDICTIONS.items():
            yield f"{name}-{kind}", display.from_evaluation(evaluation, task_type=kind)


def plot_knowledge_base(kb: KnowledgeBase, folder: Path) -> list[Path]:
    """Write which tasks a knowledge base covers and who wins on them; return the paths.

    Raises
    ------
    ParameterError
        If Matplotlib is not installed.
    """
    return write_displays(_of_knowledge_base(kb), folder)


def _of_knowledge_base(kb: KnowledgeBase) -> Iterator[tuple[str, Display]]:
    yield "coverage", CoverageDisplay.from_knowledge_base(kb)
    yield "classes", ClassesDisplay.from_knowledge_base(kb)
    for kind in judging_metrics(kb):
        yield f"wins-{kind}", WinsDisplay.from_knowledge_base(kb, task_type=kind)


def displays_of_advice(recs: Sequence[Recommendation]) -> list[tuple[str, Display]]:
    """Return the displays that advice has something to show on, by the name of a file."""
    found: list[tuple[str, Display]] = [("advice", AdviceDisplay.from_recommendations(recs))]
    if getattr(recs, "metafeatures", None) is not None:
        found.append(("task-map", TaskMapDisplay.from_recommendations(recs)))
        found.append(("metafeatures", MetaFeatureProfileDisplay.from_recommendations(recs)))
    return [(name, display) for name, display in found if not display.nothing_to_show]


def displays_of_result(
    result: TuneResult, recs: Sequence[Recommendation] | None = None
) -> list[tuple[str, Display]]:
    """Return the displays that a result has something to show on, by the name of a file.

    Parameters
    ----------
    result : TuneResult
        Of several outputs, names begin with the number of the output.
    recs : Recommendations, optional
        Advice on the same table, to be seen beside what was reached.
    """
    outputs = getattr(result, "outputs", None)
    if outputs is not None:
        return [
            (f"{number}-{name}", display)
            for number, one in enumerate(outputs.values(), start=1)
            for name, display in displays_of_result(one)
        ]
    found: list[tuple[str, Display]] = []
    if recs is not None:
        found.append(("advice", AdviceDisplay.from_recommendations(recs, result)))
    found += [
        ("leaderboard", LeaderboardDisplay.from_result(result)),
        ("ensemble-weights", EnsembleWeightsDisplay.from_result(result)),
        ("learning-curve", LearningCurveDisplay.from_result(result)),
    ]
    kept = result.out_of_fold
    if kept is not None and kept.classes:
        found += [(name, display.from_result(result)) for name, display in OF_CLASSES.items()]
    elif kept is not None:
        found.append(("residuals", ResidualsDisplay.from_result(result)))
    return [(name, display) for name, display in found if not display.nothing_to_show]


def write_displays(
    displays: Iterator[tuple[str, Display]] | Sequence[tuple[str, Display]], folder: Path
) -> list[Path]:
    """Write each display that has something to show as ``NAME.png``; return the paths."""
    require_matplotlib()  # before what is drawn is worked out
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, display in displays:
        if not display.nothing_to_show:
            display.save(folder / f"{name}.png")
            written.append(folder / f"{name}.png")
    return written
