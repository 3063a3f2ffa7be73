"""Whether what was fetched is compared with a checksum or a signature, and whether it is run."""

from __future__ import annotations

from collections.abc import Iterable, Set
from functools import lru_cache

from dockerlint.shell.pipes import ahead, behind, readers
from dockerlint.shell.script import SHELLS, Command, Commands
from dockerlint.shell.words import Word, base_name

_CHECKERS = frozenset(
    {
        "sha1sum", "sha224sum", "sha256sum", "sha384sum", "sha512sum", "shasum", "md5sum", "b2sum", "b3sum", "cksum",
        "md5", "sha256", "sha512", "rhash", "gpgv", "gpgv2", "cosign", "minisign", "signify", "signify-openbsd",
        "jarsigner", "slsa-verifier", "debsig-verify", "rpmkeys",
    }
)  # fmt: skip
# Programs that check with one of these words among many others that do not.
_CHECKING_WORDS = {
    "gpg": ("--verify", "--verify-files"),
    "gpg2": ("--verify", "--verify-files"),
    "openssl": ("dgst", "md5", "sha1", "sha256", "sha384", "sha512", "cms", "smime"),
    "rpm": ("-K", "--checksig"),
    "git": ("verify-tag", "verify-commit"),
    "gh": ("attestation",),
    "apk": ("verify",),
}
# Commands of a project's own, by what they are called.
_CHECKING_NAMES = ("verify", "checksum", "sha256", "sha512")
# What compares a hash in a program that stands on the command line.
_HASHING = ("hash_file", "hashlib", "sha256", "sha384")

_INTERPRETERS = frozenset({"perl", "ruby", "node", "php", "python", "pypy"})
# With these the program stands on the command line, or nothing is run.
_INLINE = ("-c", "-e", "-E", "-r", "-p", "-n", "-m", "-l", "--eval", "--print")
_INLINE_OF_SHELLS = ("-c", "-n")
_SOURCES = frozenset({"source", "."})


def checks(command: Command) -> bool:
    """Whether a command computes a checksum or verifies a signature."""
    name = command.name
    if _is_checker(name):
        return True
    words = _CHECKING_WORDS.get(name)
    if words is not None:
        return any(word.value in words for word in command.arguments)
    is_program = name in ("php", "ruby", "node", "perl") or name.startswith("python")
    return is_program and any(mark in word.value.lower() for word in command.arguments for mark in _HASHING)


@lru_cache(maxsize=512)
def _is_checker(name: str) -> bool:
    return name in _CHECKERS or any(part in name.lower() for part in _CHECKING_NAMES)


def is_checked(commands: Commands, command: Command) -> bool:
    """Whether a checksum or signature is looked at behind a command, or in a function of the script."""
    if any(map(checks, behind(commands, command))):
        return True
    return any(one.in_function and checks(one) for one in ahead(commands, command))


def runner_of_output(commands: Commands, command: Command) -> Command | None:
    """The command that runs what another one prints, with nothing that checks it before."""
    return _reading_runner(commands, command) or _surrounding_runner(commands, command)


def runner_of_file(later: Iterable[Command], names: Set[str]) -> Command | None:
    """The first of some commands that runs a file of one of these names, with nothing that checks it before."""
    for command in later:
        if checks(command):
            return None
        if _runs_file(command, names):
            return command
    return None


def _reading_runner(commands: Commands, command: Command) -> Command | None:
    for reader in readers(commands, command):
        if checks(reader):
            return None
        if _runs_input(reader):
            return reader
    return None


def is_interpreter(command: Command) -> bool:
    name = command.name
    return name in SHELLS or name in _INTERPRETERS or name.rstrip("0123456789.") in ("python", "pypy", "php", "ruby")


def _runs_input(command: Command) -> bool:
    """Whether a command runs the program that it reads from its standard input."""
    if command.name in _SOURCES:
        return any(word.value == "/dev/stdin" for word in command.arguments)
    if not is_interpreter(command) or "xargs" in command.wrappers or _has_document(command):
        return False
    if command.name in SHELLS and command.options.has("-s"):
        return True
    if _is_inline(command):
        return False
    if command.name.startswith("php") and command.arguments and command.arguments[0].value == "--":
        return True  # what follows is for the program, as in `php -- --install-dir=/usr/bin`
    return not command.operands or command.operands[0].value in ("-", "/dev/stdin", "/dev/fd/0")


def _is_inline(command: Command) -> bool:
    return command.options.has(*(_INLINE_OF_SHELLS if command.name in SHELLS else _INLINE))


def _has_document(command: Command) -> bool:
    """Whether its input comes from somewhere else than the pipe before it."""
    return any(redirection.operator.startswith("<") for redirection in command.redirections)


def _surrounding_runner(commands: Commands, command: Command) -> Command | None:
    """The command that takes what another one prints for its program: `sh -c "$(curl ...)"`, `bash <(curl ...)`."""
    if not command.in_substitution:
        return None
    depth = command.nesting.count("substitution")
    for outer in reversed(ahead(commands, command)):
        # A command stands before those of its substitutions.
        if outer.nesting.count("substitution") < depth:
            return outer if any(_holds(word, kinds, command) for word, kinds in _programs(outer)) else None
    return None


_Kinds = tuple[str, ...]
_OUTPUT: _Kinds = ("command", "backtick")
_FILE: _Kinds = ("process",)


def _programs(command: Command) -> Iterable[tuple[Word, _Kinds]]:
    """The words that a command takes for a program, or for a file that holds one."""
    if command.name == "eval":
        return [(word, _OUTPUT) for word in command.arguments[:1]]
    if command.name in _SOURCES:
        return [(word, _FILE) for word in command.arguments[:1]]
    if not is_interpreter(command):
        return []
    found = [(word, _FILE) for word in command.operands[:1]]
    if _is_inline(command):
        found += [(word, _OUTPUT) for word in command.options.values("-c", "-e", "-r")]
        found += [(word, _OUTPUT) for word in command.operands[:1]]
    for redirection in command.redirections:
        if redirection.target is not None and redirection.operator in ("<", "<<<"):
            found.append((redirection.target, _FILE if redirection.operator == "<" else _OUTPUT))
    return found


def _holds(word: Word, kinds: _Kinds, command: Command) -> bool:
    """Whether a word begins with what a command prints."""
    part = word.parts[0] if word.parts else None
    if part is not None and part.kind == "double" and part.parts:
        part = part.parts[0]
    return part is not None and part.kind in kinds and part.text.start <= command.text.start < part.text.end


def _runs_file(command: Command, names: Set[str]) -> bool:
    program = command.program
    if program is None:
        return False
    if command.name in _SOURCES or (is_interpreter(command) and not _is_inline(command)):
        return any(base_name(word.value) in names for word in command.operands[:1])
    # What lies where programs are found is called to see that it is there.
    folder, slash, name = program.value.rpartition("/")
    return bool(slash) and name in names and not folder.endswith("bin")
