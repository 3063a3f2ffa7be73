"""Owners and modes that are changed after the files are in a layer."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dockerlint.dockerfile.copies import Placed, placed
from dockerlint.dockerfile.instructions import Add, Copy, Run, Transfer, Workdir
from dockerlint.dockerfile.stages import Stage
from dockerlint.lint.edits import is_editable
from dockerlint.lint.rule import Edit, Findings, Fix, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.project.layers import Layer
from dockerlint.shell.packages import action_of
from dockerlint.shell.script import Command
from dockerlint.shell.words import Word
from dockerlint.source import Span

from .paths import is_small_file, located, path_in

# Commands that put no files of their own below the copied ones.
_HARMLESS = frozenset(
    {
        "adduser", "addgroup", "useradd", "groupadd", "usermod", "groupmod", "passwd", "chpasswd", "chown", "chmod",
        "mkdir", "set", "echo", "true", ":", "id", "getent", "ls", "rm",
    }
)  # fmt: skip
_CHANGERS = ("chown", "chmod")
_LONGEST_TITLE = 60
_MOST_LINES = 3


class _Change(NamedTuple):
    """A chown or chmod: what it sets, on which paths, and whether on all that is below them."""

    layer: Layer
    command: Command
    setting: Word
    paths: tuple[str, ...]
    is_recursive: bool


class ChownAfterCopy(Rule[Build]):
    """A RUN changes the owner or the mode of files that a COPY has just brought.

    A layer cannot change files of those below it without holding them again, so each of the files is in the image
    twice.

    Write `COPY --chown=app:app . .`, or `COPY --chmod=755 bin/ /usr/local/bin/`, which does it in one layer. A single
    script is too small to be worth a word.

    https://docs.docker.com/reference/dockerfile/#copy---chown---chmod
    """

    severity = Severity.INFO
    bad = {
        "FROM debian:trixie\nRUN useradd app\nCOPY src /srv/src\nRUN «chown -R app:app /srv/src»\nCMD x": (
            "FROM debian:trixie\nRUN useradd app\nCOPY --chown=app:app src /srv/src\nCMD x"
        ),
        "FROM debian:trixie\nCOPY app.jar /app.jar\nRUN «chmod 644 /app.jar»\nCMD x": (
            "FROM debian:trixie\nCOPY --chmod=644 app.jar /app.jar\nCMD x"
        ),
        "FROM debian:trixie\nCOPY app.jar /app.jar\nRUN «chmod +x /app.jar»": None,
        "FROM debian:trixie\nWORKDIR /app\nCOPY . .\nRUN useradd app && «chown -R app /app»\nUSER app": None,
        "FROM debian:trixie AS b\nFROM debian:trixie\nCOPY --from=b /out/ /home/app/out\nRUN «chown -R 1000 /home/app»": None,
        "FROM debian:trixie\nWORKDIR /app\nCOPY . .\nRUN cd / && «chmod -R g+w app»": None,
        "FROM debian:trixie\nCOPY src /srv/src\nRUN «chown -R app /srv/src» && chmod -R g+w /srv/src": None,
    }
    good = (
        "FROM debian:trixie\nCOPY --chown=app . /app",
        "FROM debian:trixie\nCOPY --chown=app . /app\nRUN chmod -R g+w /app",
        "FROM node:24\nWORKDIR /app\nCOPY . .\nRUN npm ci\nRUN chown -R node /app",
        "FROM node:24\nWORKDIR /app\nCOPY . .\nRUN npm ci && chown -R node /app",
        "FROM debian:trixie\nCOPY . /app\nRUN chown app /app",
        "FROM debian:trixie\nCOPY . /app\nRUN chown -R $NOBODY_KNOWS /app",
        "FROM debian:trixie\nCOPY . /app\nRUN mkdir /data && chown -R app /data",
        "FROM debian:trixie\nRUN chown -R app /app\nCOPY . /app",
        "FROM debian:trixie\nCOPY app /app\nRUN chmod +x /app",
        "FROM debian:trixie\nCOPY start.sh /start.sh\nRUN chmod +x /start.sh && chown 1000 /start.sh",
        "FROM debian:trixie\nRUN useradd app\nCOPY profile /home/app/profile\nRUN chown -R app:app /home/app",
        "FROM debian:trixie\nRUN useradd app\nCOPY a.conf /etc/app/\nRUN chown -R app:app /etc/app",
        "FROM debian:trixie AS b\nCOPY . /app\nRUN chown -R 1000 /app\nFROM debian:trixie\nCOPY --from=b /app /app",
        "=== Dockerfile.dev\nFROM debian:trixie\nCOPY . /app\nRUN chown -R 1000 /app",
    )

    def check(self, build: Build) -> Findings:
        for stage in build.shipping_stages:
            if build.is_development(stage):
                continue
            for layer in build.layers:
                if layer.stage is not stage or layer.is_trigger or not layer.named(*_CHANGERS):
                    continue
                copies = _last_copies(stage, layer)
                for change in _changes(layer) if copies else ():
                    again = [copy for copy in copies if _is_changed(build, copy, change)]
                    if again and not _may_be_one_small_file(build, again, change):
                        # Once is enough for this layer: the next change costs nothing more.
                        copies = [copy for copy in copies if copy not in again]
                        yield self.finding(change.command.text, _message(change, again), fix=_fix(change, again))


def _message(change: _Change, again: Sequence[Placed]) -> str:
    lines = sorted({copy.transfer.start_line for copy in again})
    what = "files" if change.is_recursive or len(lines) > 1 else "file"
    flag = _flag(change) or f"--{change.command.name.replace('chmod', 'chmod=755')}"
    does = f"`{again[0].transfer.name} {flag}` does it in one layer"
    return f"`{_title(change)}` stores the {what} of {_listed(lines)} again; {does}"


def _title(change: _Change) -> str:
    """The command as it is written, without its second and later paths where there are many."""
    words = [str(word.value) for word in change.command.words]
    if len(" ".join(words)) <= _LONGEST_TITLE:
        return " ".join(words)
    flag = ["-R"] if change.is_recursive else []
    return " ".join([change.command.name, *flag, str(change.setting.value), change.paths[0], "..."])


def _listed(lines: Sequence[int]) -> str:
    if len(lines) == 1:
        return f"line {lines[0]}"
    if len(lines) > _MOST_LINES:
        return f"{len(lines)} instructions from line {lines[0]} on"
    return f"lines {', '.join(map(str, lines[:-1]))} and {lines[-1]}"


def _flag(change: _Change) -> str | None:
    """The flag of COPY that sets the same; None for a mode that it does not know for certain."""
    setting = str(change.setting.value)
    if change.command.name == "chmod" and not re.fullmatch(r"[0-7]{3,4}", setting):
        return None
    return f"--{change.command.name}={setting.rstrip(':').replace('.', ':')}"


def _last_copies(stage: Stage, layer: Layer) -> list[Placed]:
    """What was copied into the stage since the last step before a layer that may have written other files."""
    copies: list[Placed] = []
    for step in stage.steps:
        instruction = step.instruction
        if instruction is layer.run:
            break
        if isinstance(instruction, Copy | Add):
            placing = placed(instruction, step.before)
            copies += [placing] if placing is not None else []
        elif isinstance(instruction, Run) and not all(_is_harmless(command) for command in instruction.commands):
            copies = []
    return copies


def _is_harmless(command: Command) -> bool:
    action = action_of(command)
    return command.name in _HARMLESS or (action is not None and action.family == "system")


def _changes(layer: Layer) -> Iterator[_Change]:
    """The changes of a layer before it writes files itself."""
    for command, folder in located(layer):
        if command.name in _CHANGERS and command.operands[1:]:
            setting, *targets = command.operands
            paths = tuple(path_in(folder, str(word.value)) for word in targets if word.is_literal)
            if setting.is_literal and paths:
                yield _Change(layer, command, setting, paths, command.has_option("-R", "--recursive"))
        elif command.name != "cd" and not _is_harmless(command):
            return


def _is_changed(build: Build, copy: Placed, change: _Change) -> bool:
    if copy.transfer.owner and change.command.name == "chmod":
        return False
    targets = list(_targets(build, copy))
    if change.is_recursive:
        inside = [path for path, _ in targets]
        return any(f"{path}/".startswith(f"{place.rstrip('/')}/") for place in change.paths for path in inside)
    return any(path in change.paths for path, is_file in targets if is_file)


def _may_be_one_small_file(build: Build, again: Sequence[Placed], change: _Change) -> bool:
    """Whether all that is certain of a changed folder is that a COPY put something into it, perhaps a single file."""
    (_, source), *others = [source for copy in again for source in copy.sources]
    if others or again[0].destination in change.paths or source.endswith(("/", ".")) or "*" in source:
        return False
    is_folder = build.context is not None and build.context.exists(source) and not build.context.is_file(source)
    return not is_folder and not any(is_file for _, is_file in _targets(build, again[0]))


def _targets(build: Build, copy: Placed) -> Iterator[tuple[str, bool]]:
    """The paths that a COPY fills with what is worth a word, and whether each is certainly a file."""
    for _, source in copy.sources:
        if is_small_file(build, copy.transfer, source):
            continue
        name = posixpath.basename(source.rstrip("/"))
        is_plain = bool(name) and name not in (".", "..") and "*" not in name
        is_known = build.context is not None and not copy.transfer.flag("from") and build.context.is_file(source)
        is_file = is_plain and (is_known or re.search(r"\.(?:jar|war|ear|phar)$", name) is not None)
        is_inside = copy.is_folder and is_file
        yield (posixpath.join(copy.destination, name) if is_inside else copy.destination), is_file


def _fix(change: _Change, again: Sequence[Placed]) -> Fix | None:
    """The flag at each COPY, and the RUN deleted: if it does nothing else, and the owner is there by then."""
    run, flag = change.layer.run, _flag(change)
    is_alone = len(change.layer.commands) == 1 and not run.flags and not run.heredocs and run.exec_form is None
    if flag is None or not is_alone or not is_editable(change.layer) or run.start_line != run.end_line:
        return None
    if len(change.paths) != 1 or change.setting.is_expanded or len(change.command.words) != 3 + change.is_recursive:
        return None
    if not all(_takes_flag(copy.transfer, change) and copy.destination == change.paths[0] for copy in again):
        return None
    if _is_made_before(change) or not _is_there(change, again[0].transfer.start_line):
        return None
    source = run.text.source
    end = source.line_starts[run.end_line] if run.end_line < len(source.line_starts) else len(source.text)
    additions = [Span(source, copy.transfer.keyword.end, copy.transfer.keyword.end) for copy in again]
    edits = (
        *(Edit.replacing(place, f" {flag}") for place in additions),
        Edit.replacing(Span(source, source.line_starts[run.start_line - 1], end), ""),
    )
    message = f"add `{flag}` and drop line {run.start_line}; folders that COPY makes on the way get it too"
    return Fix(message, edits, is_safe=False)


def _takes_flag(transfer: Transfer, change: _Change) -> bool:
    is_given = transfer.owner if change.command.name == "chown" else transfer.mode
    return not is_given and transfer.keyword.is_verbatim


def _is_made_before(change: _Change) -> bool:
    """Whether the folder may have been there before the files: then it is to get the owner as well."""
    path = change.paths[0]
    for link in change.layer.stage.chain:
        for step in link.steps:
            instruction = step.instruction
            if instruction is change.layer.run:
                return False
            if isinstance(instruction, Run) and path in instruction.script.text:
                return True
            if isinstance(instruction, Workdir) and path in (step.before.workdir, instruction.argument):
                return True
    return change.layer.before.workdir == path


def _is_there(change: _Change, line: int) -> bool:
    """Whether the image has the user and the group before a line."""
    names = [name for name in re.split("[:.]", str(change.setting.value)) if name and not name.isdecimal()]
    if change.command.name == "chmod" or not names:
        return True
    earlier = [layer for layer in change.layer.earlier if layer.run.start_line < line]
    known = change.layer.build.facts(change.layer.stage)
    words = {str(word.value) for layer in earlier for command in layer.commands for word in command.arguments}
    return all(name in words or name == "root" or (known and name == known.ready_user) for name in names)
