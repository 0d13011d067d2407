"""What past runs say about any setup on a new task, once for everybody.

`PastPerformance` learns from a knowledge base, question by question. `TaskSimilarity`,
`Portfolio`, `CostModel` and `ResponseSurface` are the parts of it that may be exchanged: each
is a contract with one implementation here, and a `Learner` holds those in use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autometa._common.on_demand import names_on_demand

if TYPE_CHECKING:
    from autometa.performance._cleaning_time import cleaning_ms
    from autometa.performance._completion import complete
    from autometa.performance._dimensions import Dimension, as_number, index_of, same
    from autometa.performance._encoding import SEPARATOR, Encoding, Rows, plain
    from autometa.performance._feature_space import FeatureSpace, distances, filled
    from autometa.performance._fitted_model import FittedModel
    from autometa.performance._fitted_model_file import parameters_of, read_header
    from autometa.performance._history import History, read_histories, read_history, under
    from autometa.performance._kernel_regression import KernelRegression
    from autometa.performance._leaf_similarity import LeafSimilarity
    from autometa.performance._learner import Learner
    from autometa.performance._losses import WORST_IN_MEDIANS, losses, useless
    from autometa.performance._past_performance import PastPerformance, past_performance
    from autometa.performance._performance import Forecast, Performance
    from autometa.performance._portfolio import GreedyPortfolio, expected_gains
    from autometa.performance._posterior import Posterior, drawn_in
    from autometa.performance._protocols import (
        CostModel,
        FittedCosts,
        FittedSimilarity,
        FittedSurface,
        Portfolio,
        ResponseSurface,
        TaskSimilarity,
        TaskWeights,
    )
    from autometa.performance._question import Question, QuestionResolver
    from autometa.performance._rank_similarity import RankSimilarity, rank_weights
    from autometa.performance._ranked_runs import RankedRuns, read_ranked_runs
    from autometa.performance._reference_tasks import ReferenceTasks, TaskPoint, family_weights
    from autometa.performance._response_surface import LatentTaskSurface
    from autometa.performance._score_scale import ScoreScale
    from autometa.performance._surface_points import SurfacePoints
    from autometa.performance._target_scale import comparable
    from autometa.performance._threads import single_threaded
    from autometa.performance._time_model import TimeModel

# Where each name lies. It is imported when first asked for: scikit-learn and SciPy are slow to.
_MODULES = {
    "CostModel": "_protocols",
    "Dimension": "_dimensions",
    "Encoding": "_encoding",
    "FeatureSpace": "_feature_space",
    "FittedCosts": "_protocols",
    "FittedModel": "_fitted_model",
    "FittedSimilarity": "_protocols",
    "FittedSurface": "_protocols",
    "Forecast": "_performance",
    "GreedyPortfolio": "_portfolio",
    "History": "_history",
    "KernelRegression": "_kernel_regression",
    "LatentTaskSurface": "_response_surface",
    "LeafSimilarity": "_leaf_similarity",
    "Learner": "_learner",
    "PastPerformance": "_past_performance",
    "Performance": "_performance",
    "Portfolio": "_protocols",
    "Posterior": "_posterior",
    "Question": "_question",
    "QuestionResolver": "_question",
    "RankSimilarity": "_rank_similarity",
    "RankedRuns": "_ranked_runs",
    "ReferenceTasks": "_reference_tasks",
    "ResponseSurface": "_protocols",
    "Rows": "_encoding",
    "SEPARATOR": "_encoding",
    "ScoreScale": "_score_scale",
    "SurfacePoints": "_surface_points",
    "TaskPoint": "_reference_tasks",
    "TaskSimilarity": "_protocols",
    "TaskWeights": "_protocols",
    "TimeModel": "_time_model",
    "WORST_IN_MEDIANS": "_losses",
    "as_number": "_dimensions",
    "comparable": "_target_scale",
    "complete": "_completion",
    "distances": "_feature_space",
    "cleaning_ms": "_cleaning_time",
    "drawn_in": "_posterior",
    "expected_gains": "_portfolio",
    "family_weights": "_reference_tasks",
    "filled": "_feature_space",
    "losses": "_losses",
    "parameters_of": "_fitted_model_file",
    "past_performance": "_past_performance",
    "plain": "_encoding",
    "rank_weights": "_rank_similarity",
    "read_ranked_runs": "_ranked_runs",
    "read_header": "_fitted_model_file",
    "read_histories": "_history",
    "read_history": "_history",
    "index_of": "_dimensions",
    "same": "_dimensions",
    "single_threaded": "_threads",
    "under": "_history",
    "useless": "_losses",
}

__all__ = [
    "SEPARATOR",
    "WORST_IN_MEDIANS",
    "CostModel",
    "Dimension",
    "Encoding",
    "FeatureSpace",
    "FittedCosts",
    "FittedModel",
    "FittedSimilarity",
    "FittedSurface",
    "Forecast",
    "GreedyPortfolio",
    "History",
    "KernelRegression",
    "LatentTaskSurface",
    "LeafSimilarity",
    "Learner",
    "PastPerformance",
    "Performance",
    "Portfolio",
    "Posterior",
    "Question",
    "QuestionResolver",
    "RankSimilarity",
    "RankedRuns",
    "ReferenceTasks",
    "ResponseSurface",
    "Rows",
    "ScoreScale",
    "SurfacePoints",
    "TaskPoint",
    "TaskSimilarity",
    "TaskWeights",
    "TimeModel",
    "as_number",
    "cleaning_ms",
    "comparable",
    "complete",
    "distances",
    "drawn_in",
    "expected_gains",
    "family_weights",
    "filled",
    "index_of",
    "losses",
    "parameters_of",
    "past_performance",
    "plain",
    "rank_weights",
    "read_header",
    "read_histories",
    "read_history",
    "read_ranked_runs",
    "same",
    "single_threaded",
    "under",
    "useless",
]

__getattr__, __dir__ = names_on_demand(__name__, _MODULES)
