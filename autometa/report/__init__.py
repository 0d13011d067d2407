"""One page on advice or on a run of `tune`: a single HTML file that opens from disk (extra report).

What is said is worked out in Python, as values (`Section`); how it looks is in ``templates/``. The
page needs no other file, no network and no script, and its own rules for the browser
(``Content-Security-Policy``) let nothing be loaded even if it were asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autometa._common.on_demand import names_on_demand

if TYPE_CHECKING:
    from autometa.report._of_advice import advice_page
    from autometa.report._of_result import result_page
    from autometa.report._writing import check_report, write_advice_report, write_report

__all__ = ["advice_page", "check_report", "result_page", "write_advice_report", "write_report"]

_HOMES = {
    "advice_page": "_of_advice",
    "check_report": "_writing",
    "result_page": "_of_result",
    "write_advice_report": "_writing",
    "write_report": "_writing",
}

__getattr__, __dir__ = names_on_demand(__name__, _HOMES)
