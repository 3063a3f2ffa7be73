"""Our own image, by our own rules: nothing here can build it, but all that is read of it is known."""

import json
from typing import Any

import pytest
from click.testing import CliRunner

from dockerlint.cli.main import cli
from tests.harness import inside
from tests.runner import FILES, FOLDERS, ROOT
from tests.test_cli import DAY


def run(*arguments: str) -> Any:
    with inside(ROOT):
        return CliRunner().invoke(cli, arguments).stdout


def findings(*options: str) -> list[str]:
    return [one["rule"] for one in json.loads(run("check", *DAY, "--format", "json", *options))["findings"]]


@pytest.mark.parametrize("profile", ["default", "strict", "security", "hadolint"])
def test_image_is_clean(profile: str) -> None:
    assert findings("Dockerfile", "--profile", profile, "--preview", "--require-reason") == []


def test_whole_repository_is_clean_but_for_the_bad_examples() -> None:
    assert findings("--extend-exclude", "fixtures/") == []


def test_image_gets_what_the_wheel_is_made_of_and_nothing_else() -> None:
    (context,) = json.loads(run("context", "--file", "Dockerfile", "--format", "json", "--limit", "1000"))["contexts"]
    (dockerfile,) = context["dockerfiles"]
    copied = [source for copy in dockerfile["copies"] for source in copy["sources"]]
    assert {source["word"] for source in copied} == {*FILES, *FOLDERS}
    assert all(source["files"] for source in copied)
    sent = {entry["path"].rstrip("/") for entry in context["largest"]}
    assert sent
    assert not [path for path in sent if not path.startswith((*FILES, *FOLDERS)) and path != "docs"]


def test_image_runs_as_nobody_in_a_folder_for_the_project() -> None:
    stage = json.loads(run("parse", "--format", "json", "Dockerfile"))["stages"][-1]
    assert (stage["user"], stage["workdir"]) == ("65532:65532", "/work")
    assert (stage["entrypoint"], stage["cmd"]) == (["dockerlint"], ["check"])
