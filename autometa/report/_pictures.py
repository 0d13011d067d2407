"""Pictures of a page: each a display of `autometa.plotting`, drawn for light and for dark pages."""

from __future__ import annotations

import base64
import io
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from autometa.exceptions import AutoMetaError
from autometa.report._page import Block, Picture, Text

if TYPE_CHECKING:
    from autometa.plotting import Display

_logger = logging.getLogger("autometa.report")

# A drawing above it, as of a thousand points, becomes dots: a page has a dozen, each twice.
MAX_SVG_BYTES = 60_000
DOTS = 160  # an inch: 960 px for a column of 700
MOST_COLOURS = 128  # shades of smoothed edges included


def picture(make: Callable[[], Display], alt: str, caption: str = "") -> Block | None:
    """Return the picture of a display, or a sentence on why there is none.

    Parameters
    ----------
    make : callable
        Returns the display.
    alt : str
        What the picture shows, in words, for those who do not see it.
    caption : str
        What stands below it.
    """
    try:
        display = make()
        if display.nothing_to_show:
            return Text(text=f"{alt}: {display.nothing_to_show}")
        light, dark = _drawn(display)
        return Picture(light=light, dark=dark, alt=alt, caption=caption)
    except AutoMetaError as error:  # says what it would need
        return Text(text=f"{alt}: not drawn. {error}")
    except Exception as error:  # a page on an hour's search is not lost to one picture
        _logger.warning("A picture could not be drawn.", exc_info=True)
        return Text(text=f"{alt}: not drawn. {type(error).__name__}: {error}")


def _drawn(display: Display) -> tuple[str, str]:
    """Return a display drawn for light and for dark pages, both in the same format."""
    svg = display.to_svg(theme="light").encode()
    if len(svg) <= MAX_SVG_BYTES:
        dark = display.to_svg(theme="dark").encode()
        return _encoded("image/svg+xml", svg), _encoded("image/svg+xml", dark)
    light, dark = (_few_colours(display.to_png(theme=t, dpi=DOTS)) for t in ("light", "dark"))
    return _encoded("image/png", light), _encoded("image/png", dark)


def _few_colours(png: bytes) -> bytes:
    """Return a picture with a palette: it has a dozen colours, and takes a third of the bytes."""
    from PIL import Image  # Matplotlib needs it, so it is there

    file = io.BytesIO()
    with Image.open(io.BytesIO(png)) as image:
        image.convert("RGB").quantize(MOST_COLOURS).save(file, format="png", optimize=True)
    return min(file.getvalue(), png, key=len)


def _encoded(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"
