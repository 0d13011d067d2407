"""The look of every picture: colours, sizes, and texts that say what they say.

Colours are those of Okabe and Ito [1]_, which differ for any kind of colour vision and show on
light and dark backgrounds; black and yellow of that palette are left out, since each vanishes on
one of the two. Names from a user's table are never read as formulae.

References
----------
.. [1] M. Okabe, K. Ito. Color Universal Design. 2008.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, Literal

Theme = Literal["light", "dark"]

BLUE, ORANGE, GREEN = "#0072B2", "#E69F00", "#009E73"
VERMILLION, PURPLE, SKY = "#D55E00", "#CC79A7", "#56B4E9"
COLOURS = (BLUE, ORANGE, GREEN, VERMILLION, PURPLE, SKY)
GREY = "#8c8c8c"  # what is not in question: seen on white (3.4 : 1) and on black (6.2 : 1)

# Behind the axes, and of letters.
THEMES: dict[Theme, tuple[str, str]] = {
    "light": ("#ffffff", "#262626"),
    "dark": ("#16181d", "#e6e6e6"),
}
INCHES_WIDE = 6.0  # 600 px at 100 dots an inch: what a page of text or a column of a report gives
INCHES_A_ROW = 0.26  # of a list of names: a line of 10 points and the space between two
UNDER_LABEL = 38  # points: of the numbers and the label of an axis, with which a legend begins
MOST_LETTERS = 30  # of a name: a third of the width
# Fonts with Chinese, Japanese and Korean letters of the usual systems; Matplotlib's own has none.
WIDE_FONTS = (
    *("Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans SC", "Source Han Sans SC"),
    *("WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Microsoft YaHei", "SimHei", "PingFang SC"),
    *("Hiragino Sans GB", "Heiti SC", "Malgun Gothic", "Yu Gothic", "Arial Unicode MS"),
)
FIRST_WIDE = 0x2E80  # where the letters of East Asia begin; those below are in Matplotlib's font
TEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "^": r"\textasciicircum{}",
    "_": r"\_",
    "%": r"\%",
    "~": r"\textasciitilde{}",
}


def colour_of(place: int) -> str:
    """Return the colour of a series; they come again after six, with other `dashes_of`."""
    return COLOURS[place % len(COLOURS)]


def dashes_of(place: int) -> str:
    """Return the style of line of a series: another one each time that colours come again."""
    styles = ("-", "--", ":", "-.")
    return styles[place // len(COLOURS) % len(styles)]


def shortened(name: object, most: int = MOST_LETTERS) -> str:
    """Return a name on one line that fits; what is left out is in the middle.

    Names of columns and files differ at their ends as often as at their beginnings.

    Examples
    --------
    >>> shortened("a name that is much too long for a picture", 20)
    'a name tha…a picture'
    """
    text = " ".join("".join(c if c.isprintable() else " " for c in str(name)).split())
    if _width(text) <= most:
        return text
    tail = (most - 1) // 2
    return f"{_beginning(text, most - 1 - tail)}…{_beginning(text[::-1], tail)[::-1]}"


def _width(text: str) -> int:
    """Return how many letters wide a text is: those of East Asia count two."""
    return len(text) + sum(unicodedata.east_asian_width(c) in "WF" for c in text)


def _beginning(text: str, most: int) -> str:
    """Return as much of the beginning of a text as is so many letters wide."""
    shown = text[:most]
    while _width(shown) > most:
        shown = shown[:-1]
    return shown


def plain(text: object, most: int = MOST_LETTERS) -> str:
    """Return a name so that Matplotlib draws it letter by letter, whatever is in it.

    Dollars would begin a formula; where LaTeX sets all texts, ten signs mean something else.
    """
    import matplotlib as mpl

    short = shortened(text, most)
    if mpl.rcParams["text.usetex"]:
        return "".join(TEX.get(c, c) for c in short)
    return short.replace("$", r"\$") if mpl.rcParams["text.parse_math"] else short


def fonts_for(texts: Iterable[str]) -> dict[str, Any]:
    """Return the fonts for texts that Matplotlib's own font does not hold; nothing for others."""
    if all(ord(c) < FIRST_WIDE for text in texts for c in text):
        return {}
    import matplotlib as mpl
    from matplotlib import font_manager

    installed = set(font_manager.get_font_names())
    wide = [font for font in WIDE_FONTS if font in installed]
    return {"fontfamily": [*mpl.rcParams["font.family"], *wide]} if wide else {}


def ink_of(ax: Any) -> Any:
    """Return the colour of the letters of axes: of the caller's style, or of a theme."""
    return ax.xaxis.label.get_color()


