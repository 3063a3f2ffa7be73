"""What the rules about shell semantics say, and where scripts of the context are read."""

from pathlib import Path

import pytest

from dockerlint.lint.registry import all_rules
from tests.harness import check_files, files_of

RULES = {rule.name: rule for rule in all_rules()}


def messages(name: str, sample: str, folder: Path) -> list[str]:
    findings, problems = check_files([RULES[name]], files_of(sample), folder)
    assert not problems
    return [finding.message for finding in findings]


@pytest.mark.parametrize(
    ("rule", "script", "message"),
    [
        ("bash-syntax-in-sh", "[[ a ]]", "`[[` is bash; /bin/sh of `debian:12` is dash and does not know it"),
        ("bash-syntax-in-sh", "x=(a)", "`x=(...)` is bash; /bin/sh of `debian:12` is dash and stops here"),
        ("bash-syntax-in-sh", "set -o pipefail", "`set -o pipefail` is bash; /bin/sh of `debian:12` is dash and stops here"),
        ("echo-misprints", "echo -e a", "dash prints `-e` in front of the text; `printf 'a\\tb\\n'` works in every shell"),
        ("assignment-without-effect", "CC=gcc && cd a && make", "`CC` is set for this shell alone: `make` does not get it"),
        ("assignment-without-effect", "deps='a b' && make", "nothing reads `deps`, and it is not exported"),
        ("broken-quotes", 'echo "{"k": 1}"', "the quotes around `k` vanish: the shell sees {k: 1}"),
        ("literal-dollar", "echo '$V' > /a", "`$V` stays as it is in single quotes, and the ARG `V` is gone when the image runs"),
        ("unquoted-pattern", "find . -name *.o", "`*.o`: files of /app that match take its place; quote it"),
        ("unquoted-pattern", "cd a; find -name *.o", "`*.o`: files of the working directory that match take its place; quote it"),
        ("unquoted-expansion", "ls $V", "`$V` is split at blanks; quote it"),
        ("fragile-file-list", "find . | xargs rm", "`find | xargs rm` breaks on names with blanks; use `find ... -exec`"),
        ("dash-glob", "rm *", "`rm` takes a name that begins with a dash for options; write `./*`"),
        ("chained-and-or", "a && b || c", "`c` runs when `a` fails, as when `b` fails"),
        ("chained-and-or", "[ a ] && b || c", "`c` also runs when `[` succeeds and `b` fails"),
        ("backticks", "ls `pwd`", "`$(pwd)` nests and quotes better than backticks"),
    ],
)  # fmt: skip
def test_message(rule: str, script: str, message: str, tmp_path: Path) -> None:
    assert messages(rule, f"FROM debian:12\nARG V\nWORKDIR /app\nRUN {script}", tmp_path) == [message]


@pytest.mark.parametrize(
    ("sample", "count"),
    [
        ("FROM debian:13\nCOPY a.sh /\nRUN sh /a.sh && sh /a.sh\n=== a.sh\n[[ a ]]", 1),
        ("FROM debian:13\nCOPY a.sh /\nRUN bash /a.sh\n=== a.sh\n#!/bin/sh\n[[ a ]]", 0),
        ("FROM debian:13\nCOPY a.sh b.sh /\nRUN /a.sh\n=== a.sh\n#!/bin/sh\n/b.sh\n=== b.sh\n#!/bin/sh\n[[ a ]]", 1),
        ("FROM alpine:3.22\nCOPY a.sh /\nRUN /a.sh\n=== a.sh\n#!/bin/sh\n[[ a ]]", 0),
        ("FROM debian:13\nRUN rm /bin/sh && ln -s bash /bin/sh\nSHELL [\"/bin/sh\", \"-c\"]\nRUN [[ a ]]", 0),
        ("FROM debian:13\nSHELL [\"/bin/sh\", \"-ec\"]\nRUN [[ a ]]", 1),
        ("FROM debian:13\nSHELL [\"/bin/bash\", \"-c\"]\nRUN sh -c '[[ a ]]' && eval '[[ a ]]'", 0),
        ("FROM debian:13\nRUN sh -c '[[ a ]]' && eval '[[ a ]]'", 2),
        ("FROM debian:sid\nRUN set -o pipefail", 0),
    ],
)  # fmt: skip
def test_dialect(sample: str, count: int, tmp_path: Path) -> None:
    assert len(messages("bash-syntax-in-sh", sample, tmp_path)) == count
