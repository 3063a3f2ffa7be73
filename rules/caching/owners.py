"""Owners and modes that are changed after the files are in a layer."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from itertools import takewhile
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
from dockerlint.wording import in_a_row

from .paths import is_small_file, located, path_in

# Commands that put no files of their own below the copied ones.
_HARMLESS = frozenset(
    {
        "adduser", "addgroup", "useradd", "groupadd", "usermod", "groupmod", "passwd", "chpasswd", "chown", "chmod",
        "mkdir", "set", "echo", "true", ":", "id", "getent", "ls", "rm",
    }
)  # fmt: skip
_CHANGERS = ("chown", "chmod")
_MAKERS = ("useradd", "adduser", "groupadd", "addgroup")
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
        "FROM debian:trixie\nCOPY start /usr/local/bin/start\nRUN chmod -R 755 /usr/local/bin/start",
        "FROM debian:trixie\nCOPY jobs /etc/cron.d\nRUN chmod -R 644 /etc/cron.d",
        "FROM debian:trixie\nWORKDIR /data/setup\nCOPY hosts ./\nCOPY seeds .\nRUN chown -R app /data",
        "FROM debian:trixie AS b\nCOPY . /app\nRUN chown -R 1000 /app\nFROM debian:trixie\nCOPY --from=b /app /app",
        "=== Dockerfile.dev\nFROM debian:trixie\nCOPY . /app\nRUN chown -R 1000 /app",
    )

    def check(self, build: Build) -> Findings:
        for stage in build.shipping_stages:
            if build.is_development(stage):
                continue
            for layer, recent in _changing(build, stage):
                named: list[Placed] = []
                for change in _changes(layer) if recent.copies else ():
                    again = [copy for copy in recent.changed_by(change) if copy not in named]
                    if again and not _may_be_small_files(build, again, change):
                        # Once is enough for this layer: the next change costs nothing more.
                        named += again
                        yield self.finding(change.command.text, _message(change, again), fix=_fix(change, again))


def _message(change: _Change, again: Sequence[Placed]) -> str:
    lines = sorted({copy.transfer.start_line for copy in again})
    what = "files" if change.is_recursive or len(lines) > 1 else "file"
    flag = _flag(change) or f"--{change.command.name.replace('chmod', 'chmod=755')}"
    does = f"`{again[0].transfer.name} {flag}` does it in one layer"
    if _is_open_to_all(change):
        does = f"`{again[0].transfer.name} --chmod` sets a mode in one layer"
    elif (made := _made_between(change, lines[0])) is not None:
        does += f", after the user is made (line {made})"
    return f"`{_title(change)}` stores the {what} of {_listed(lines)} again; {does}"


def _is_open_to_all(change: _Change) -> bool:
    """Whether everybody may write then, which is a fault of its own."""
    mode = str(change.setting.value)
    return change.command.name == "chmod" and mode[-1:].isdecimal() and bool(int(mode[-1]) & 2)


def _made_between(change: _Change, copied: int) -> int | None:
    """The line behind the first COPY in which the user or group is made that is to own the files."""
    if change.command.name != "chown":
        return None
    names = {name for name in re.split("[:.]", str(change.setting.value)) if name and not name.isdecimal()}
    chain = change.layer.build.chain_of(change.layer.stage)
    layers = takewhile(lambda layer: layer is not change.layer, chain.behind(copied))
    makers = (command for layer in (*layers, change.layer) for command in layer.named(*_MAKERS))
    return next((each.text.line for each in makers if names & {str(word.value) for word in each.operands}), None)


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
    return f"lines {in_a_row(map(str, lines))}"


def _flag(change: _Change) -> str | None:
    """The flag of COPY that sets the same; None for a mode that it does not know for certain."""
    setting = str(change.setting.value)
    if change.command.name == "chmod" and not re.fullmatch(r"[0-7]{3,4}", setting):
        return None
    return f"--{change.command.name}={setting.rstrip(':').replace('.', ':')}"


class _Recent:
    """What was copied into a stage since the last step that may have written other files."""

    def __init__(self, build: Build) -> None:
        self._build = build
        self.copies: list[Placed] = []
        # The numbers of the copies by what they fill: by their files, and by their paths and all folders above.
        self._files: dict[str, list[int]] = {}
        self._places: dict[str, list[int]] = {}

    def add(self, copy: Placed) -> None:
        number = len(self.copies)
        self.copies.append(copy)
        for path, is_file in _targets(self._build, copy):
            if is_file:
                self._files.setdefault(path, []).append(number)
            for place in _upwards(path):
                self._places.setdefault(place, []).append(number)

    def changed_by(self, change: _Change) -> list[Placed]:
        """The copies whose files a change sets again."""
        if change.is_recursive:
            found = {number for path in change.paths for number in self._places.get(path.rstrip("/"), ())}
        else:
            found = {number for path in change.paths for number in self._files.get(path, ())}
        copies = [self.copies[number] for number in sorted(found)]
        return [copy for copy in copies if not (copy.transfer.owner and change.command.name == "chmod")]


def _upwards(path: str) -> Iterator[str]:
    """A path and the folders above it, the root as an empty one."""
    yield path
    while path:
        path = path.rpartition("/")[0]
        yield path


def _changing(build: Build, stage: Stage) -> Iterator[tuple[Layer, _Recent]]:
    """The layers of a stage that set owners or modes, each with what was copied shortly before."""
    layers = iter(build.layers_within(stage))
    recent = _Recent(build)
    for step in stage.steps:
        instruction = step.instruction
        if isinstance(instruction, Copy | Add):
            placing = placed(instruction, step.before)
            if placing is not None:
                recent.add(placing)
        elif isinstance(instruction, Run):
            layer = next(layers)
            if not step.is_trigger and layer.named(*_CHANGERS):
                yield layer, recent
            if not all(_is_harmless(command) for command in instruction.commands):
                recent = _Recent(build)


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


# Folders of the system: what is copied to one of them by its bare name goes into it, as a file does.
_SYSTEM_FOLDERS = (
    "/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/etc", "/etc/cron.d",
    "/etc/init.d", "/opt/bin",
)  # fmt: skip


def _may_be_small_files(build: Build, again: Sequence[Placed], change: _Change) -> bool:
    """Whether all that is certain is that each COPY put something there, perhaps a single file."""
    return all(_may_be_small_file(build, copy, change, is_only=len(again) == 1) for copy in again)


def _may_be_small_file(build: Build, copy: Placed, change: _Change, *, is_only: bool) -> bool:
    (_, source), *others = copy.sources
    if others or source.endswith(("/", ".")) or "*" in source:
        return False
    is_folder = build.context is not None and build.context.exists(source) and not build.context.is_file(source)
    if is_folder or any(is_file for _, is_file in _targets(build, copy)):
        return False
    folder = copy.destination if copy.is_folder else posixpath.dirname(copy.destination)
    if copy.destination in _SYSTEM_FOLDERS or folder in _SYSTEM_FOLDERS:
        return True
    if not is_only:
        return copy.is_folder
    return copy.destination not in change.paths


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
    if (
        flag is None
        or not is_alone
        or _is_open_to_all(change)
        or not is_editable(change.layer)
        or run.start_line != run.end_line
    ):
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
    known = change.layer.build.facts(change.layer.stage)
    history = change.layer.build.history_of(change.layer.stage)
    return all(
        history.first_naming(_arguments, name) < line or name == "root" or (known and name == known.ready_user)
        for name in names
    )


def _arguments(layer: Layer) -> Iterator[str]:
    return (str(word.value) for command in layer.commands for word in command.arguments)
