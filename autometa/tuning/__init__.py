"""From a list of setups to a fitted pipeline: workers, budget, search, ensemble."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autometa.tuning._advice_first import AdviceFirstScheduler
    from autometa.tuning._interrupt import end_run
    from autometa.tuning._model_info import ModelInfo, model_info
    from autometa.tuning._plan import Candidate
    from autometa.tuning._request import Request
    from autometa.tuning._result import TuneResult
    from autometa.tuning._saving import load_model, save_model
    from autometa.tuning._scheduler import Decision, Scheduler, TrialReport
    from autometa.tuning._state import CompletedTrial, SearchState
    from autometa.tuning._tune import tune

__all__ = [
    "AdviceFirstScheduler",
    "Candidate",
    "CompletedTrial",
    "Decision",
    "ModelInfo",
    "Request",
    "Scheduler",
    "SearchState",
    "TrialReport",
    "TuneResult",
    "end_run",
    "load_model",
    "model_info",
    "save_model",
    "tune",
]

_HOME = {
    "AdviceFirstScheduler": "_advice_first",
    "Candidate": "_plan",
    "CompletedTrial": "_state",
    "Decision": "_scheduler",
    "ModelInfo": "_model_info",
    "Request": "_request",
    "Scheduler": "_scheduler",
    "SearchState": "_state",
    "TrialReport": "_scheduler",
    "TuneResult": "_result",
    "end_run": "_interrupt",
    "load_model": "_saving",
    "model_info": "_model_info",
    "save_model": "_saving",
    "tune": "_tune",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for, when it is asked for."""
    if name not in _HOME:
        raise AttributeError(f"module 'autometa.tuning' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"autometa.tuning.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
