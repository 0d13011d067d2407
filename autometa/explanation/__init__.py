"""Why a setup was recommended, as values."""

from __future__ import annotations

from autometa.explanation._explanation import Explanation
from autometa.explanation._explanation import explanation_tables as explanation_tables
from autometa.explanation._explanation import standing as standing
from autometa.explanation._parts import Alternative, BestSetup, Influence, Neighbor, RunnerUp

__all__ = ["Alternative", "BestSetup", "Explanation", "Influence", "Neighbor", "RunnerUp"]
