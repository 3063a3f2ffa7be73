"""The fix of files below /root that another user needs: they go to that user's own home."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockerlint.dockerfile.instructions import Copy, Env, Run
from dockerlint.dockerfile.stages import Stage
from dockerlint.lint.finding import Edit, Fix
from dockerlint.shell.script import Command
from dockerlint.source import Span

# Options that give a user another home, or none.
_OTHER_HOME = ("-d", "--home", "--home-dir", "-b", "--base-dir", "-M", "-H", "--no-create-home", "-R", "--root", "-h")
_SYSTEM = ("-r", "-S", "--system")


def rehomed(stage: Stage, copy: Copy, user: str) -> Fix | None:
    """Copy to the user's home, and name that in ENV. None where /root is named by more than these, or the user comes later."""
    home = f"/home/{user}"
    steps = [step.instruction for step in stage.steps if not step.is_trigger]
    before = steps[: next((number for number, one in enumerate(steps) if one is copy), 0)]
    is_made = any(_makes(command, user) for run in before if isinstance(run, Run) for command in run.commands)
    is_named_elsewhere = any("/root" in one.text for one in steps if one is not copy and not isinstance(one, Env))
    if not is_made or is_named_elsewhere or not copy.destination.is_verbatim or copy.is_json:
        return None
    edits = [_below(copy.destination.span, home)]
    if copy.owner is None:
        place = copy.keyword.end
        edits.append(Edit.replacing(Span(copy.keyword.source, place, place), f" --chown={user}"))
    for env in steps:
        if isinstance(env, Env):
            found = list(_places(env))
            if len(found) != env.text.count("/root"):
                return None
            edits += [Edit.replacing(span, home) for span in found]
    return Fix(f"put it below {home}, owned by `{user}`", tuple(edits), is_safe=False)


def _below(destination: Span, home: str) -> Edit:
    return Edit.replacing(Span(destination.source, destination.start, destination.start + len("/root")), home)


def _makes(command: Command, user: str) -> bool:
    """Whether a command makes the user with a home of its own below /home."""
    if command.name not in ("useradd", "adduser") or command.has_option(*_OTHER_HOME):
        return False
    is_named = any(word.value == user for word in command.operands[-1:])
    if command.name == "useradd":
        return is_named and command.has_option("-m", "--create-home")
    return is_named and not command.has_option(*_SYSTEM)


def _places(env: Env) -> Iterator[Span]:
    """Where /root stands in the values of an ENV, as the file has it."""
    for pair in env.pairs:
        value = pair.value
        if value is not None and value.is_verbatim:
            for match in re.finditer(r"(?<![\w.-])/root(?![\w.-])", value):
                yield Span(value.source, value.start + match.start(), value.start + match.end())
