"""Static drawings as SVG text: Japanese as outlines, no script, the same bytes for the same numbers.

Colours are Okabe and Ito's, told apart by colour-blind readers and on grey paper; nothing is said by colour alone.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import pairwise
from math import floor
from typing import TYPE_CHECKING, Any, Final

from models.intervals import MADE_UP
from models.table import Pair, Term
from reports.sheet_pdf import japanese_font

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLUE, ORANGE, GREY, BLACK = "#0072B2", "#D55E00", "#7A7A7A", "#1B1B1B"
WIDE: Final = 9.6
CASE: Final = 7.2
MOST_ROWS: Final = 24
"""Rows of a drawing that A4 still shows at a size to be read."""
ROW: Final = 0.3
_MOST_CATEGORIES = 12


@lru_cache(maxsize=1)
def _font() -> str:
    from matplotlib import font_manager

    path = str(japanese_font())
    font_manager.fontManager.addfont(path)
    return str(font_manager.FontProperties(fname=path).get_name())


@contextmanager
def drawing(width: float, height: float, left: float, made_up: bool, bottom: float = 0.5) -> Iterator[Any]:
    """A figure (inches; `left` and `bottom` kept free for labels) under the house's settings, outside pyplot."""
    import matplotlib as mpl
    from matplotlib.figure import Figure as Canvas

    settings: Any = {
        "font.family": [_font()], "font.size": 8.5, "svg.fonttype": "path", "svg.hashsalt": "kizuki",
        "axes.unicode_minus": False, "axes.spines.top": False, "axes.spines.right": False,
        "axes.linewidth": 0.6, "xtick.major.width": 0.6, "ytick.major.width": 0.6, "path.simplify": False,
    }  # fmt: skip
    with mpl.rc_context():
        mpl.rcParams.update(mpl.rcParamsDefault)
        mpl.rcParams.update(settings)
        canvas = Canvas(figsize=(width, height))
        axes = canvas.add_axes((left / width, bottom / height, 1 - (left + 0.25) / width, 1 - (bottom + 0.22) / height))
        if made_up:
            canvas.text(0.995, 0.99, MADE_UP, ha="right", va="top", color=ORANGE, fontsize=8)
        yield canvas, axes


def svg(canvas: Figure) -> str:
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    FigureCanvasSVG(canvas)
    out = io.StringIO()
    canvas.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return out.getvalue()


def room(labels: Sequence[str]) -> float:
    """Inches that the longest label needs at the usual size."""
    longest = max((sum(1.0 if ord(c) > 0x2FF else 0.55 for c in label) for label in labels), default=0.0)
    return 0.35 + longest * 8.5 / 72


def folded(label: str, most: int = 40) -> str:
    """A label broken into lines of `most` characters: nothing of a name is cut off."""
    return "\n".join(label[at : at + most] for at in range(0, len(label), most))


