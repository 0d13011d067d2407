"""Advice and searches over HTTP: ``autometa serve``, and a typed client.

The extra ``server`` brings what it needs. The server's own process reads no table and fits no
model: worker processes that can be stopped do (`autometa.evaluation`), so that a hostile upload
or a hungry search costs itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autometa._common.on_demand import names_on_demand

if TYPE_CHECKING:
    from autometa.server._app import create_app
    from autometa.server._client import Client, ServerError, Study
    from autometa.server._serve import serve
    from autometa.server._settings import Limits, Settings

__all__ = ["Client", "Limits", "ServerError", "Settings", "Study", "create_app", "serve"]

_HOME = {
    "Client": "_client",
    "Limits": "_settings",
    "ServerError": "_client",
    "Settings": "_settings",
    "Study": "_client",
    "create_app": "_app",
    "serve": "_serve",
}

__getattr__, __dir__ = names_on_demand(__name__, _HOME)
