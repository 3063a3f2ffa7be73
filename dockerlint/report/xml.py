"""Elements of XML, as text. Nothing that they are given becomes markup."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from textwrap import indent

from dockerlint.report.text import visible


def element(name: str, content: Iterable[str] = (), /, **attributes: str | int) -> str:
    """An element with others in it, or with none."""
    inside = indent("".join(content), "  ")
    start = f"<{name}{_listed(attributes)}"
    return f"{start}>\n{inside}</{name}>\n" if inside else f"{start}/>\n"


def text_element(name: str, /, *lines: str, **attributes: str | int) -> str:
    """An element with lines of text in it."""
    inside = "\n".join(escape(visible(line), quote=False) for line in lines if line)
    return f"<{name}{_listed(attributes)}>{inside}</{name}>\n"


def _listed(attributes: dict[str, str | int]) -> str:
    return "".join(f' {name}="{escape(visible(str(value)))}"' for name, value in attributes.items())
