"""Which requests a page of another site may have sent: by their Host and Origin headers.

A page of any site can send requests to a server on loopback, and by a name that it lets point
there even read the answers. Both need a header that such a page cannot choose.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Mapping

from autometa.server._settings import Settings, is_loopback

LOOPBACK = ("localhost", "127.0.0.1", "::1")


def names_of(settings: Settings) -> frozenset[str]:
    """Return the names by which a server may be called."""
    names = {*LOOPBACK, *(name.lower() for name in settings.allowed_hosts)}
    if not is_loopback(settings.host):
        names |= {settings.host.lower(), socket.gethostname().lower(), socket.getfqdn().lower()}
    return frozenset(names)


def is_own_host(header: str, names: frozenset[str], *, is_public: bool) -> bool:
    """Whether a Host header is a name of this server.

    On a public host any number will do: only names can be made to point elsewhere.
    """
    host = host_of(header)
    if host in names:
        return True
    return is_public and _is_address(host)


def is_own_origin(headers: Mapping[str, str]) -> bool:
    """Whether a request comes from a page of this server, or from no page at all."""
    if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return False
    origin = headers.get("origin")
    if origin is None:
        return True
    scheme, _, rest = origin.partition("://")
    return scheme in ("http", "https") and rest.lower() == headers.get("host", "").lower()


def host_of(header: str) -> str:
    """Return the name or number in a Host header, without its port.

    Examples
    --------
    >>> [host_of(header) for header in ("localhost:8000", "[::1]:80", "127.0.0.1", "a:b:c")]
    ['localhost', '::1', '127.0.0.1', '']
    """
    header = header.strip().lower()
    if header.startswith("["):
        return header[1:].partition("]")[0]
    host, _, port = header.partition(":")
    return host if not port or port.isdigit() else ""


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
