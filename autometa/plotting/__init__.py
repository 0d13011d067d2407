"""Pictures of advice, searches and knowledge bases, as scikit-learn's displays (extra ``report``).

Each display is made by a ``from_...`` method, which works out what is to be seen, and drawn by
``plot(ax=None)``. Matplotlib is imported when something is drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autometa._common.on_demand import names_on_demand

if TYPE_CHECKING:
    from autometa.plotting._advice import AdviceDisplay
    from autometa.plotting._calibration import CalibrationDisplay
    from autometa.plotting._confusion import ConfusionMatrixDisplay
    from autometa.plotting._coverage import ClassesDisplay, CoverageDisplay
    from autometa.plotting._display import Display, require_matplotlib
    from autometa.plotting._ensemble_weights import EnsembleWeightsDisplay
    from autometa.plotting._folders import (
        displays_of_advice,
        displays_of_result,
        plot_evaluation,
        plot_knowledge_base,
        write_displays,
    )
    from autometa.plotting._importance import PermutationImportanceDisplay
    from autometa.plotting._leaderboard import LeaderboardDisplay
    from autometa.plotting._learning_curve import LearningCurveDisplay
    from autometa.plotting._neighbourhood import NeighbourhoodDisplay
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
    from autometa.plotting._search import SearchDisplay
    from autometa.plotting._task_map import TaskMapDisplay
    from autometa.plotting._wins import WinsDisplay

__all__ = [
    "AdviceDisplay",
    "AdvisedAlgorithmsDisplay",
    "CalibrationDisplay",
    "ClassesDisplay",
    "ConfusionMatrixDisplay",
    "CoverageDisplay",
    "Display",
    "EnsembleWeightsDisplay",
    "ExpectedScoresDisplay",
    "ExpectedSecondsDisplay",
    "IntervalCoverageDisplay",
    "LeaderboardDisplay",
    "LearningCurveDisplay",
    "MetaFeatureProfileDisplay",
    "NeighbourhoodDisplay",
    "PermutationImportanceDisplay",
    "PrecisionRecallDisplay",
    "RegretDisplay",
    "ResidualsDisplay",
    "RocCurveDisplay",
    "SearchDisplay",
    "TaskMapDisplay",
    "WinsDisplay",
    "displays_of_advice",
    "displays_of_result",
    "plot_evaluation",
    "plot_knowledge_base",
    "require_matplotlib",
    "write_displays",
]

_HOMES = {
    "AdviceDisplay": "_advice",
    "AdvisedAlgorithmsDisplay": "_predicted",
    "CalibrationDisplay": "_calibration",
    "ClassesDisplay": "_coverage",
    "ConfusionMatrixDisplay": "_confusion",
    "CoverageDisplay": "_coverage",
    "Display": "_display",
    "EnsembleWeightsDisplay": "_ensemble_weights",
    "ExpectedScoresDisplay": "_predicted",
    "ExpectedSecondsDisplay": "_predicted",
    "IntervalCoverageDisplay": "_predicted",
    "LeaderboardDisplay": "_leaderboard",
    "LearningCurveDisplay": "_learning_curve",
    "MetaFeatureProfileDisplay": "_profile",
    "NeighbourhoodDisplay": "_neighbourhood",
    "PermutationImportanceDisplay": "_importance",
    "PrecisionRecallDisplay": "_precision_recall",
    "RegretDisplay": "_regret",
    "ResidualsDisplay": "_residuals",
    "RocCurveDisplay": "_roc_curve",
    "SearchDisplay": "_search",
    "TaskMapDisplay": "_task_map",
    "WinsDisplay": "_wins",
    "displays_of_advice": "_folders",
    "displays_of_result": "_folders",
    "plot_evaluation": "_folders",
    "plot_knowledge_base": "_folders",
    "require_matplotlib": "_display",
    "write_displays": "_folders",
}

__getattr__, __dir__ = names_on_demand(__name__, _HOMES)
