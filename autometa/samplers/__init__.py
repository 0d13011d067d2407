"""Optuna samplers that start from what the knowledge base knows."""

from __future__ import annotations

from autometa.samplers._sampler import WarmStartSampler

__all__ = ["WarmStartSampler"]
