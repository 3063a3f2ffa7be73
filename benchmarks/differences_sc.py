"""Why dockerlint and hadolint differ on one of ShellCheck's codes: classes of places, as in `differences_dl`.

What hadolint and ShellCheck do is known from their answers alone. Two habits account for most of what only we say:
hadolint hands nothing but RUN to ShellCheck, and of what that answers it passes on one code for each RUN.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import chain

from benchmarks import reasons as r
from benchmarks import shell_reasons as s
from benchmarks.differences_dl import Class, Table
from benchmarks.sites import Site


def classes(site: Site, told: Collection[str]) -> Iterator[Class]:
    """The classes to try for a place; `told` is what hadolint says of the same instruction."""
    codes = site.code.split("/")
    if not codes[0].startswith("SC"):
        return
    if site.is_ours:
        yield _NOT_RUN
        yield "ours: hadolint passes on one code for each RUN, and told another", lambda _: _has_shell_code(told)
    table = OURS_ONLY if site.is_ours else THEIRS_ONLY
    yield from chain.from_iterable(table.get(code, ()) for code in codes)


def _has_shell_code(told: Collection[str]) -> bool:
    return any(code.startswith("SC") for code in told)


_NOT_RUN = ("ours: hadolint shows ShellCheck nothing but RUN", s.is_not_run)
_UNKNOWN = ("ours: nobody knows which shell reads it", s.dialect("sh", ""))
_KNOWN = ("ours: bash or busybox reads it, which knows it", s.dialect("bash", "busybox"))

_ONE_WORD = (
    "arch", "basename", "dirname", "dpkg", "getconf", "grep", "id", "mktemp", "nproc", "npm", "pwd", "uname", "wc",
    "which",
)  # fmt: skip

_UNQUOTED: tuple[s.Reason, ...] = (
    ("ours: packages and marks of packages are lists, meant to be split", s.is_package),
    ("ours: packages and marks of packages are lists, meant to be split", s.is_argument_of("apt-mark")),
    ("ours: `eval` and `echo` put their words together again", s.is_argument_of("eval", "echo")),
    ("ours: `make -j` takes a number", s.is_behind("-j")),
    ("ours: the name of a program has no blanks", s.is_program),
    ("ours: the program prints one word", s.prints_by(*_ONE_WORD)),
    ("ours: only dash before 0.5.11 (2020) splits a value behind `export`", s.is_argument_of("export")),
    ("ours: nobody but the base image knows what the variable holds", s.is_from_base),
    ("ours: the RUN itself writes the value, on purpose", s.is_literal),
    ("ours: a `for` has split it already", s.is_looped),
    ("ours: a version, a commit or a number by its name", s.is_named(r"version|hash|uid|gid|user_id|group_id")),
    ("ours: made of variables without blanks", s.is_of_others),
)

THEIRS_ONLY: Table = {
    "SC2016": (
        ("ours: another shell expands it", s.quoted_for("su", "runuser", "sh", "bash", "sudo", "eval")),
        ("ours: awk has variables of its own", s.quoted_for("awk", "perl")),
        (
            "ours: whoever reads the text later knows the variable, or has one of its own",
            lambda site: not s.quotes_lost_variable(site),
        ),
        ("ours: a script, which expands it when it runs", r.says(r">>?\s*\S*(?:\.sh|rc|profile)\b")),
    ),
    "SC2028": (
        ("ours: the text is a prompt or a program with escapes of its own", r.says(r"PS1|printf|sed ")),
        ("ours: dash's `echo` makes characters of it", s.dialect("dash")),
        _UNKNOWN,
    ),
    "SC2034": (
        ("same: shell-state-lost says that it ends with the RUN", r.says(r"^RUN\s+\w+=[^$`&;|]*$")),
        ("ours: a substitution may do what the step is for", r.says(r"^RUN\s+\w+=\$\(")),
        ("ours: the base image may export the variable", r.has_unknown_base),
    ),
    "SC2035": (
        ("ours: PowerShell reads it", s.is_unread),
        ("ours: a pattern for names of packages", r.says(r"dnf|yum|apt")),
    ),
    "SC2038": (("theirs: `((` is read as arithmetic, and dash reads two subshells", r.says(r"\(\(\s*find")),),
    "SC2046": s.explained(("command", "backtick"), _UNQUOTED),
    "SC2086": (
        *s.explained(("parameter",), _UNQUOTED),
        ("ours: the values of the file have no blanks", s.has_no_expansions("parameter")),
    ),
    "SC2102": (("ours: extras of pip, a list or a part of an address, and no pattern", r.says(r"\[[\w\\\",-]+\]")),),
    "SC2115": (("ours: ENV gives the variable a value", s.has_no_expansions("parameter")),),
    "SC2154": (("ours: `eval` sets it", r.says(r"\beval\b")),),
    "SC2155": (("ours: `mktemp` fails only where the whole system does", r.says(r"export \w+=\"?\$\(mktemp")),),
    "SC2164": (
        ("same: shell-state-lost says that a `cd` at the end does nothing", s.is_lost_cd),
        ("same: swallowed-lines says that `&&` is missing behind the `cd`", r.says(r"cd /[\w/]+\s+\w")),
        ("ours: nothing follows the `cd`", r.ends_in_cd),
        ("ours: every image has the folder", r.says(r"cd (?:/|/opt|/tmp|/usr|/usr/src|/root) ?;")),
        ("ours: instructions before it make the folder", s.is_made_before),
        ("ours: the RUN makes the folder itself", r.says(r"mkdir")),
        ("ours: what follows deletes by an absolute path", s.only_absolute_after_cd),
    ),
    "SC3037": (
        _KNOWN,
        _UNKNOWN,
        ("ours: the program /bin/echo, not the shell's own", r.says(r"/bin/echo\s+-")),
        ("ours: every shell knows `echo -n`", r.says(r"echo -n ")),
    ),
    "SC3045": (("ours: dash and busybox know `ulimit -n`", r.says(r"ulimit -[nc]")),),
    **dict.fromkeys(
        ("SC3001", "SC3003", "SC3009", "SC3010", "SC3011", "SC3014", "SC3020", "SC3040", "SC3046", "SC3060"),
        (_KNOWN, _UNKNOWN),
    ),
}

OURS_ONLY: Table = {
    "SC2015": (("ours: ShellCheck looks only at an `||` that ends the list", r.says(r"\|\|[^;]*&&")),),
    "SC2086": (("ours: hadolint declares every ARG and ENV as if it had no blanks", s.tells_declared),),
}
