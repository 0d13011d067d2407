"""From a list of setups to a fitted pipeline: workers, budget, search, ensemble."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autometa._common.on_demand import names_on_demand

if TYPE_CHECKING:
    from autometa.tuning._interrupt import end_run
    from autometa.tuning._leaderboard import setups_of
    from autometa.tuning._request import Request
    from autometa.tuning._result import TuneResult
    from autometa.tuning._several import MultiOutputTuneResult
    from autometa.tuning._state import CompletedTrial, SearchState
    from autometa.tuning._tune import tune
    from autometa.tuning.saved._model_info import ModelInfo, model_info
    from autometa.tuning.saved._saving import load_model, save_model
    from autometa.tuning.scheduling._advice_first import AdviceFirstScheduler
    from autometa.tuning.scheduling._plan import Candidate
    from autometa.tuning.scheduling._scheduler import Decision, Scheduler, TrialReport
    from autometa.tuning.script._of_setup import script_of

__all__ = [
    "AdviceFirstScheduler",
    "Candidate",
    "CompletedTrial",
    "Decision",
    "ModelInfo",
    "MultiOutputTuneResult",
    "Request",
    "Scheduler",
    "SearchState",
    "TrialReport",
    "TuneResult",
    "end_run",
    "load_model",
    "model_info",
    "save_model",
    "script_of",
    "setups_of",
    "tune",
]

_HOME = {
    "AdviceFirstScheduler": "scheduling._advice_first",
    "Candidate": "scheduling._plan",
    "CompletedTrial": "_state",
    "Decision": "scheduling._scheduler",
    "ModelInfo": "saved._model_info",
    "MultiOutputTuneResult": "_several",
    "Request": "_request",
    "Scheduler": "scheduling._scheduler",
    "SearchState": "_state",
    "TrialReport": "scheduling._scheduler",
    "TuneResult": "_result",
    "end_run": "_interrupt",
    "load_model": "saved._saving",
    "model_info": "saved._model_info",
    "save_model": "saved._saving",
    "script_of": "script._of_setup",
    "setups_of": "_leaderboard",
    "tune": "_tune",
}

__getattr__, __dir__ = names_on_demand(__name__, _HOME)
