"""Drawings put into one page: ids that cannot clash, each letter's outline kept once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from reports.ethics_blocks import Block, Case, Gallery, Picture, Section

_GLYPH = re.compile(r'<path id="((?:IPAexGothic|DejaVu)[^"]*)"[^>]*?/>', re.DOTALL)
_EMPTY_DEFS = re.compile(r"<defs>\s*</defs>\s*")
_ID = re.compile(r'\bid="([^"]+)"')
_LINK = re.compile(r'(xlink:href="#|url\(#)([^")]+)')
_SIZE = re.compile(r'<svg [^>]*?viewBox="0 0 ([\d.]+) ([\d.]+)"[^>]*>', re.DOTALL)


class Letters:
    """The outlines of all letters of a page, by id."""

    def __init__(self) -> None:
        """Nothing drawn yet."""
        self._known: dict[str, str] = {}
        self._pictures = 0

    def sections(self, sections: Sequence[Section]) -> list[Section]:
        """The sections with every drawing made fit for one page."""
        return [replace(one, blocks=tuple(self._block(block) for block in one.blocks)) for one in sections]

    def sprite(self) -> str:
        """The outlines, as an SVG of no size that stands before all others."""
        paths = "".join(self._known[name] for name in sorted(self._known))
        style = "position:absolute;width:0;height:0"
        return f'<svg aria-hidden="true" style="{style}" width="0" height="0"><defs>{paths}</defs></svg>'

    def _block(self, block: Block) -> Block:
        if isinstance(block, Picture):
            return replace(block, svg=self._fit(block))
        if isinstance(block, Gallery):
            return replace(block, pictures=tuple(replace(one, svg=self._fit(one)) for one in block.pictures))
        if isinstance(block, Case):
            parts = tuple(replace(p, svg=self._fit(p)) if isinstance(p, Picture) else p for p in block.parts)
            return replace(block, parts=parts)
        return block

    def _fit(self, picture: Picture) -> str:
        self._pictures += 1
        prefix = f"p{self._pictures}-"
        svg = re.sub(
            r"<!--.*?-->\s*|<metadata>.*?</metadata>\s*|<style.*?</style>\s*", "", picture.svg, flags=re.DOTALL
        )
        for found in _GLYPH.finditer(svg):
            path = " ".join(found[0].split())
            if self._known.setdefault(found[1], path) != path:
                raise ValueError("two outlines for one letter: the drawings were made with different fonts")
        svg = _EMPTY_DEFS.sub("", _GLYPH.sub("", svg))
        svg = _ID.sub(rf'id="{prefix}\1"', svg)
        svg = _LINK.sub(lambda m: m[0] if m[2] in self._known else f"{m[1]}{prefix}{m[2]}", svg)
        return self._open(svg[svg.index("<svg") :], picture.alt)

    @staticmethod
    def _open(svg: str, alt: str) -> str:
        said = alt.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")

        def head(found: re.Match[str]) -> str:
            width, height = float(found[1]), float(found[2])
            return (
                f'<svg role="img" aria-label="{said}" viewBox="0 0 {width:g} {height:g}"'
                f' style="width:{width * 4 / 3:.0f}px"><title>{said}</title>'
            )

        return re.sub(r"\n\s*", "\n", _SIZE.sub(head, svg, count=1)).strip()
