"""Libraries that only an extra of the distribution installs."""

from __future__ import annotations

from importlib.util import find_spec

from autometa._versions import DISTRIBUTION
from autometa.exceptions import ParameterError


def require(library: str, extra: str, what: str) -> None:
    """Refuse what needs a library that is not installed.

    Parameters
    ----------
    library : str
        Name of the module.
    extra : str
        The one that installs it.
    what : str
        What needs it, as the error begins.

    Raises
    ------
    ParameterError
        With the command that installs it.
    """
    if find_spec(library) is None:  # not imported: a command asks before it shows its first stage
        raise ParameterError(
            f"{what} needs {library}, which is not installed: "
            f"pip install '{DISTRIBUTION}[{extra}]'."
        )
