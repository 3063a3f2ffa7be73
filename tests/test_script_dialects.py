"""What reads a script, and the options that it starts with."""

import pytest

from dockerlint.shell.dialects import Shell, shell_of_shebang, shell_of_words
from dockerlint.shell.switches import Switches
from dockerlint.source import Source, Text


def text_of(text: str) -> Text:
    return Source("Dockerfile", text).slice(0, len(text))


@pytest.mark.parametrize(
    ("words", "dialect", "on"),
    [
        ("/bin/sh -c", "sh", ""),
        ("/bin/bash -eo pipefail -c", "bash", "errexit pipefail"),
        ("/bin/bash -o pipefail -c", "bash", "pipefail"),
        ("/bin/bash -o pipefail -o errexit -c", "bash", "errexit pipefail"),
        ("bash -euxo pipefail -c", "bash", "errexit nounset pipefail xtrace"),
        ("bash --login -e -c", "bash", "errexit"),
        ("bash -lc", "bash", ""),
        ("/bin/ash -eo pipefail -c", "busybox", "errexit pipefail"),
        ("/bin/busybox sh -ec", "busybox", "errexit"),
        ("/bin/busybox ash", "busybox", ""),
        ("/usr/bin/env bash -c", "bash", ""),
        ("/usr/bin/env -i A=b zsh -ec", "zsh", "errexit"),
        ("dash", "dash", ""),
        ("ksh93 -c", "ksh", ""),
        ("sudo -u x sh -c", "sh", ""),
        ("tini -- sh -c", "sh", ""),
        ("C:\\Windows\\System32\\bash.exe -ec", "bash", "errexit"),
        ("cmd /S /C", "cmd", ""),
        ("C:\\Windows\\System32\\CMD.EXE /S /C", "cmd", ""),
        ("powershell -Command", "powershell", ""),
        ("pwsh -Command", "powershell", ""),
        ("PowerShell.exe -NoProfile", "powershell", ""),
        ("/usr/bin/python3 -c", "python3", ""),
        ("fish -c", "fish", ""),
        ("", "", ""),
    ],
)
def test_words_name_a_shell(words: str, dialect: str, on: str) -> None:
    shell = shell_of_words([text_of(word) for word in words.split()])
    assert shell.dialect == dialect
    assert shell.is_posix == (dialect in ("sh", "bash", "busybox", "zsh", "dash", "ksh"))
    assert {name for name, value in shell.switches._asdict().items() if value} == set(on.split())


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("#!/bin/sh\na", Shell("sh")),
        ("#!/bin/bash -e\na", Shell("bash", Switches(errexit=True))),
        ("#!/bin/sh -ex", Shell("sh", Switches(errexit=True, xtrace=True))),
        ("#! /bin/bash\n", Shell("bash")),
        ("#!/usr/bin/env bash\n", Shell("bash")),
        ("#!/usr/bin/env -S bash -e\n", Shell("bash", Switches(errexit=True))),
        ("#!/usr/bin/env python3\n", Shell("python3")),
        ("#!/usr/bin/perl -w\r\n", Shell("perl")),
        ("\t\t#!/bin/bash -e\n\ta", Shell("bash", Switches(errexit=True))),
        ("#!\na", Shell("")),
        ("a\n#!/bin/sh", None),
        ("", None),
    ],
)
def test_shebang_names_a_shell(script: str, expected: Shell | None) -> None:
    assert shell_of_shebang(text_of(script)) == expected
