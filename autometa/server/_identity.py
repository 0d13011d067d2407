"""Who asks: a token where there are any, else the cookie of a browser or of a `Client`.

An owner is a hash, so that neither database nor logs hold a token or a cookie.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie

COOKIE = "autometa_session"
_MADE_HERE = re.compile(r"[\w-]{43}")  # 32 random bytes in base 64
_PAGES = b"autometa pages"  # what a token signs to make a browser's cookie


@dataclass(frozen=True)
class Caller:
    """Who asks.

    Attributes
    ----------
    owner : str
        What their tables and searches are kept under; empty of nobody.
    has_token : bool
    new_cookie : str or None
        To be set: the caller is new.
    """

    owner: str
    has_token: bool = False
    new_cookie: str | None = None


NOBODY = Caller("")


def caller_of(headers: Mapping[str, str], tokens: tuple[str, ...]) -> Caller:
    """Return who asks; `NOBODY` when a token is needed and none that is right was given."""
    cookie = _cookie_of(headers.get("cookie", ""))
    scheme, _, given = headers.get("authorization", "").partition(" ")
    if tokens:
        token = _matching(given.strip() if scheme.lower() == "bearer" else "", tokens)
        if token is None and not given:
            token = _matching(cookie, tokens, sign=True)
        return NOBODY if token is None else Caller(_hash("token", token), has_token=True)
    if _MADE_HERE.fullmatch(cookie):
        return Caller(_hash("cookie", cookie))
    fresh = secrets.token_urlsafe(32)
    return Caller(_hash("cookie", fresh), new_cookie=fresh)


def cookie_for(token: str, tokens: tuple[str, ...]) -> str | None:
    """Return the cookie of a browser whose user gave this token; None when it is wrong."""
    right = _matching(token, tokens)
    return None if right is None else _signed(right)


def cookie_header(value: str, *, is_secure: bool) -> str:
    """Return the Set-Cookie header: no script reads it, no other site sends it."""
    # a browser drops a secure cookie of plain HTTP, which loopback is
    secure = "; Secure" if is_secure else ""
    return f"{COOKIE}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=2592000{secure}"


def _matching(given: str, tokens: tuple[str, ...], sign: bool = False) -> str | None:
    """Return the token that was given, in a time that says nothing of how much of it is right."""
    found = None
    for token in tokens:  # all of them, also after a match
        wanted = _signed(token) if sign else token
        if hmac.compare_digest(given.encode(), wanted.encode()):
            found = token
    return found


def _signed(token: str) -> str:
    return hmac.new(token.encode(), _PAGES, hashlib.sha256).hexdigest()


def _hash(kind: str, secret: str) -> str:
    return hashlib.sha256(f"{kind}:{secret}".encode()).hexdigest()[:40]


def _cookie_of(header: str) -> str:
    try:
        morsel = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return ""
    return "" if morsel is None else morsel.value
