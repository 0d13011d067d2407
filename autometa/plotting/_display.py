"""Display: data that can draw itself, as scikit-learn's displays do.

What is drawn is worked out by the ``from_...`` methods, without Matplotlib; ``plot`` draws it. On
axes that are given nothing else is touched. Without, ``plot`` asks pyplot for a figure, as
scikit-learn does, so that a notebook or ``plt.show()`` shows it; backend and settings stay what
they are. ``figure``, ``save``, ``to_png`` and ``to_svg`` never use pyplot.
"""

from __future__ import annotations

import io
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from autometa._common.files import write_whole
from autometa._extras import require
from autometa.exceptions import OutputError, ParameterError
from autometa.plotting._style import INCHES_WIDE, THEMES, Theme, dress, say_instead

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DOTS = 100  # an inch: 600 px for 6 inches
DOTS_OF_FILES = 200  # twice as many: sharp on screens with two dots a pixel, and in print
_WRITING = threading.Lock()


class Display:
    """What all displays have.

    Attributes
    ----------
    ax_ : matplotlib Axes
        What was drawn on last.
    figure_ : matplotlib Figure
        That of ``ax_``.
    """

    height: ClassVar[float] = 3.7  # inches, of those that are no list

    ax_: Axes
    figure_: Figure

    @property
    def nothing_to_show(self) -> str:
        """Why there is nothing to draw, in a sentence; empty when there is something."""
        return ""

    def plot(self, ax: Axes | None = None) -> Self:
        """Draw on ``ax``, and on nothing else.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            None is a new figure of pyplot's, which a notebook shows.

        Returns
        -------
        self
            With ``ax_`` and ``figure_``.

        Raises
        ------
        ParameterError
            If Matplotlib is not installed.
        """
        require_matplotlib()
        if ax is None:
            from matplotlib import pyplot  # the caller's backend, whichever it is

            figure = pyplot.figure(figsize=(INCHES_WIDE, self._inches()), layout="constrained")
            ax = figure.subplots()
        dress(ax)
        return self._draw_on(ax)

    def figure(self, theme: Theme = "light") -> Figure:
        """Return a figure of its own, unknown to pyplot: nothing opens, nothing has to be closed.

        Parameters
        ----------
        theme : {"light", "dark"}, default="light"
            Dark letters on white, or light ones on nearly black. Letters on no paper of their
            own, which a page of middle grey would hide, there are not.
        """
        require_matplotlib()
        from matplotlib.figure import Figure

        if theme not in THEMES:
            raise ParameterError(f"'theme' must be one of {list(THEMES)}. Got {theme!r} instead.")
        background, ink = THEMES[theme]
        figure = Figure(
            figsize=(INCHES_WIDE, self._inches()),
            dpi=DOTS,
            layout="constrained",
            facecolor=background,
            edgecolor=background,
        )
        ax = figure.subplots()
        dress(ax, ink)
        self._draw_on(ax)
        return figure

    def save(
        self, path: str | os.PathLike[str], *, theme: Theme = "light", dpi: int = DOTS_OF_FILES
    ) -> None:
        """Write the picture to a file, whole or not at all; its ending says the format.

        Parameters
        ----------
        path : path
            Such as ``advice.png``, ``advice.svg``, ``advice.pdf``.
        theme : {"light", "dark"}, default="light"
            See `figure`.
        dpi : int, default=200
            Dots an inch: 200 gives 1,200 px of width.
        """
        ending = Path(path).suffix[1:].lower()
        require_matplotlib()
        from matplotlib.backend_bases import FigureCanvasBase

        known = FigureCanvasBase.get_supported_filetypes()
        if ending not in known:
            raise ParameterError(
                f"The ending of a picture's file must be one of {sorted(known)}. Got '{path}'."
            )
        save_figure(self.figure(theme), Path(path), dpi)

    def to_png(self, *, theme: Theme = "light", dpi: int = DOTS_OF_FILES) -> bytes:
        """Return the picture as PNG."""
        return content_of(self.figure(theme), "png", dpi)

    def to_svg(self, *, theme: Theme = "light") -> str:
        """Return the picture as an element of SVG, to be put into a page as it is.

        Letters are outlines: it looks the same everywhere, and no text of a table is in it as
        markup. The same data give the same text.
        """
        text = content_of(self.figure(theme), "svg", DOTS).decode()
        return text[text.index("<svg") :]  # a page has its own declaration

    def _repr_png_(self) -> bytes | None:
        """Return what a notebook shows of a display that has not been drawn yet."""
        if hasattr(self, "ax_"):
            return None  # the notebook shows its figure already
        return self.to_png()

    def _inches(self) -> float:
        return self.height

    def _draw_on(self, ax: Any) -> Self:
        if self.nothing_to_show:
            say_instead(ax, self.nothing_to_show)
        else:
            self._draw(ax)
        self.ax_ = ax
        self.figure_ = ax.get_figure(root=True)
        return self

    def _draw(self, ax: Any) -> None:
        raise NotImplementedError


def require_matplotlib() -> None:
    """Refuse to draw where Matplotlib is not installed.

    Raises
    ------
    ParameterError
        With the command that installs it.
    """
    require("matplotlib", "report", "A plot")


def save_figure(figure: Figure, path: Path, dpi: int = DOTS_OF_FILES) -> None:
    """Write a figure to a file, whole or not at all.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    content = content_of(figure, path.suffix[1:].lower(), dpi)
    try:
        write_whole(path, content)
    except OSError as error:
        raise OutputError(f"The picture could not be written to '{path}': {error}.") from error


def content_of(figure: Figure, kind: str, dpi: int) -> bytes:
    """Return the bytes of a file of that kind; the same for the same figure."""
    import matplotlib as mpl

    file = io.BytesIO()
    how: dict[str, Any] = {"metadata": {"Date": None}} if kind == "svg" else {}
    # Matplotlib reads these while it writes, and only from its settings, which all threads share
    with _WRITING, mpl.rc_context({"svg.hashsalt": "autometa", "svg.fonttype": "path"}):
        figure.savefig(file, format=kind, dpi=dpi, facecolor=figure.get_facecolor(), **how)
    return file.getvalue()
