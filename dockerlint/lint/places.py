"""The files that settings name, which reports and baselines are written to.

A name on the command line is the user's own and stands for what it says. One in a file of settings comes with the
project, and nothing of a project may have anything replaced that is not a report or a baseline of that project.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

REPORT_ENDINGS = (".json", ".jsonl", ".log", ".md", ".sarif", ".txt", ".xml")
BASELINE_ENDINGS = (".json",)


class Misplaced(Exception):
    """A file that a project must not name; `number` tells which of several."""

    def __init__(self, message: str, number: int | None) -> None:
        super().__init__(message)
        self.number = number


class Place(NamedTuple):
    """A file: its name as it is written, and its path as one would type it here."""

    text: str
    path: str

    def __str__(self) -> str:
        return self.text


class Report(NamedTuple):
    """A report in a format; without a place it goes to standard output."""

    form: str
    place: Place | None = None

    def __str__(self) -> str:
        return self.form if self.place is None else f"{self.form}={self.place.text}"


Value: TypeAlias = Place | tuple[Report, ...]


def below(value: Value, folder: Path, project: str) -> Value:
    """Names in a file of settings, told from its folder. Raises Misplaced for one that leads out of the project."""
    if isinstance(value, Place):
        return _below(value.text, folder, project, BASELINE_ENDINGS, None)
    return tuple(_reports_below(value, folder, project))


def _reports_below(reports: Iterable[Report], folder: Path, project: str) -> Iterable[Report]:
    for number, (form, place) in enumerate(reports):
        placed = place and _below(place.text, folder, project, REPORT_ENDINGS, number)
        yield Report(form, placed)


def _below(text: str, folder: Path, project: str, endings: Sequence[str], number: int | None) -> Place:
    from dockerlint.project.files import is_below  # noqa: PLC0415 (few settings name files)

    path = os.path.relpath(folder / text)
    real, root = os.path.realpath(path), os.path.realpath(project)
    if not is_below(real, root):
        message = f"`{text}` leads out of the project: it is not below {project}"
        raise Misplaced(message, number)
    if ".git" in Path(os.path.relpath(real, root).lower()).parts:
        message = f"`{text}` lies in a folder of git"
        raise Misplaced(message, number)
    if not real.lower().endswith(tuple(endings)):
        message = f"`{text}` has none of the endings that a file of settings may name: {', '.join(endings)}"
        raise Misplaced(message, number)
    return Place(text, path)
