"""Pages from templates: self-contained HTML, everything escaped, nothing fetched, the same bytes for the same input."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment


@lru_cache(maxsize=1)
def _templates() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,  # a misspelt name must stop the page, not leave a hole in it
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def page(template: str, **values: object) -> str:
    """The HTML of one template of reports/templates, with the shared style sheet in `css`."""
    from markupsafe import Markup

    environment = _templates()
    source, _, _ = environment.loader.get_source(environment, "base.css")  # type: ignore[union-attr]
    return environment.get_template(template).render(css=Markup(source), **values)
