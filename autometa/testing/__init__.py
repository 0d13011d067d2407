"""What a plug-in must keep to, as classes of tests: one file a contract.

pytest is needed.
"""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("autometa.testing._scheduler")

from autometa.testing._scheduler import SchedulerContract  # noqa: E402 - rewritten first

__all__ = ["SchedulerContract"]
