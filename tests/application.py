"""What the tests of the application share: small programs, and marks in them."""

from __future__ import annotations

from dockerlint.application.program import Program
from dockerlint.application.python import Module
from dockerlint.application.reach import reached
from dockerlint.application.start import Start
from dockerlint.application.values import Replacement
from dockerlint.source import Source

FLASK = "import os\nfrom flask import Flask\napp = Flask(__name__)\n"
MAIN = 'if __name__ == "__main__":\n    '
SETTINGS = "import os\nINSTALLED_APPS = []\n"


def module(text: str, path: str = "app.py") -> Module:
    found = Module.read(Source(path, text))
    assert found is not None
    return found


def program(text: str, path: str = "app.py", *, is_main: bool = True) -> Program:
    source = Source(path, text)
    return reached(Start("python", (path,), path, is_main=is_main), {path: source}.get)


def unmarked(text: str) -> tuple[str, list[str], list[int]]:
    """The text without «», what stood between them, and where."""
    marks, starts = [], []
    while "«" in text:
        start = text.index("«")
        end = text.index("»") - 1
        text = text.replace("«", "", 1).replace("»", "", 1)
        marks.append(text[start:end])
        starts.append(start)
    return text, marks, starts


def mended(text: str, edit: Replacement | None) -> str | None:
    if edit is None:
        return None
    return text[: edit.place.start] + edit.text + text[edit.place.end :]
