"""The answers when something is not done: a status, and one object of one form.

``{"error": {"type": ..., "message": ...}}``, as the command line prints it. A fault of the
server's own is a 500 that says nothing of the data.
"""

from __future__ import annotations

from typing import Any

REFUSED = {  # status of what the worker side refuses, by the name of the exception
    "DatasetError": 422,
    "LimitError": 413,
    "ServerBusyError": 429,
    "KnowledgeBaseWriteError": 409,
}
UNUSABLE = 422  # every other fault of what was asked


class ApiError(Exception):
    """A refusal with its HTTP status.

    Parameters
    ----------
    status : int
    kind : str
        A name that programs can rely on.
    message : str
        Wanted, got, what to do.
    retry_after : int or None
        Seconds after which to ask again.
    """

    def __init__(
        self, status: int, kind: str, message: str, *, retry_after: int | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind
        self.message = message
        self.retry_after = retry_after

    @property
    def content(self) -> dict[str, Any]:
        """The JSON object."""
        return {"error": {"type": self.kind, "message": self.message}}

    @property
    def headers(self) -> dict[str, str]:
        """What goes with it."""
        return {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}


def not_found(what: str = "study") -> ApiError:
    """Return the one answer for what does not exist and for what belongs to somebody else."""
    return ApiError(404, "NotFoundError", f"There is no such {what}.")


def refused(kind: str, message: str) -> ApiError:
    """Return what the worker side refused, with its status."""
    return ApiError(REFUSED.get(kind, UNUSABLE), kind, message)


def internal() -> ApiError:
    """Return what is said of a fault of the server's own."""
    return ApiError(500, "InternalError", "The server failed at this. Its log says where.")


def place_of(error: BaseException) -> str:
    """Return the file and line that raised an error."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    return f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else "nowhere"
