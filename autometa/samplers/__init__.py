"""Optuna samplers that start from what the knowledge base knows."""

from __future__ import annotations

from autometa.samplers._sampler import WarmStartSampler
from autometa.samplers._warm_start import warm_start

__all__ = ["WarmStartSampler", "warm_start"]
