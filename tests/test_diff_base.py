"""Findings on lines that are new since a revision, asked of git in such a way that a repository runs nothing."""

import json
import os
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from dockerlint.lint.changes import new_lines
from tests.harness import lay_out
from tests.test_cli import DAY, invoke

OLD = "FROM python:3.7\nRUN make\nRUN sudo make install\nUSER 1000\n"


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main")
    command = ["git", "-C", str(folder), *identity, "-c", "protocol.file.allow=always", *arguments]
    subprocess.run(command, check=True, capture_output=True)


def commit(folder: Path, files: dict[str, str]) -> None:
    lay_out(files, folder)
    if not (folder / ".git").exists():
        git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "x")


def check(folder: Path, *options: str, base: str = "HEAD", stdin: str = "") -> list[tuple[str, str, int]]:
    result = invoke(folder, "check", *DAY, "--format", "json", "--diff-base", base, *options, stdin=stdin)
    findings = json.loads(result.stdout)["findings"]
    assert result.exit_code == (1 if any(finding["severity"] != "info" for finding in findings) else 0)
    return [(finding["path"], finding["rule"], finding["line"]) for finding in findings]


def test_only_findings_on_new_lines_are_reported(tmp_path: Path) -> None:
    commit(tmp_path, {"Dockerfile": OLD})
    assert check(tmp_path) == []
    lay_out({"Dockerfile": "# moved\n\n" + OLD.replace("USER", "RUN sudo make test\nUSER")}, tmp_path)
    assert check(tmp_path) == [("Dockerfile", "sudo", 6)]
    commit(tmp_path, {})
    assert check(tmp_path) == []
    assert check(tmp_path, base="HEAD~1") == [("Dockerfile", "sudo", 6)]


@pytest.mark.parametrize(
    ("after", "lines"),
    [
        ("a\nb\nc\n", set()),
        ("a\r\nb\r\nc\r\n", set()),
        ("x\na\nb\nc\n", {1}),
        ("a\nB\nc\n", {2}),
        ("a\nc\n", set()),
        ("b\nc\na\n", set()),
        ("c\nb\na\n", set()),
        ("a\nb\nc\nb\n", {4}),
        ("a\n b\nc\n", {2}),
        ("a\n\nb\nc", {2}),
        ("", set()),
    ],
)
def test_lines_are_new_that_were_nowhere_before(after: str, lines: set[int]) -> None:
    assert {line for line in new_lines("a\nb\nc\n", after) if after.split("\n")[line - 1] or line == 2} == lines


def test_service_that_moves_within_its_file_is_not_new(tmp_path: Path) -> None:
    web, data = (
        "  web:\n    image: nginx:latest\n    privileged: true\n",
        "  db:\n    image: acme/db:1\n    restart: always\n",
    )
    commit(tmp_path, {"compose.yaml": f"services:\n{web}{data}"})
    lay_out({"compose.yaml": f"services:\n{data}{web}"}, tmp_path)
    assert check(tmp_path) == []
    lay_out({"compose.yaml": f"services:\n{data}{web}" + web.replace("web", "more")}, tmp_path)
    assert ("compose.yaml", "privileged-service", 10) in check(tmp_path)
    assert {line for _, _, line in check(tmp_path)} <= {8, 9, 10}


def test_file_that_was_not_there_is_new_and_a_renamed_one_is_not(tmp_path: Path) -> None:
    commit(tmp_path, {"Dockerfile": OLD + "RUN true\n" * 5})
    git(tmp_path, "mv", "Dockerfile", "app.Dockerfile")
    lay_out({"sub/Dockerfile": "FROM python:3.7\nUSER 1000\n"}, tmp_path)
    assert {path for path, _, _ in check(tmp_path)} == {"sub/Dockerfile"}
    assert ("sub/Dockerfile", "end-of-life-base-image", 1) in check(tmp_path)


def test_standard_input_is_compared_with_the_file_that_it_stands_for(tmp_path: Path) -> None:
    commit(tmp_path, {"Dockerfile": OLD})
    text = OLD + "RUN sudo make test\n"
    found = check(tmp_path, "-", "--stdin-filename", "Dockerfile", stdin=text)
    assert ("Dockerfile", "sudo", 5) in found
    assert {line for _, _, line in found} == {5}


def test_a_work_tree_from_a_folder_of_it_and_from_outside(tmp_path: Path) -> None:
    commit(tmp_path / "repo", {"Dockerfile": OLD, "api/Dockerfile": OLD})
    lay_out({"api/Dockerfile": OLD + "RUN sudo make test\n"}, tmp_path / "repo")
    assert check(tmp_path / "repo" / "api")[0][::2] == ("Dockerfile", 5)
    assert check(tmp_path, "repo")[0][::2] == ("repo/api/Dockerfile", 5)


