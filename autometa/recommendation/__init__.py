"""Advice as values: one candidate, the ordered list of them, and the pipeline of each."""

from __future__ import annotations

from autometa._common.out_of_range import OutOfRange
from autometa.explanation import Neighbor
from autometa.recommendation._build import build_pipeline
from autometa.recommendation._recommendation import Recommendation
from autometa.recommendation._recommendations import Recommendations

__all__ = ["Neighbor", "OutOfRange", "Recommendation", "Recommendations", "build_pipeline"]
