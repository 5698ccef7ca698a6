"""Pieces of the page: templates that lie beside this file, filled in; everything that users named is escaped."""

from importlib.resources import files
from typing import Any

__all__ = ["own_file", "rendered"]


def own_file(name: str) -> str:
    """Return the text of a file that lies beside this one."""
    return files("planlab.presentation").joinpath(name).read_text(encoding="utf-8")


def rendered(template: str, /, **values: Any) -> str:
    """Return a template filled in; ``css`` is planlab's own in every one.

    Raises
    ------
    ModuleNotFoundError
        Without the ``report`` extra.
    """
    try:
        import jinja2
        from markupsafe import Markup
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(f"The page needs {error.name}: pip install 'planlab[report]'.") from error
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    css = Markup(own_file("page.css"))  # noqa: S704 - shipped with planlab
    return environment.from_string(own_file(template)).render(values, css=css)