@pytest.mark.parametrize("base", ["no-such-branch", "--output=evil", "HEAD:Dockerfile", "main..main", ""])
def test_unknown_revision_is_told(base: str, tmp_path: Path) -> None:
    commit(tmp_path, {"Dockerfile": OLD})
    result = invoke(tmp_path, "check", *DAY, "--diff-base", base)
    assert result.exit_code == 2
    said = " ".join(result.stderr.split())
    assert f"`{base}` is no revision of the git repository {tmp_path}" in said
    assert sorted(path.name for path in tmp_path.iterdir()) == [".git", "Dockerfile"]


def test_no_repository_and_no_git_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_out({"Dockerfile": OLD}, tmp_path)
    result = invoke(tmp_path, "check", *DAY, "--diff-base", "HEAD")
    assert (result.exit_code, "Dockerfile is in no git repository" in result.stderr) == (2, True)
    commit(tmp_path, {})
    monkeypatch.setenv("PATH", str(tmp_path))
    result = invoke(tmp_path, "check", *DAY, "--diff-base", "HEAD")
    assert (result.exit_code, "git is not on the PATH" in result.stderr) == (2, True)


def test_damaged_repository_is_told_in_gits_words(tmp_path: Path) -> None:
    commit(tmp_path, {"Dockerfile": OLD})
    (tmp_path / ".git" / "index").write_bytes(b"nonsense" * 8)
    result = invoke(tmp_path, "check", *DAY, "--diff-base", "HEAD")
    assert result.exit_code == 2
    assert "index" in result.stderr
    assert "Traceback" not in result.output


def program(folder: Path) -> Path:
    """A program that leaves a mark where it was run."""
    script = folder / "evil.sh"
    script.write_text(f"#!/bin/sh\ntouch {folder}/ran\nexit 1\n")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return script


def configured(repo: Path, script: Path) -> dict[str, Any]:
    """All that a repository can name for git to run, where findings are asked for."""
    hooks = repo / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for hook in ("post-index-change", "fsmonitor-watchman", "pre-auto-gc", "reference-transaction"):
        (hooks / hook).write_bytes(script.read_bytes())
        (hooks / hook).chmod(0o755)
    return {
        "diff.external": script,
        "diff.evil.command": script,
        "diff.evil.textconv": script,
        "filter.evil.clean": script,
        "filter.evil.smudge": script,
        "filter.evil.process": script,
        "core.fsmonitor": script,
        "core.pager": script,
        "core.sshCommand": script,
        "core.alternateRefsCommand": script,
        "core.hooksPath": hooks,
        "core.editor": script,
        "pager.diff-index": script,
        "pager.cat-file": script,
        "gpg.program": script,
        "credential.helper": script,
        "alias.cat-file": f"!{script}",
        "alias.diff-index": f"!{script}",
        "alias.rev-parse": f"!{script}",
        "protocol.ext.allow": "always",
        "protocol.allow": "always",
        "remote.origin.url": f"ext::{script}",
        "remote.origin.promisor": "true",
        "remote.origin.partialclonefilter": "blob:none",
        "extensions.partialClone": "origin",
        "core.repositoryformatversion": "1",
    }


def test_nothing_that_a_repository_names_is_run(tmp_path: Path) -> None:
    repo, script = tmp_path / "repo", program(tmp_path)
    commit(repo, {"Dockerfile": OLD, "gone.Dockerfile": OLD + "# its own\n"})
    lay_out({".gitattributes": "* diff=evil filter=evil\n", "Dockerfile": OLD + "RUN sudo make test\n"}, repo)
    for name, value in configured(repo, script).items():
        git(repo, "config", name, str(value))
    assert ("Dockerfile", "sudo", 5) in check(repo)
    assert not (tmp_path / "ran").exists()
    # An object that is not there would be fetched.
    blob = subprocess.run(
        ["git", "-c", "core.fsmonitor=false", "rev-parse", "HEAD:gone.Dockerfile"],
        cwd=repo,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    place = repo / ".git" / "objects" / blob[:2] / blob[2:]
    place.chmod(0o600)
    place.unlink()
    result = invoke(repo, "check", *DAY, "--diff-base", "HEAD")
    assert "Traceback" not in result.output
    assert not (tmp_path / "ran").exists()
    # The trap is one: git itself runs into it.
    subprocess.run(["git", "diff", "HEAD"], cwd=repo, capture_output=True, check=False, env={**os.environ})
    assert (tmp_path / "ran").exists()
