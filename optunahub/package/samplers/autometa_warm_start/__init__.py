"""Samplers of autometa for OptunaHub: what past runs on other datasets teach."""

from autometa import WarmStartSampler, search_space, warm_start

__all__ = ["WarmStartSampler", "search_space", "warm_start"]
