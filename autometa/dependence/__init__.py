"""Rows that depend on each other: what shuffled folds would hide, noticed before they are drawn."""

from __future__ import annotations

from autometa.dependence._check import check_validation, findings_of
from autometa.dependence._finding import ValidationFinding
from autometa.dependence._warn import warn_of_dependence

__all__ = ["ValidationFinding", "check_validation", "findings_of", "warn_of_dependence"]