def parted(rows: Sequence[Any]) -> list[tuple[str, Sequence[Any]]]:
    """Rows shared out evenly over as many drawings as A4 needs: («(1/2)» for the caption, rows), in their order."""
    count = max(-(-len(rows) // MOST_ROWS), 1)
    size = max(-(-len(rows) // count), 1)
    parts = [rows[at : at + size] for at in range(0, len(rows), size)]
    return [(f"({place}/{len(parts)})" if len(parts) > 1 else "", part) for place, part in enumerate(parts, start=1)]


def signed(value: float) -> str:
    """A number with its sign, two decimals, and a true minus."""
    return f"{value:+.2f}".replace("-", "−")


def _rows(axes: Axes, labels: Sequence[str]) -> None:
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color="#dddddd", linewidth=0.5)
    axes.set_axisbelow(True)


def forest(
    rows: Sequence[tuple[str, float, float, float, int]],
    xlabel: str,
    *,
    made_up: bool,
    reference: float | None = None,
    marked: Sequence[str] = (),
    reach: tuple[float, float] | None = None,
) -> str:
    """Values with 95 % intervals, one row each: (label, value, low, high, n). `marked` labels are filled. `reach`: the
    ends of the axis, where several drawings are read beside each other.
    """
    labels = [f"{folded(label)}  n={n:,}" for label, _, _, _, n in rows]
    with drawing(WIDE, ROW * len(rows) + 0.85, room(labels), made_up) as (canvas, axes):
        if reference is not None:
            axes.axvline(reference, color=BLACK, linewidth=0.8, linestyle=(0, (4, 3)))
        for y, (label, value, low, high, _) in enumerate(rows):
            colour = ORANGE if label in marked else BLUE
            axes.plot([low, high], [y, y], color=colour, linewidth=1.8, solid_capstyle="butt")
            axes.plot([value], [y], marker="D" if label in marked else "o", color=colour, markersize=5)
        _rows(axes, labels)
        if reach is not None:
            axes.set_xlim(*reach)
        axes.set_xlabel(xlabel)
        return svg(canvas)


def funnel(rows: Sequence[tuple[str, int | None]], *, made_up: bool) -> str:
    """Counts falling step by step; None is a count that may not be shown."""
    labels = [label for label, _ in rows]
    largest = max((n for _, n in rows if n is not None), default=1) or 1
    with drawing(WIDE, ROW * len(rows) + 0.75, room(labels), made_up, 0.42) as (canvas, axes):
        for y, (_, n) in enumerate(rows):
            if n is not None:
                axes.barh(y, n, height=0.62, color=BLUE)
            axes.text((n or 0) + largest * 0.01, y, "非表示" if n is None else f"{n:,}", va="center", fontsize=8)
        _rows(axes, labels)
        axes.set_xlim(0, largest * 1.12)
        axes.set_xlabel("世帯数")
        return svg(canvas)


def intervals_of(edges: Sequence[float]) -> list[str]:
    """Names of the intervals: «0以下», «1», «2–3», «4以上» for whole numbers; else «0.2超 0.7以下»."""
    if not edges:
        return ["すべての値"]
    if _whole(edges):
        whole = [floor(edge) for edge in edges]
        inner = [str(b) if a + 1 == b else f"{a + 1}–{b}" for a, b in pairwise(whole)]
        first = "0" if whole[0] == 0 else f"{whole[0]}以下"
        return [first, *inner, f"{whole[-1] + 1}以上"]
    inner = [f"{a:g}超 {b:g}以下" for a, b in pairwise(edges)]
    return [f"{edges[0]:g}以下", *inner, f"{edges[-1]:g}超"]


def step_function(term: Term, unit: str, *, made_up: bool) -> str:
    """One feature's step function as contributions (value − background mean); «not visible» stands apart, hollow."""
    phi = [value - term.mean for value in term.values]
    unseen = term.missing - term.mean
    with drawing(4.9, 2.6, 0.66, made_up, 0.62) as (canvas, axes):
        axes.axhline(0, color=BLACK, linewidth=0.7)
        if len(phi) <= _MOST_CATEGORIES and _whole(term.edges):
            for x, value in enumerate(phi):
                axes.plot([x - 0.46, x + 0.46], [value, value], color=BLUE, linewidth=2.6, solid_capstyle="butt")
            axes.stairs(phi, [x - 0.5 for x in range(len(phi) + 1)], color=BLUE, linewidth=0.6, baseline=None)
            names, at, away = intervals_of(term.edges), [float(x) for x in range(len(phi))], -1.25
        else:
            low, high = _span(term.edges)
            axes.stairs(phi, [low, *term.edges, high], color=BLUE, linewidth=1.6, baseline=None)
            at = [low + (high - low) * share for share in (0, 0.25, 0.5, 0.75, 1)]
            names, away = [f"{x:.3g}" for x in at], low - (high - low) * 0.14
        axes.plot([away], [unseen], marker="o", markersize=6.5, markerfacecolor="white", color=ORANGE)
        axes.set_xticks([away, *at], ["見えない", *names], fontsize=7.4 if sum(map(len, names)) < 22 else 6.2)
        axes.set_xlabel(f"値({unit})", fontsize=7.8)
        axes.set_ylabel("寄与(対数オッズ)", fontsize=7.8)
        flat = max(phi) - min(phi) < 1e-12
        axes.margins(y=0.14)
        if flat:
            axes.set_ylim(phi[0] - 0.5, phi[0] + 0.5)
        return svg(canvas)


def _whole(edges: Sequence[float]) -> bool:
    """Whether the intervals can be named by whole numbers (features count: their values are whole)."""
    parts = [floor(edge) for edge in edges]
    halves = all(abs(edge * 2 - round(edge * 2)) < 1e-6 for edge in edges)
    return halves and len(set(parts)) == len(parts)


def _span(edges: Sequence[float]) -> tuple[float, float]:
    if not edges:
        return 0.0, 1.0
    reach = (edges[-1] - edges[0]) or max(abs(edges[0]), 1.0)
    low = edges[0] - 0.1 * reach
    return max(low, 0.0) if edges[0] > 0 else low, edges[-1] + 0.1 * reach


def pair_grid(pair: Pair, label_a: str, label_b: str, *, made_up: bool) -> str:
    """A pair's grid as contributions, number in each cell; the last row and column are «not visible»."""
    cells = pair.cells - pair.mean
    rows, columns = cells.shape
    reach = float(abs(cells).max()) or 1.0
    wide, high = min(7.6, 1.5 + 0.62 * columns), min(8.0, 1.25 + 0.3 * rows)
    with drawing(wide, high, 1.2, made_up, 0.85) as (canvas, axes):
        across, down = [x - 0.5 for x in range(columns + 1)], [y - 0.5 for y in range(rows + 1)]
        # Cells as outlines, not as an embedded picture.
        axes.pcolormesh(across, down, cells, cmap="PuOr_r", vmin=-reach, vmax=reach, edgecolors="white", linewidth=0.4)
        axes.invert_yaxis()
        if rows * columns <= 150:
            for i in range(rows):
                for j in range(columns):
                    tone = "white" if abs(cells[i, j]) > 0.7 * reach else BLACK
                    axes.text(j, i, signed(cells[i, j]), ha="center", va="center", fontsize=6.2, color=tone)
        few = {"rotation": 30, "ha": "right"} if columns > 6 else {}
        axes.set_xticks(range(columns), [*intervals_of(pair.edges_b), "見えない"], fontsize=6.6, **few)
        axes.set_yticks(range(rows), [*intervals_of(pair.edges_a), "見えない"], fontsize=6.6)
        axes.set_xlabel(folded(label_b), fontsize=7.6)
        axes.set_ylabel(folded(label_a, int((high - 0.9) * 9)), fontsize=7.6)
        return svg(canvas)


Strip = tuple[str, Sequence[tuple[float, float, int | None]]]


def strips(rows: Sequence[Strip], *, made_up: bool, of: Sequence[Strip] | None = None) -> str:
    """Where the households stand, by feature: (label, [(contribution, place 0 low … 1 high, households | None)]).

    One circle per step of the function, area by households; None (a small or protected group) is a small hollow mark
    without a size. No mark is a person. `of`: the rows of all drawings that are read beside each other, so that one
    scale holds for all.
    """
    import matplotlib as mpl

    labels = [folded(label) for label, _ in rows]
    every = [cell for _, cells in of or rows for cell in cells]
    most = max((n for _, _, n in every if n), default=1)
    low, high = min((x for x, _, _ in every), default=0.0), max((x for x, _, _ in every), default=0.0)
    spare = 0.08 * (high - low) or 0.5
    with drawing(WIDE, 0.36 * len(rows) + 1.0, room(labels), made_up) as (canvas, axes):
        axes.axvline(0, color=BLACK, linewidth=0.7)
        colours = mpl.colormaps["cividis"]
        for y, (_, cells) in enumerate(rows):
            for x, place, n in sorted(cells, key=lambda cell: -(cell[2] or 0)):
                if n is None:
                    axes.plot([x], [y], marker="d", markersize=4, markerfacecolor="white", color=GREY, linewidth=0)
                else:
                    axes.scatter([x], [y], s=14 + 300 * n / most, color=[colours(place)], edgecolors="white", lw=0.6)
        _rows(axes, labels)
        axes.set_xlim(min(low, 0.0) - spare, max(high, 0.0) + spare)
        axes.set_xlabel("寄与(対数オッズ)")
        return svg(canvas)


def waterfall(base: float, parts: Sequence[tuple[str, float]], margin: float, *, made_up: bool) -> str:
    """From the base to the margin, one bar per contribution, each starting where the one before ended."""
    labels = ["出発点(平均)", *(folded(label) for label, _ in parts), "合計"]
    with drawing(CASE, 0.25 * len(labels) + 0.8, room(labels), made_up) as (canvas, axes):
        at = base
        axes.plot([base], [0], marker="s", color=BLACK, markersize=5)
        ends = [base, margin]
        for y, (_, value) in enumerate(parts, start=1):
            axes.barh(y, value, left=at, height=0.6, color=ORANGE if value > 0 else BLUE,
                      hatch=None if value > 0 else "////", edgecolor="white", linewidth=0)  # fmt: skip
            axes.plot([at, at], [y - 1, y], color=GREY, linewidth=0.6)
            at += value
            ends.append(at)
        axes.plot([at, at], [len(parts), len(parts) + 1], color=GREY, linewidth=0.6)
        axes.plot([margin], [len(parts) + 1], marker="s", color=BLACK, markersize=5)
        reach = (max(ends) - min(ends)) or 1.0
        running = base
        for y, (_, value) in enumerate(parts, start=1):
            axes.text(max(running, running + value) + reach * 0.012, y, signed(value), va="center", fontsize=7.4)
            running += value
        axes.text(base + reach * 0.02, 0, signed(base), va="center", fontsize=7.4)
        axes.text(margin + reach * 0.02, len(parts) + 1, signed(margin), va="center", fontsize=7.4)
        _rows(axes, labels)
        axes.set_xlim(min(ends) - reach * 0.06, max(ends) + reach * 0.14)
        axes.set_xlabel("対数オッズ")
        return svg(canvas)
