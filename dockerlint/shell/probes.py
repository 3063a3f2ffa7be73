"""Whether a command that asks a server notices an error."""

from __future__ import annotations

from collections.abc import Sequence

from dockerlint.shell.script import Command

_LONGEST = 50


def shortened(command: Command) -> str:
    """A command as a message shows it."""
    text = " ".join(str(word.value) for word in command.words)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 4]} ..."


# What may come after `curl` without looking at what it fetched.
BLIND = frozenset(
    {"exit", "echo", "true", "false", "kill", "killall", "pkill", "return", "printf", "sh", "bash", "sleep"}
)


def forgives_errors(command: Command, commands: Sequence[Command]) -> bool:
    """Whether an error of the server is lost on a `curl` that decides a check; `commands` are all of the check."""
    if command.name != "curl" or command.in_substitution or not command.is_last_of_pipe or "!" in command.nesting:
        return False
    if not {"for", "while", "until", "case", "function", "find"}.isdisjoint(command.nesting):
        return False
    options = command.options
    names = {str(option.name) for option in options.options}
    if not names.isdisjoint({"-f", "-w", "--write-out", "-K", "--config", "-V", "--version", "-D", "--dump-header"}):
        return False
    if any(name.startswith("--fail") for name in names) or any(
        _hides_options(word.value) for word in command.arguments
    ):
        return False
    others = [one for one in commands if one is not command and one.text.start > command.text.start]
    return _asks_by_http(command) and all(one.name in BLIND or one.name == "curl" for one in others)


def _hides_options(word: str) -> bool:
    """A variable that may hold `-f`."""
    return word.startswith("$") and not any(mark in word for mark in ":/.")


def _asks_by_http(command: Command) -> bool:
    urls = [str(word.value).lower() for word in (*command.operands, *command.options.values("--url"))]
    return bool(urls) and all("://" not in url or url.startswith(("http://", "https://")) for url in urls)
