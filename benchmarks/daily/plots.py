"""The page's drawings: growth of time and memory with the city, and the steps of a day beside their floor."""

from typing import Any

from reports.plots import BLACK, BLUE, GREY, ORANGE, ROW, WIDE, drawing, room, svg

SHOWN = ("intake", "rebuild", "ordinary Monday", "quiet day")
MARKS = ("o", "s", "D", "^")
COLOURS = (GREY, BLUE, ORANGE, BLACK)
SHORTEST = 0.05  # share of a command below which a step is not drawn


def growth(result: dict[str, Any], of: str, label: str, target: float | None = None) -> str:
    """`of` (a figure of each phase) against households, both logarithmic; dashed: proportional growth."""
    ordered = sorted(result["sizes"].items(), key=lambda item: int(item[0]))
    with drawing(WIDE / 2, 3.0, 0.75, made_up=False) as (canvas, axes):
        for name, mark, colour in zip(SHOWN, MARKS, COLOURS, strict=True):
            measured = [(int(size), at["phases"][name][of]) for size, at in ordered if name in at["phases"]]
            x, y = [n for n, _ in measured], [max(value, 0.1) for _, value in measured]
            axes.plot(x, y, marker=mark, color=colour, markersize=4.5, linewidth=1.2, label=name)
            axes.plot(x, [y[0] * n / x[0] for n in x], color=colour, linewidth=0.5, linestyle=(0, (4, 3)))
        if target is not None:
            axes.axhline(target, color=BLACK, linewidth=0.7, linestyle=":")
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xticks([int(size) for size, _ in ordered], [f"{int(size):,}" for size, _ in ordered])
        axes.minorticks_off()
        axes.grid(color="#dddddd", linewidth=0.5)
        axes.set_xlabel("households")
        axes.set_ylabel(label)
        axes.legend(frameon=False, fontsize=7)
        return svg(canvas)


def steps(phase: dict[str, Any]) -> str:
    """Seconds of each step of one command, and of reading and writing the same Parquet (black line)."""
    total = sum(step["seconds"] for step in phase["steps"])
    shown = [step for step in phase["steps"] if step["seconds"] >= SHORTEST * total]
    labels = [step["step"] for step in shown]
    with drawing(WIDE, ROW * len(shown) + 0.85, room(labels), made_up=False) as (canvas, axes):
        for y, step in enumerate(shown):
            axes.barh(y, step["seconds"], height=0.6, color=BLUE)
            floor = step["floor_read"] + step["floor_write"]
            axes.plot([floor, floor], [y - 0.38, y + 0.38], color=BLACK, linewidth=1.8)
            axes.text(step["seconds"], y, f"  {step['seconds']:.1f} s", va="center", fontsize=8)
        axes.set_yticks(range(len(labels)), labels)
        axes.set_ylim(len(labels) - 0.4, -0.6)
        axes.tick_params(axis="y", length=0)
        axes.margins(x=0.12)
        axes.set_xlabel("seconds; black line: reading and writing the same Parquet")
        return svg(canvas)
