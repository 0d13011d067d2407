"""Parameters of Python functions, spelt as the options of the command line.

Messages are written where they arise, for people who call Python. On the command line the same
parameter has dashes, and some have another name: who is to give ``tune_threshold`` finds no such
option. A quoted name is changed only where a sentence is about a parameter, for a column of a
table may have the same name.
"""

from __future__ import annotations

import re
import shlex

OPTIONS = {
    "groups": "--groups",
    "timestamps": "--timestamps",
    "gap": "--gap",
    "cv": "--cv",
    "stratify": "--stratify",
    "sample_weight": "--weights",
    "tune_threshold": "--threshold",
    "pos_label": "--positive",
    "metric": "--metric",
    "algorithms": "--algorithm",
    "time_budget": "--time-budget",
    "n_trials": "--n-trials",
    "patience": "--patience",
    "memory_limit": "--memory-limit",
}
_NAME = f"({'|'.join(OPTIONS)})"
_VERBS = "must|is|are|has|have|names|chooses|counts|needs|holds"
_GIVEN = re.compile(rf"(?<![\w.]){_NAME}='([^']*)'")  # groups='patient'
_SUBJECT = re.compile(rf"(^|[.;] )'{_NAME}' (?={_VERBS})")  # 'gap' must be
_WANTED = re.compile(rf"\b([Gg]ive|needs) '{_NAME}'(?!\w)")  # Give 'timestamps'


def as_options(message: str) -> str:
    """Return a message with the parameters it speaks of spelt as options.

    Examples
    --------
    >>> as_options("pass groups='patient id' if the model is meant for new ones.")
    "pass --groups 'patient id' if the model is meant for new ones."
    >>> as_options("'tune_threshold' must be 'auto'. Got 30.0.")
    "--threshold must be 'auto'. Got 30.0."
    >>> as_options("X has no column 'gap'.")
    "X has no column 'gap'."
    """
    message = _GIVEN.sub(lambda m: f"{OPTIONS[m[1]]} {shlex.quote(m[2])}", message)
    message = _WANTED.sub(lambda m: f"{m[1]} {OPTIONS[m[2]]}", message)
    return _SUBJECT.sub(lambda m: f"{m[1]}{OPTIONS[m[2]]} ", message)
