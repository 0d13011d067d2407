"""What a plug-in must keep to, as classes of tests: one file a contract.

A test suite subclasses a contract and says what is to be tested::

    from autometa.testing import AlgorithmContract

    class TestMine(AlgorithmContract):
        algorithms = (MINE,)

pytest is needed. Meta-features have a contract of their own, in `metafeatures.testing`.
"""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite(
    "autometa.testing._algorithm",
    "autometa.testing._cost_model",
    "autometa.testing._importer",
    "autometa.testing._metric",
    "autometa.testing._portfolio",
    "autometa.testing._response_surface",
    "autometa.testing._scheduler",
    "autometa.testing._task_similarity",
    "metafeatures.testing",
)

from autometa.testing._algorithm import AlgorithmContract  # noqa: E402 - rewritten first
from autometa.testing._cost_model import CostModelContract  # noqa: E402
from autometa.testing._importer import ImporterContract  # noqa: E402
from autometa.testing._metric import MetricContract  # noqa: E402
from autometa.testing._portfolio import PortfolioContract  # noqa: E402
from autometa.testing._response_surface import ResponseSurfaceContract  # noqa: E402
from autometa.testing._scheduler import SchedulerContract  # noqa: E402
from autometa.testing._task_similarity import TaskSimilarityContract  # noqa: E402
from metafeatures.testing import check_metafeature  # noqa: E402

__all__ = [
    "AlgorithmContract",
    "CostModelContract",
    "ImporterContract",
    "MetricContract",
    "PortfolioContract",
    "ResponseSurfaceContract",
    "SchedulerContract",
    "TaskSimilarityContract",
    "check_metafeature",
]
