"""Progress to whoever watches: server-sent events, from the first on or from where one left.

One look at the database a job serves all its watchers. What has happened is kept once, and each
watcher reads it at its own pace: one that is frozen fills nothing.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import anyio.to_thread
from starlette.responses import Response

from autometa.server._guard import Receive, Scope, Send
from autometa.server._jobs import UNFINISHED, Jobs

LOOK_SECONDS = 0.3  # an event is with its watchers within a second
ALIVE_SECONDS = 15.0  # a comment, so that nothing on the way takes the line for dead
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store, no-transform"),  # compressed, events would be held back
    (b"x-accel-buffering", b"no"),
]


class _Feed:
    """What has happened to one job, as long as somebody watches it."""

    def __init__(self) -> None:
        self.events: list[tuple[int, str, str]] = []
        self.state: str | None = "queued"
        self.changed = asyncio.Condition()
        self.n_watchers = 0
        self.task: asyncio.Task[None] | None = None

    @property
    def is_over(self) -> bool:
        return self.state not in UNFINISHED


class Hub:
    """The feeds of all jobs that are watched through this server."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs
        self._feeds: dict[str, _Feed] = {}
        self._is_ending = False

    @property
    def n_watchers(self) -> int:
        """Open streams."""
        return sum(feed.n_watchers for feed in self._feeds.values())

    async def end(self) -> None:
        """Close all streams; their watchers come back when a server is there again."""
        self._is_ending = True
        for feed in list(self._feeds.values()):
            async with feed.changed:
                feed.changed.notify_all()

    async def watch(self, identifier: str, after: int) -> AsyncIterator[str]:
        """Yield the events of a job after one, as text, until it has ended."""
        feed = self._feeds.get(identifier)
        if feed is None:
            feed = self._feeds[identifier] = _Feed()
            feed.task = asyncio.create_task(self._follow(identifier, feed))
        feed.n_watchers += 1
        place = 0
        try:
            while not self._is_ending:
                is_over = feed.is_over  # before what is there is sent: nothing comes after
                while place < len(feed.events):
                    number, kind, data = feed.events[place]
                    place += 1
                    if number > after:
                        yield _event(kind, data, number)
                if is_over:
                    yield _event("end", json.dumps({"state": feed.state or "removed"}))
                    return
                if not await self._news(feed, place):
                    yield ": alive\n\n"
        finally:
            feed.n_watchers -= 1
            if not feed.n_watchers:
                self._feeds.pop(identifier, None)
                assert feed.task is not None
                feed.task.cancel()

    async def _news(self, feed: _Feed, place: int) -> bool:
        def is_due() -> bool:
            return len(feed.events) > place or feed.is_over or self._is_ending

        try:
            async with asyncio.timeout(ALIVE_SECONDS), feed.changed:
                await feed.changed.wait_for(is_due)
        except TimeoutError:
            return False
        return True

    async def _follow(self, identifier: str, feed: _Feed) -> None:
        while not feed.is_over:
            last = feed.events[-1][0] if feed.events else 0
            # the state first: what was said before it changed is there by then
            state = await anyio.to_thread.run_sync(self._jobs.state_of, identifier)
            fresh = await anyio.to_thread.run_sync(self._jobs.events_after, identifier, last)
            async with feed.changed:
                feed.events += fresh
                feed.state = state
                feed.changed.notify_all()
            await asyncio.sleep(LOOK_SECONDS)


class EventStream(Response):
    """An ASGI answer of events; it ends when its client leaves, also between events."""

    def __init__(self, events: AsyncIterator[str]) -> None:
        super().__init__()
        self._events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events."""
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        # the first bytes at once: a client knows that it is connected
        await send({"type": "http.response.body", "body": b"retry: 1000\n\n", "more_body": True})
        sending = asyncio.create_task(self._send(send))
        leaving = asyncio.create_task(_until_it_leaves(receive))
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sending, leaving):
                task.cancel()
            await asyncio.gather(sending, leaving, return_exceptions=True)

    async def _send(self, send: Send) -> None:
        try:
            async for text in self._events:
                body = text.encode()
                await send({"type": "http.response.body", "body": body, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            close: Any = self._events
            await close.aclose()


async def _until_it_leaves(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _event(kind: str, data: str, number: int | None = None) -> str:
    line = "" if number is None else f"id: {number}\n"
    return f"{line}event: {kind}\ndata: {data}\n\n"
