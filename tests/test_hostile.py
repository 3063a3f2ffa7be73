"""Input that is made to crash, hang or fill the memory costs little and is told apart from a clean file."""

import time
from pathlib import Path

import pytest

from dockerlint.dockerfile.stages import Dockerfile
from dockerlint.lint.registry import all_rules
from dockerlint.source import Source
from tests.harness import check_files

TRAPS = {
    "doubling variables": "FROM a\nENV A=xxxxxxxxxx\n" + "ENV A=$A$A\n" * 60,
    "doubling arguments": "ARG A=xxxxxxxxxx\n" + "ARG A=$A$A\n" * 60 + "FROM $A",
    "many variables": "FROM a\n" + "".join(f"ENV V{number}=1\n" for number in range(8000)),
    "nested defaults": "FROM a\nENV A=" + "${B:-" * 5000 + "}" * 5000,
    "nested defaults in a heredoc line": "FROM a\nRUN x << " + "${B:-" * 5000 + "}" * 5000,
    "instruction of many lines": "FROM a\nRUN a" + " \\\nb" * 300_000,
    "many blank lines in an instruction": "FROM a\nRUN a \\\n" + "\n" * 300_000,
    "many stars": "FROM a\nENV A=" + "a" * 3000 + "\nENV B=${A//" + "*a" * 20 + "b/x}",
    "chain of stages": "FROM a AS s0\n" + "".join(f"FROM s{n} AS s{n + 1}\n" for n in range(3000)),
    "chain of stages with variables": "FROM a AS s0\n"
    + "".join(f"FROM s{n} AS s{n + 1}\nENV V{n}=1 W=$V{n // 2}\nEXPOSE {n}\n" for n in range(4000)),
    "triggers of many stages": "FROM a AS s\n" + "ONBUILD RUN x\n" * 1500 + "FROM s\n" * 1500,
    "deep triggers": "FROM a\n" + "ONBUILD " * 5000 + "RUN x",
    "large stage number": "FROM a\nCOPY --from=" + "9" * 5000 + " x y",
}


@pytest.mark.parametrize("text", TRAPS.values(), ids=TRAPS)
def test_trap_is_read_in_bounded_time(text: str) -> None:
    begin = time.process_time()
    dockerfile = Dockerfile(Source("Dockerfile", text))
    assert dockerfile.stages
    assert len(dockerfile.pulls) <= 2
    assert dockerfile.stages[-1].root is dockerfile.stages[0]
    assert time.process_time() - begin < 10


def test_value_that_grows_without_end_becomes_unknown() -> None:
    assert Dockerfile(Source("Dockerfile", TRAPS["doubling variables"])).stages[0].state.environment.get("A") is None


def test_stages_of_one_parent_do_not_see_each_others_variables() -> None:
    text = "FROM a AS base\nENV A=0\nFROM base\nENV A=1\nFROM base\nENV B=$A"
    stages = Dockerfile(Source("Dockerfile", text)).stages
    assert [stage.state.environment.known() for stage in stages] == [{"A": "0"}, {"A": "1"}, {"A": "0", "B": "0"}]


def many(text: str, count: int, separator: str) -> str:
    return "FROM debian:13\nRUN " + separator.join(text.replace("@", str(number)) for number in range(count))


SCRIPTS = {
    "many downloads in a step": many("curl -o f http://h.example.com/f", 3000, " && \\\n"),
    "many steps": "FROM debian:13\n" + "RUN curl -o f http://h.example.com/f | sh; cd x; ln -s a /bin/sh\n" * 2000,
    "many steps on an unknown image": "FROM acme/base\n" + "RUN wget http://h.example.com/f\n" * 2000,
    "one long pipe": many("curl http://h.example.com/f", 3000, " | "),
    "many substitutions": many("V@=$(curl -s http://h.example.com/f | cut -f1)", 2000, " && \\\n"),
    "many variables": many("X@=1; rm -rf $Y@/*; cd a@; make", 2000, "; \\\n"),
}


@pytest.mark.parametrize("text", SCRIPTS.values(), ids=SCRIPTS)
def test_trap_is_checked_by_the_rules_for_scripts_in_bounded_time(text: str, tmp_path: Path) -> None:
    rules = [rule for rule in all_rules() if rule.chapter == "shell"]
    begin = time.process_time()
    _, problems = check_files(rules, {"Dockerfile": text}, tmp_path)
    assert not problems
    assert time.process_time() - begin < 15
