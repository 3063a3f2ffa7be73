"""Words that Docker takes for something else than what is meant."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockerlint.dockerfile.arguments import quoted_words
from dockerlint.dockerfile.instructions import (
    CLASSES,
    Add,
    Arg,
    Cmd,
    Copy,
    Entrypoint,
    Env,
    From,
    Healthcheck,
    Instruction,
    KeyValues,
    Label,
    Run,
    ShellForm,
    Transfer,
    User,
    Volume,
    Workdir,
)
from dockerlint.dockerfile.loose_arrays import LooseArray, read_loosely
from dockerlint.dockerfile.stages import Dockerfile
from dockerlint.lint.rule import Edit, Findings, Fix, Rule, Severity
from dockerlint.source import Text

_LONGEST_SHOWN = 40


class BrokenJsonForm(Rule[Cmd | Entrypoint | Run | Healthcheck | Copy | Add | Volume]):
    """An array is no JSON, so Docker does not take it for exec form.

    Docker takes it for shell text, or for plain words with brackets and quotes in them, without a warning: what starts
    is a shell that knows no command `[python,`.

    Exec form is a JSON array of strings: double quotes around each word, commas between them, none behind the last.

    https://docs.docker.com/reference/dockerfile/#exec-form
    """

    severity = Severity.ERROR
    aliases = (
        "DD080", "JSONArgsRecommended", "DL3025", "prefer-json-notation",
        "not_using_json_in_cmd_and_entrypoint_arguments",
    )  # fmt: skip
    bad = {
        "FROM python:3.13\nCMD «['python', 'app.py']»": 'FROM python:3.13\nCMD ["python", "app.py"]',
        'FROM python:3.13\nENTRYPOINT «["python", "app.py",]»': 'FROM python:3.13\nENTRYPOINT ["python", "app.py"]',
        "FROM python:3.13\nCMD «[python, app.py]»": 'FROM python:3.13\nCMD ["python", "app.py"]',
        "FROM python:3.13\nCMD «[\u201cpython\u201d, \u201capp.py\u201d]»": 'FROM python:3.13\nCMD ["python", "app.py"]',
        'FROM python:3.13\nCMD «["app", $PORT]»': None,
        "FROM python:3.13\nCMD «[ '/bin/bash' ]»": 'FROM python:3.13\nCMD [ "/bin/bash" ]',
        "FROM python:3.13\nCMD «['sh', \\\n  '-c', 'echo \"a\"']»": (
            'FROM python:3.13\nCMD ["sh", \\\n  "-c", "echo \\"a\\""]'
        ),
        'FROM python:3.13\nCMD «["python" "app.py"]»': None,
        'FROM python:3.13\nCMD «["python", "app.py"»': None,
        'FROM python:3.13\nCMD «["python", "app.py"] # start»': None,
        'FROM acme/windows:1\nCMD «["C:\\app\\x.exe"]»': None,
        "FROM alpine:3.22\nHEALTHCHECK CMD «['wget', '-q', 'http://localhost/']»": (
            'FROM alpine:3.22\nHEALTHCHECK CMD ["wget", "-q", "http://localhost/"]'
        ),
        'FROM python:3.13\nCMD «= ["python"]»': 'FROM python:3.13\nCMD ["python"]',
        "FROM alpine:3.22\nVOLUME «[/data]»": 'FROM alpine:3.22\nVOLUME ["/data"]',
        "FROM alpine:3.22\nCOPY «['a', 'b/']»": 'FROM alpine:3.22\nCOPY ["a", "b/"]',
        "FROM alpine:3.22\nONBUILD RUN «['make']»": 'FROM alpine:3.22\nONBUILD RUN ["make"]',
    }
    good = (
        'FROM python:3.13\nCMD ["python", "app.py"]',
        "FROM alpine:3.22\nRUN [ -f /etc/motd ] && rm /etc/motd",
        'FROM alpine:3.22\nRUN [ "$A" = "b" ] || exit 1',
        "FROM alpine:3.22\nRUN [ '$A' ]",
        'FROM alpine:3.22\nRUN [ "a, b" = "b" ]',
        "FROM alpine:3.22\nRUN [[ -f /etc/motd ]]",
        'FROM alpine:3.22\nRUN [ "$A" ] && [ "a" ]',
        "FROM alpine:3.22\nCOPY [Mm]akefile /src/",
        "FROM alpine:3.22\nCMD []",
        "FROM alpine:3.22\nCMD python app.py",
    )

    def check(self, node: Instruction) -> Findings:
        text = node.command if isinstance(node, Healthcheck) else node.rest
        if node.faults:
            return
        if text.startswith("=") and isinstance(node, Cmd | Entrypoint):
            yield from self._without_equals(node, text)
        if not text.startswith("["):
            return
        array = read_loosely(text)
        if array is not None:
            message = f"`{_short(array.text)}` is not JSON ({array.faults[0]}): {_taken_for(node, array)}"
            yield self.finding(array.text, message, fix=_as_json(node, array))

    def _without_equals(self, node: Instruction, text: Text) -> Findings:
        """`CMD = ["app"]`, as if it were an assignment."""
        rest = text.part(1, len(text))
        start = len(rest) - len(rest.lstrip())
        if rest[start : start + 1] == "[":
            message = f"`{_short(text)}` is not JSON (an `=` before the `[`): Docker takes it for shell text"
            edit = Edit.replacing(text.part(0, 1 + start), "")
            fix = Fix("leave the `=` out", (edit,), is_safe=True) if node.escape == "\\" else None
            yield self.finding(text, message, fix=fix)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_SHOWN else line[: _LONGEST_SHOWN - 1] + "…"


def _taken_for(node: Instruction, array: LooseArray) -> str:
    if isinstance(node, ShellForm):
        return "Docker takes it for shell text"
    if isinstance(node, Volume):
        return f"Docker takes `{_short(node.words[0])}` for the path"
    return f"Docker takes `{_short(array.text.split()[0])}` for the name of a file"


def _as_json(node: Instruction, array: LooseArray) -> Fix | None:
    texts = [element.text for element in array.elements]
    # In exec form nothing would expand a variable.
    needs_shell = isinstance(node, ShellForm) and any("$" in text for text in texts)
    if needs_shell or not array.is_plain or not all(text.is_verbatim for text in texts):
        return None
    edits = [Edit.replacing(one.text, one.as_json) for one in array.elements if one.as_json != one.text]
    if array.surplus is not None:
        edits.append(Edit.replacing(array.surplus, ""))
    return Fix("write it as JSON", tuple(edits), is_safe=True)


class UnexpectedWords(Rule[Workdir | User | Env | Label | Copy | Add]):
    """More words follow than the instruction takes, and become a part of its value.

    Docker knows comments only on lines of their own, and takes what follows for more of the value. After
    `WORKDIR /app # code` the folder is called `/app # code`; after `USER app wheel` the container does not start, because
    there is no user of that name.

    Put the comment on the line above; write quotes around a name that has blanks in it.

    https://docs.docker.com/reference/dockerfile/#format
    """

    severity = Severity.ERROR
    aliases = ("extra_args", "invalid_workdir")
    bad = {
        "FROM alpine:3.22\nWORKDIR /app «# code»": None,
        "FROM alpine:3.22\nUSER app «#not root»": None,
        "FROM alpine:3.22\nUSER «app wheel»": None,
        "FROM alpine:3.22\nWORKDIR «my dir»": None,
        "FROM alpine:3.22\nENV PORT 8000 «# the port»": None,
        "FROM alpine:3.22\nCOPY app.py /srv/ «# the program»": None,
        "FROM alpine:3.22\nLABEL title App «#short»": None,
    }
    good = (
        "FROM alpine:3.22\n# code\nWORKDIR /app",
        'FROM alpine:3.22\nWORKDIR "/my dir"',
        "FROM alpine:3.22\nWORKDIR /my\\ dir",
        "FROM alpine:3.22\nARG D\nWORKDIR ${D:-/my dir}",
        "FROM acme/windows\nWORKDIR C:\\Program Files\\app",
        "FROM alpine:3.22\nENV COLOR #fff",
        'FROM alpine:3.22\nENV PS1 "\\w # "',
        "FROM alpine:3.22\nENV PS1 \\u@\\h #",
        "FROM alpine:3.22\nRUN make # all",
        'FROM alpine:3.22\nCOPY ["a", "#b", "c/"]',
    )

    def check(self, node: Instruction) -> Findings:
        if node.faults or not any(blank in node.rest for blank in " \t"):
            return
        comment = _comment(node)
        if comment is not None:
            message = f"`{_short(comment)}` {_part_of(node)}: comments stand on lines of their own"
            yield self.finding(comment, message)
        elif isinstance(node, User | Workdir) and _has_open_blanks(node):
            what = "user" if isinstance(node, User) else "folder"
            message = f"{node.name} takes one {what}: Docker takes `{_short(node.argument)}` for its name"
            yield self.finding(node.argument, message)


def _comment(node: Instruction) -> Text | None:
    """What looks like a comment at the end of an instruction that takes it for content."""
    if "#" not in node.rest:
        return None
    if isinstance(node, Transfer):
        words = [] if node.is_json else list(node.words)
        return _from_mark(node.rest, words[2:])
    if isinstance(node, User | Workdir):
        return _from_mark(node.rest, quoted_words(node.argument, node.escape)[1:])
    if not isinstance(node, KeyValues) or not node.is_legacy or not node.pairs or node.pairs[0].value is None:
        return None
    words = list(quoted_words(node.pairs[0].value, node.escape)[1:])
    # A lone `#` ends many a prompt, and `#1` is a number.
    is_content = not words or words[-1] == "#" or any(re.match(r"#\d", word) for word in words)
    return None if is_content else _from_mark(node.rest, words)


def _from_mark(rest: Text, words: list[Text] | tuple[Text, ...]) -> Text | None:
    """The rest of an instruction from the first word that begins with a `#`."""
    mark = next((word for word in words if word.startswith("#")), None)
    return None if mark is None else rest.part(_index_of(rest, mark), len(rest))


def _index_of(rest: Text, word: Text) -> int:
    return next(index for index in range(len(rest)) if rest.offset(index) == word.start)


def _part_of(node: Instruction) -> str:
    match node:
        case Workdir():
            return "is a part of the folder's name"
        case User():
            return "is a part of the user's name"
        case Transfer():
            return f"is taken for more files, the last for the place that {node.name} writes to"
    return "is a part of the value"


def _has_open_blanks(node: User | Workdir) -> bool:
    """Whether blanks outside of quotes stand in the argument; Windows has folders whose names hold some."""
    argument = node.argument
    if "${" in argument or re.match(r"[A-Za-z]:|.*\\Program", argument):
        return False
    return len(quoted_words(argument, node.escape)) > 1


class MisleadingDescription(Rule[Dockerfile]):
    """The comment above a stage or a build argument does not begin with its name.

    `docker build --call=outline` shows such comments as descriptions, but only those that begin with the name.

    Begin the comment with the name, or put an empty line between.

    https://docs.docker.com/reference/build-checks/invalid-definition-description/
    """

    severity = Severity.INFO
    profile = "strict"
    aliases = ("InvalidDefinitionDescription",)
    bad = {
        "«# where it listens»\nARG PORT=8000\nFROM alpine:3.22": None,
        "# The image\n«# that compiles»\nFROM golang:1.26 AS build": None,
        "FROM alpine:3.22\n«# Port: where it listens»\nARG PORT": None,
    }
    good = (
        "# PORT where it listens\nARG PORT=8000\nFROM alpine:3.22",
        "# the base\nFROM alpine:3.22",
        "# where it listens\n\nARG PORT=8000\nFROM alpine:3.22",
        "FROM alpine:3.22\n# ARG HOST=localhost\nARG PORT=8000",
        "FROM alpine:3.22\n# -----\nARG PORT=8000",
        "FROM alpine:3.22\n# dockerlint: ignore[unused-arg]\nARG PORT=8000",
        "# build\nFROM golang:1.26 AS build",
        "# syntax=docker/dockerfile:1\nARG PORT=8000\nFROM alpine:3.22",
    )

    def check(self, dockerfile: Dockerfile) -> Findings:
        above = {comment.line: comment for comment in dockerfile.comments}
        for instruction in dockerfile.instructions:
            names = list(_described_names(instruction))
            comment = above.get(instruction.start_line - 1)
            if comment is None or not names or not _is_prose(comment):
                continue
            if _content(comment).partition(" ")[0] not in names:
                what = f"`{instruction.name} {names[0]}`" if isinstance(instruction, Arg) else f"stage `{names[0]}`"
                message = f"Docker shows no description of {what}: the comment does not begin with `{names[0]}`"
                yield self.finding(comment, message)


def _described_names(instruction: Instruction) -> Iterator[str]:
    if isinstance(instruction, From) and instruction.stage_name is not None:
        yield str(instruction.stage_name)
    if isinstance(instruction, Arg):
        yield from (str(pair.key) for pair in instruction.pairs)


def _content(comment: str) -> str:
    return comment.strip().lstrip("#").strip()


def _is_prose(comment: str) -> bool:
    """Whether a comment is neither a line that separates, nor an instruction that is switched off, nor a pragma."""
    content = _content(comment)
    is_pragma = re.match(r"[\w-]+\s*[:=]\s*(?:ignore|disable|skip|\w+=)|[\w-]+=", content) is not None
    first = content.partition(" ")[0]
    is_instruction = first in CLASSES and len(content) > len(first)
    return re.search(r"[^\W\d_]", content) is not None and not is_pragma and not is_instruction
