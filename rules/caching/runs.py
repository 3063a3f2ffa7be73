"""RUNs that stand in a row, or twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dockerlint.dockerfile.instructions import Arg, Env, Run, Shell, User, Workdir
from dockerlint.dockerfile.stages import Stage
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.shell.packages import action_of, installer
from dockerlint.shell.script import Command
from dockerlint.wording import in_a_row

# Rows of as many RUNs are worth a word whatever they hold.
_MANY = 3
# More lines than these a message does not name one by one.
_MOST_LINES = 5


class ConsecutiveRuns(Rule[Build]):
    """RUNs follow each other that could be one.

    Each RUN is a layer of its own: files that the first writes and the second deletes or changes are in the image
    twice.

    Join them with `&&`, or put them into one heredoc, if they change together. Keep apart what installs dependencies
    and what builds with them: there the cut lets the cache work.

    https://docs.docker.com/build/building/best-practices/#run
    """

    severity = Severity.INFO
    profile = "strict"
    aliases = (
        "DL3059", "multiple_run_add_copy_instructions_listed", "DF003", "DD005", "DD064", "ruleMoreThanOneInstall",
    )  # fmt: skip
    bad = {
        "FROM debian:trixie\nRUN mkdir /a\n«RUN» mkdir /b": None,
        "FROM debian:trixie\nRUN mkdir /a\n# why\n«RUN» mkdir /b\nRUN mkdir /c && ls": None,
        "FROM debian:trixie\nRUN mkdir /a && ls\nRUN mkdir /b && ls\n«RUN» mkdir /c && ls": None,
        "FROM debian:trixie\nRUN mkdir /a\n«RUN» find /a -exec touch {} +": None,
        "FROM debian:trixie\nRUN --network=none mkdir /a\n«RUN» --network=none mkdir /b": None,
    }
    good = (
        "FROM debian:trixie\nRUN mkdir /a && mkdir /b",
        "FROM debian:trixie\nRUN mkdir /a\nWORKDIR /a\nRUN mkdir /b",
        "FROM debian:trixie\nRUN mkdir /a && ls\nRUN mkdir /b && ls",
        "FROM debian:trixie\nRUN mkdir /a\nRUN --network=none mkdir /b",
        "FROM node:24\nRUN npm ci\nRUN npm run build",
        'FROM debian:trixie\nRUN mkdir /a\nRUN ["mkdir", "/b"]',
        "FROM debian:trixie\nRUN mkdir /a\nRUN <<EOF\nmkdir /b\nEOF",
        "FROM debian:trixie AS b\nRUN mkdir /a\nRUN mkdir /b\nFROM debian:trixie\nCOPY --from=b /a /a",
    )

    def check(self, build: Build) -> Findings:
        for stage in build.shipping_stages:
            for row in () if build.is_development(stage) else _rows(stage):
                if len(row) >= _MANY or all(map(_is_single, row)):
                    is_short = all(map(_is_single, row[:2]))
                    culprit = row[1] if is_short else row[_MANY - 1]
                    message = f"lines {_lines(row)} make {len(row)} layers; one RUN would do if they change together"
                    yield self.finding(culprit.keyword, message)


def _is_single(run: Run) -> bool:
    """Whether it runs one command; what `find -exec` runs is a part of it."""
    return sum("find" not in command.nesting for command in run.commands) == 1


def _lines(row: Sequence[Run]) -> str:
    lines = [str(run.start_line) for run in row]
    if len(lines) > _MOST_LINES:
        return f"{lines[0]} to {lines[-1]}"
    return in_a_row(lines)


def _rows(stage: Stage) -> Iterator[list[Run]]:
    """The longest rows of at least two RUNs that could be one."""
    row: list[Run] = []
    for step in stage.steps:
        run = step.instruction
        is_joinable = isinstance(run, Run) and not step.is_trigger and not run.heredocs
        if row and not (is_joinable and isinstance(run, Run) and _could_join(row[-1], run)):
            if len(row) > 1:
                yield row
            row = []
        if is_joinable and isinstance(run, Run):
            row.append(run)
    if len(row) > 1:
        yield row


def _could_join(first: Run, second: Run) -> bool:
    if first.shell != second.shell or (first.exec_form is None) != (second.exec_form is None):
        return False
    if [str(flag.text) for flag in first.flags] != [str(flag.text) for flag in second.flags]:
        return False
    return not any(installer(command) for command in first.commands)


class RepeatedRun(Rule[Build]):
    """A RUN does again what an earlier one of the stage has done.

    It costs build time and a layer, and changes nothing; usually another line was meant, or a merge went wrong.

    Delete one of the two.

    https://docs.docker.com/build/building/best-practices/#run
    """

    severity = Severity.INFO
    aliases = ("DD065",)
    bad = {
        "FROM debian:trixie\nRUN apt-get install -y curl\nCOPY . .\n«RUN apt-get install -y curl»": None,
        "FROM debian:trixie\nRUN mkdir -p /app\nWORKDIR /app\n«RUN mkdir -p /app»": None,
        "FROM debian:trixie\nRUN make\n«RUN make»": None,
        "FROM python:3.13\nRUN pip install flask && \\\n    pip install django\nRUN ls\n"
        "«RUN pip install flask && \\\n    pip install django»": None,
    }
    good = (
        "FROM debian:trixie\nRUN apt-get update\nRUN apt-get install -y curl\nRUN apt-get update",
        "FROM debian:trixie\nRUN make\nCOPY . .\nRUN make",
        "FROM node:24\nWORKDIR /a\nRUN npm ci\nWORKDIR /b\nRUN npm ci",
        "FROM debian:trixie\nRUN rm -rf /tmp/*\nCOPY a /tmp\nRUN rm -rf /tmp/*",
        "FROM debian:trixie\nRUN apt-get install -y gcc\nRUN apt-get purge -y gcc\nRUN apt-get install -y gcc",
        "FROM debian:trixie AS a\nRUN make\nFROM debian:trixie\nRUN make",
        "FROM debian:trixie\nRUN ./step.sh\nRUN ls\nRUN ./step.sh",
        "FROM debian:trixie\nRUN mkdir -p logs\nWORKDIR /app\nRUN mkdir -p logs",
    )

    def check(self, build: Build) -> Findings:
        for stage in build.dockerfile.stages:
            instructions = [step.instruction for step in stage.steps if not step.is_trigger]
            last_of: dict[str, int] = {}
            removed = moved = -1  # the numbers of the last that remove something, or change where and how RUNs run
            for index, one in enumerate(instructions):
                if isinstance(one, Env | Arg | Shell | User | Workdir):
                    moved = index
                if not isinstance(one, Run):
                    continue
                # The text of a heredoc stands elsewhere.
                text = " ".join(one.text.split()) if not one.heredocs else str(index)
                earlier = last_of.get(text, index)
                last_of[text] = index
                is_again = earlier < index and removed <= earlier and _is_worth_a_word(one)
                if is_again and (earlier + 1 == index or _finds_all_done(one, is_moved=moved > earlier)):
                    first = instructions[earlier].start_line
                    yield self.finding(one.text, f"line {one.start_line} repeats line {first}")
                if any(map(_removes, one.commands)):
                    removed = index


def _is_worth_a_word(run: Run) -> bool:
    return bool(run.commands) and not all(map(_refreshes, run.commands))


def _finds_all_done(run: Run, *, is_moved: bool) -> bool:
    """Whether a RUN has nothing to do after the same one and others that remove nothing."""
    return all(_has_lasting_effect(command, is_moved=is_moved) for command in run.commands)


def _refreshes(command: Command) -> bool:
    """Whether a command has something to do each time it runs: it asks for news, or cleans up."""
    action = action_of(command)
    if action is not None:
        return action.verb.name in ("update", "upgrade", "clean", "remove")
    return command.name in ("rm", "find", "sync", "sleep", "chown", "chmod", "ls", "true", "ldconfig", "")


def _removes(command: Command) -> bool:
    action = action_of(command)
    return command.name in ("rm", "mv", "find") or (action is not None and action.verb.name == "remove")


def _has_lasting_effect(command: Command, *, is_moved: bool) -> bool:
    """Whether a command finds its work done when it runs again, wherever that is."""
    action = action_of(command)
    if action is None:
        is_idempotent = command.name in ("mkdir", "useradd", "groupadd", "adduser", "addgroup", "true", "set")
        is_absolute = all(word.value.startswith("/") for word in command.operands)
        return is_idempotent and (is_absolute or not is_moved or command.name != "mkdir")
    is_refresh = action.verb.name in ("update", "clean")
    names_all = bool(action.packages) and not (action.local or action.requirements or action.manifests)
    is_elsewhere = is_moved and action.family != "system" and not action.is_global
    return is_refresh or (action.verb.name == "install" and names_all and not is_elsewhere)
