"""URLs of storages: shown without their secrets, opened with a driver that is installed."""

from __future__ import annotations

import importlib.util
import re

# Up to the last "@" of the word: passwords may hold "/", ":" and "@" themselves. Where a URL
# without a password has an "@" further on, too much is hidden, which does no harm.
_AFTER_USER = re.compile(r"([a-zA-Z][\w+.-]*://[^\s:/@'\"]*):[^\s]+@")
_IN_QUERY = re.compile(r"([?&;](?:password|passwd|pwd|token|secret|api_?key)=)[^&\s'\"]+", re.I)


def hide_password(text: str) -> str:
    """Return a URL, or a message that quotes URLs, with asterisks for passwords and keys.

    Examples
    --------
    >>> hide_password("postgresql://ann:s/ec@ret@db.example/optuna is not there")
    'postgresql://ann:***@db.example/optuna is not there'
    >>> hide_password("https://www.openml.org/api?api_key=0123&page=2")
    'https://www.openml.org/api?api_key=***&page=2'
    """
    return _IN_QUERY.sub(r"\1***", _AFTER_USER.sub(r"\1:***@", text))


def with_driver(url: str) -> str:
    """Name a PostgreSQL driver that is installed: SQLAlchemy's default has changed over time."""
    scheme, _, rest = url.partition("://")
    if scheme not in ("postgres", "postgresql"):
        return url
    drivers = ("psycopg", "psycopg2", "pg8000")
    installed = [driver for driver in drivers if importlib.util.find_spec(driver)]
    return f"postgresql{'+' + installed[0] if installed else ''}://{rest}"
