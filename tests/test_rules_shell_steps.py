"""What the rules about RUN say, and which of them speaks where two could."""

import pytest

from dockerlint.dockerfile.stages import Dockerfile
from dockerlint.lint.engine import Engine
from dockerlint.lint.finding import Finding
from dockerlint.lint.registry import rules_of
from dockerlint.lint.run import KNOWING_IMAGES
from dockerlint.lint.settings import Settings
from dockerlint.project.build import Build
from dockerlint.source import Source
from tests.harness import AS_OF

NAMES = frozenset(
    {
        "shell-state-lost", "process-lost-after-run", "useless-in-build", "swallowed-lines", "shell-syntax-error",
        "heredoc-without-errexit", "semicolon-hides-failure", "cd-without-check", "pipe-without-pipefail",
        "masked-status", "unquoted-in-test",
    }
)  # fmt: skip


def findings(text: str) -> list[Finding]:
    rules = [rule for rule in rules_of("shell") if rule.name in NAMES]
    build = Build(Dockerfile(Source("Dockerfile", f"FROM debian:13\n{text}"), KNOWING_IMAGES))
    return Engine(rules, Settings(as_of=AS_OF)).check_build(build)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("RUN cd /app", "`cd /app` ends with this RUN; `WORKDIR /app` stays"),
        ("RUN export TOKEN=abc B=c", "`export TOKEN=... B=...` ends with this RUN; `ENV TOKEN=...` stays"),
        ("ENV A=1\nRUN export A", "`export A` ends with this RUN; `A` comes from ENV, which exports it"),
        (
            "RUN service nginx start",
            "`service nginx start` runs only while this layer is built: it ends with the RUN; start it with CMD",
        ),
        (
            "RUN app --port 80 &",
            "`app --port 80 &` is ended with this RUN, done or not; drop the `&`, or start it with CMD",
        ),
        ("RUN reboot", "`reboot` has no system to act on: a build step is no machine"),
        (
            "RUN make \\\n  # why\n  && a # tools \\\n  && make install",
            "everything after `# tools` is a comment: `&& make install` in line 5 never runs",
        ),
        ("RUN make \\\nCOPY a b", "`COPY` is a word of `make` here: the line before it ends in a backslash"),
        ("RUN make &&", "the RUN ends with `&&`, and nothing follows"),
        ("RUN if a; then b", "`if` has no `fi`"),
        (
            "RUN <<EOF\nmkdir a\napt-get install -y b\nc\nEOF",
            "if `apt-get install` in line 4 fails, the build goes on; begin the heredoc with `set -e`",
        ),
        (
            "RUN apt-get update; ls",
            "the `;` hides a failure of `apt-get update`; use `&&`, or start with `set -e`",
        ),
        ("WORKDIR /a\nRUN cd b; rm -rf *", "if `cd b` fails, `rm` runs in /a; write `cd b && ...`"),
        (
            "RUN curl a | tee b",
            "if `curl` fails here, `tee` gets nothing and the step may still pass; "
            'add `SHELL ["/bin/bash", "-o", "pipefail", "-c"]`',
        ),
        (
            "RUN export V=$(curl a) && b",
            "`export V=$(curl ...)` succeeds even when `curl` fails; assign first, then export",
        ),
        ("ARG P\nRUN [ -n $P ]", "`-n $P` is true even when `P` is empty; quote it"),
        ("ARG P\nRUN [ $P = a ]", "the test is an error when `P` is empty; quote `$P`"),
    ],
)
def test_message(text: str, message: str) -> None:
    assert [finding.message for finding in findings(text)] == [message]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("RUN make && # x \\\n  b", ["swallowed-lines"]),
        ("RUN <<EOF\ncd a\nmake; make install\nEOF", ["heredoc-without-errexit"]),
        ("RUN systemctl start a", ["process-lost-after-run"]),
        ("RUN systemctl start a && b", ["useless-in-build"]),
        ("RUN cd a && make; cd /b", ["semicolon-hides-failure"]),
        ("RUN make; cd /b && pwd", ["semicolon-hides-failure"]),
        ("RUN {{ macro(1) }} ( | done", []),
    ],
)
def test_one_fault_is_one_finding(text: str, names: list[str]) -> None:
    assert [finding.rule for finding in findings(text)] == names