def dress(ax: Any, ink: str | None = None) -> None:
    """Take away what axes need not have; with ``ink``, colour what is left."""
    from matplotlib.ticker import ScalarFormatter

    ax.spines[["top", "right"]].set_visible(False)
    for formatter in (ax.xaxis.get_major_formatter(), ax.yaxis.get_major_formatter()):
        if isinstance(formatter, ScalarFormatter):
            formatter.set_useOffset(False)  # scores near 1 are not 0.0000 under a "+1"
    if ink is None:
        return
    ax.set_facecolor("none")
    ax.spines[:].set_edgecolor(ink)
    ax.tick_params(colors=ink, which="both")
    for text in (ax.xaxis.label, ax.yaxis.label, ax.title):
        text.set_color(ink)
    for axis in (ax.xaxis, ax.yaxis):
        axis.get_offset_text().set_color(ink)


def grid(ax: Any, axis: Literal["x", "y", "both"]) -> None:
    """Draw faint lines along the values of an axis, behind everything else."""
    ax.grid(True, axis=axis, color=ink_of(ax), alpha=0.18, linewidth=0.8)
    ax.set_axisbelow(True)


def name_rows(ax: Any, names: Sequence[str], most: int = MOST_LETTERS) -> None:
    """Write a name beside each row of a list, the first one at the top."""
    shown = [plain(name, most) for name in names]
    ax.set_yticks(range(len(names)), shown, **fonts_for(shown))
    ax.set_ylim(len(names) - 0.4, -0.6)  # half a row of space: the first and last are not cut
    ax.tick_params(axis="y", length=0)


def title(ax: Any, *lines: str, most: int = 64) -> None:
    """Write what a picture shows above it, from the left; 64 letters fit its width."""
    shown = "\n".join(plain(line, most) for line in lines if line)
    ax.set_title(shown, loc="left", fontsize="medium", color=ink_of(ax), **fonts_for([shown]))


def label_axes(ax: Any, x: str, y: str) -> None:
    """Write what the axes are; names of a table may be among it."""
    ax.set_xlabel(x, **fonts_for([x]))
    ax.set_ylabel(y, **fonts_for([y]))


def write(
    ax: Any, x: float, y: float, text: object, *, most: int = MOST_LETTERS, **how: Any
) -> Any:
    """Write a text at a place of the axes, in the colour of their letters."""
    shown = plain(text, most)
    how = {"color": ink_of(ax), "fontsize": "small"} | fonts_for([shown]) | how
    return ax.text(x, y, shown, **how)


def name_beside(ax: Any, point: tuple[float, float], text: object, side: int) -> Any:
    """Write a small name above a point and to its right (``side`` 1) or left (-1)."""
    shown = plain(text)
    return ax.annotate(
        *(shown, point, (7.0 * side, 5.0)),
        textcoords="offset points",
        ha="left" if side > 0 else "right",
        va="bottom",
        fontsize="x-small",
        color=ink_of(ax),
        **fonts_for([shown]),
    )


def beside(ax: Any, y: Any, text: object, **how: Any) -> Any:
    """Write a text to the right of the axes, at the height of a value."""
    how = {"transform": ax.get_yaxis_transform(), "va": "center", "ha": "left"} | how
    return write(ax, 1.015, y, text, **how)


def legend(ax: Any, *, below: float = 0.0, **how: Any) -> Any:
    """Draw the legend of the axes without a frame, so many points below them; 0 is within."""
    from matplotlib.transforms import ScaledTranslation, blended_transform_factory

    if not ax.get_legend_handles_labels()[1]:
        return None
    how = {"frameon": False, "labelcolor": ink_of(ax), "fontsize": "small"} | how
    if below:
        figure = ax.get_figure(root=True)
        under = ax.transAxes + ScaledTranslation(0, -below / 72, figure.dpi_scale_trans)
        # in the middle of a picture of its own, whose axes long names push to the right
        is_alone = len(figure.axes) == 1
        where = blended_transform_factory(figure.transFigure, under) if is_alone else under
        how |= {"loc": "upper center", "bbox_to_anchor": (0.5, 0.0), "borderaxespad": 0.0}
        how["bbox_transform"] = where
    drawn = ax.legend(**how)
    texts = drawn.get_texts()
    for text in texts:
        for name, value in fonts_for([text.get_text()]).items():
            text.update({name: value})
    return drawn


def say_instead(ax: Any, text: str) -> None:
    """Write in empty axes why there is nothing to draw."""
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)
    ax.text(
        *(0.5, 0.5),
        plain(text, 400),
        transform=ax.transAxes,
        color=ink_of(ax),
        ha="center",
        va="center",
        wrap=True,
        **fonts_for([text]),
    )
