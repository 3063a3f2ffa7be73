"""`dockerlint context`: what it shows, in both forms, and how it bears hostile folders."""

import json
import os
import socket
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from dockerlint.cli.main import cli
from dockerlint.context import files
from dockerlint.context.walk import Bounds
from tests.harness import inside, lay_out

SCHEMA = json.loads((Path(__file__).parent.parent / "docs" / "context.schema.json").read_text("utf-8"))

PROJECT = {
    "Dockerfile": "FROM node:24\nCOPY package.json lib/*.js ./\nRUN npm ci\nCOPY . .\n",
    "package.json": "{}",
    "lib/a.js": "aaaa",
    "lib/b.js": "bb",
    "lib/b.test.js": "bbbbbb",
    "node_modules/x/index.js": "x" * 1000,
    ".env": "API_KEY=Zk3nR8vQ2x\n",
    "server.log": "log",
    ".dockerignore": "**/*.test.js\n*.log\n",
}


def invoke(folder: Path, *arguments: str, files: dict[str, str] | None = None) -> Result:
    lay_out(files or {}, folder)
    with inside(folder):
        return CliRunner().invoke(cli, ["context", *arguments])


def document(folder: Path, *arguments: str, files: dict[str, str] | None = None, code: int = 0) -> Any:
    result = invoke(folder, "--format", "json", *arguments, files=files)
    assert result.exit_code == code, result.output
    found = json.loads(result.stdout)
    Draft202012Validator(SCHEMA).validate(found)
    return found


def only(found: Any) -> Any:
    (section,) = found["contexts"]
    return section


def test_what_is_sent_and_kept_back_is_counted(tmp_path: Path) -> None:
    section = only(document(tmp_path, files=PROJECT))
    size = sum(len(text) for name, text in PROJECT.items() if name not in {"lib/b.test.js", "server.log"})
    assert section["sent"] == {"files": 7, "bytes": size}
    assert section["kept_back"] == {
        "files": 2,
        "bytes": 9,
        "by_pattern": [
            {"line": 1, "pattern": "**/*.test.js", "files": 1, "bytes": 6},
            {"line": 2, "pattern": "*.log", "files": 1, "bytes": 3},
        ],
    }
    assert section["ignore_file"] == {"path": ".dockerignore", "patterns": 2}
    assert section["is_complete"]


def test_each_word_of_copy_tells_what_it_takes_and_what_is_ignored(tmp_path: Path) -> None:
    ((first, second),) = [use["copies"] for use in only(document(tmp_path, files=PROJECT))["dockerfiles"]]
    assert [(one["word"], one["files"], one["bytes"], one["ignored"]["files"]) for one in first["sources"]] == [
        ("package.json", 1, 2, 0),
        ("lib/*.js", 2, 6, 1),
    ]
    assert (first["line"], second["line"]) == (2, 4)
    assert second["sources"][0]["ignored"] == {"files": 2, "bytes": 9}


def test_what_should_not_be_there_tells_who_takes_it(tmp_path: Path) -> None:
    found = only(document(tmp_path, files=PROJECT))["unwanted"]
    assert [(one["kind"], one["paths"], [taker["line"] for taker in one["taken_by"]]) for one in found] == [
        ("secret", [".env"], [4]),
        ("dependencies", ["node_modules"], [4]),
    ]


def test_what_the_image_needs_is_not_unwanted(tmp_path: Path) -> None:
    dockerfile = "FROM golang:1.26\nCOPY . .\nRUN go build ./...\n"
    section = only(document(tmp_path, files={"Dockerfile": dockerfile, "go.mod": "", ".git/HEAD": "x"}))
    assert section["unwanted"] == []


def test_text_shows_the_tree_and_the_copies(tmp_path: Path) -> None:
    lines = invoke(tmp_path, files=PROJECT).stdout.splitlines()
    assert lines[:2] == ["Context .", "  of Dockerfile: nothing says otherwise, so the folder of the Dockerfile"]
    tree = lines[lines.index("  Largest of what is sent") + 1 :]
    assert tree[0] == "     1 kB  90% ##################.. node_modules/x/index.js"
    folder = tree.index("      6 B   1% .................... lib/ (2 files)")
    assert tree[folder + 1] == "      4 B   0% ....................   a.js"
    assert "       2  COPY package.json lib/*.js ./" in lines
    assert next(line for line in lines if "lib/*.js   " in line).endswith("(1 file of 6 B ignored)")
    assert [line for line in lines if ".env: an environment file, taken by Dockerfile:4" in line]


def test_limit_bounds_the_lists(tmp_path: Path) -> None:
    assert len(only(document(tmp_path, "--limit", "2", files=PROJECT))["largest"]) == 2
    assert "    and 1 more" in invoke(tmp_path, "--limit", "1").stdout.splitlines()


def test_a_service_says_what_the_context_is(tmp_path: Path) -> None:
    layout = {
        "compose.yaml": "services:\n  web:\n    build: {context: ., dockerfile: docker/web.Dockerfile}\n",
        "docker/web.Dockerfile": "FROM nginx:1.29\nCOPY site /srv\n",
        "docker/.dockerignore": "*",
        "site/index.html": "x",
    }
    section = only(document(tmp_path, files=layout))
    assert section["path"] == "."
    assert section["dockerfiles"][0]["evidence"] == [{"text": "service `web`", "path": "compose.yaml", "line": 2}]
    assert section["sent"]["files"] == 4


def test_a_dockerfile_of_several_contexts_and_several_dockerfiles_of_one(tmp_path: Path) -> None:
    layout = {
        "compose.yaml": "services:\n  a: {build: {context: a, dockerfile: ../Dockerfile}}\n"
        "  b: {build: {context: b, dockerfile: ../Dockerfile}}\n  c: {build: b}\n",
        "Dockerfile": "FROM nginx:1.29\nCOPY x /srv\n",
        "a/x": "1",
        "b/x": "12",
        "b/Dockerfile": "FROM nginx:1.29\n",
    }
    found = document(tmp_path, files=layout)["contexts"]
    assert [(one["path"], [use["path"] for use in one["dockerfiles"]]) for one in found] == [
        ("a", ["Dockerfile"]),
        ("b", ["Dockerfile", "b/Dockerfile"]),
    ]


def test_an_ignore_file_of_its_own_makes_a_context_of_its_own(tmp_path: Path) -> None:
    layout = {
        "Dockerfile": "FROM nginx:1.29\n",
        "dev.Dockerfile": "FROM nginx:1.29\n",
        "dev.Dockerfile.dockerignore": "*",
    }
    found = document(tmp_path, files=layout)["contexts"]
    assert [(one["ignore_file"], one["sent"]["files"]) for one in found] == [
        (None, 3),
        ({"path": "dev.Dockerfile.dockerignore", "patterns": 1}, 0),
    ]


def test_a_named_dockerfile_is_built_with_the_folder(tmp_path: Path) -> None:
    layout = {"docker/Dockerfile": "FROM nginx:1.29\nCOPY x /srv\n", "docker/x": "", "src/x": "12"}
    section = only(document(tmp_path, "src", "--file", "docker/Dockerfile", files=layout))
    assert section["path"] == "src"
    assert section["dockerfiles"][0]["evidence"][0]["text"] == "named on the command line"
    assert section["dockerfiles"][0]["copies"][0]["sources"][0]["bytes"] == 2


def test_a_folder_without_dockerfile_is_shown_for_itself(tmp_path: Path) -> None:
    assert "  no Dockerfile here: the folder itself" in invoke(tmp_path, files={"a": "x"}).stdout.splitlines()


@pytest.mark.parametrize(
    "arguments", [["gone"], ["--file", "gone"], ["--check"], ["--force"], ["--limit", "-1"], ["--format", "xml"]]
)
def test_bad_usage(arguments: list[str], tmp_path: Path) -> None:
    assert invoke(tmp_path, *arguments, files={"Dockerfile": "FROM a\n"}).exit_code == 2


def test_a_dockerfile_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_bytes(b"FROM a\0")
    result = invoke(tmp_path)
    assert (result.exit_code, "cannot read Dockerfile" in result.stderr) == (2, True)


def test_an_ignore_file_that_docker_refuses_or_nobody_follows(tmp_path: Path) -> None:
    section = only(document(tmp_path / "a", files={"Dockerfile": "FROM a\n", ".dockerignore": "x\n[\n"}, code=2))
    assert section["problems"] == ["Docker refuses `[` in .dockerignore:2: the `[` is never closed"]
    lay_out({"Dockerfile": "FROM a\n", "elsewhere": ""}, tmp_path / "b")
    (tmp_path / "b" / ".dockerignore").symlink_to("elsewhere")
    section = only(document(tmp_path / "b", code=2))
    assert (section["is_complete"], len(section["problems"])) == (False, 1)


# Hostile folders.


LIMITS = 'context-size = "1 KB"\nfile-size = "500"\n'


@pytest.mark.parametrize(
    ("options", "context", "large"),
    [
        ((), True, ["a.bin", "b.bin"]),
        (("--isolated",), False, []),
        (("--config", "file-size = 650"), True, ["a.bin"]),
        (("--config", "other.toml"), False, ["a.bin", "b.bin"]),
    ],
)
def test_settings_say_what_is_large(options: tuple[str, ...], context: bool, large: list[str], tmp_path: Path) -> None:
    files = {
        "Dockerfile": "FROM alpine:3.22\n",
        "a.bin": "x" * 700,
        "b.bin": "x" * 600,
        "dockerlint.toml": LIMITS,
        "other.toml": "file-size = 500",
        "sub/Dockerfile": "FROM alpine:3.22\n",
        "sub/dockerlint.toml": 'context-size = "1 MB"',
    }
    sections = {one["path"]: one["limits"] for one in document(tmp_path, *options, files=files)["contexts"]}
    assert sections["."]["context"]["is_exceeded"] is context
    assert [one["path"] for one in sections["."]["file"]["exceeded_by"]] == large
    assert not sections["sub"]["context"]["is_exceeded"]


def test_what_is_large_is_told(tmp_path: Path) -> None:
    files = {"Dockerfile": "FROM alpine:3.22\n", "a.bin": "x" * 2000, "dockerlint.toml": LIMITS}
    lines = [" ".join(line.split()) for line in invoke(tmp_path, files=files).stdout.splitlines()]
    assert "more than the 1 kB of `context-size`" in lines
    assert "larger than the 500 B of `file-size`: a.bin" in lines


def test_bad_settings_end_the_run(tmp_path: Path) -> None:
    result = invoke(tmp_path, files={"Dockerfile": "FROM scratch\n", "dockerlint.toml": "file-size = true"})
    assert (result.exit_code, "dockerlint.toml:1:1: `file-size` is a size" in result.stderr) == (2, True)


def test_links_are_counted_as_themselves_and_lead_nowhere(tmp_path: Path) -> None:
    lay_out({"secret/key": "x" * 500}, tmp_path)
    lay_out({"Dockerfile": "FROM a\nCOPY out loop /x/\n"}, tmp_path / "root")
    (tmp_path / "root" / "out").symlink_to("../secret")
    (tmp_path / "root" / "loop").symlink_to(".")
    section = only(document(tmp_path / "root"))
    assert section["sent"] == {"files": 3, "bytes": len("FROM a\nCOPY out loop /x/\n") + len("../secret") + 1}
    assert "secret/key" not in json.dumps(section)


def test_pipes_and_sockets_are_told_and_not_counted(tmp_path: Path) -> None:
    lay_out({"Dockerfile": "FROM a\n"}, tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with inside(tmp_path), socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        section = only(document(tmp_path))
        text = invoke(tmp_path).stdout
    assert (section["sent"]["files"], section["special_files"]) == (1, 2)
    assert "  not counted: pipes, sockets and devices, of which there are 2" in text.splitlines()


def test_names_that_deceive_are_made_visible(tmp_path: Path) -> None:
    lay_out({"Dockerfile": "FROM nginx:1.29\nCOPY . .\n"}, tmp_path)
    (tmp_path / "a\x1b[31m\n[bold]b").write_text("x" * 100)
    (tmp_path / os.fsdecode(b"\xff\xfe")).write_text("y" * 90)
    text = invoke(tmp_path).stdout
    assert "\x1b" not in text
    assert any(line.endswith(r" a\x1b[31m\x0a[bold]b") for line in text.splitlines())
    assert any(line.endswith(r" \xff\xfe") for line in text.splitlines())
    assert [one["path"] for one in only(document(tmp_path))["largest"]][:2] == ["a\x1b[31m\n[bold]b", "??"]


def test_a_folder_that_cannot_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scandir = os.scandir

    def refuse(path: Any) -> Any:
        if os.fspath(path).endswith("closed/"):
            raise PermissionError
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    layout = {"Dockerfile": "FROM a\n", "closed/x": ""}
    section = only(document(tmp_path, files=layout, code=2))
    assert (section["is_complete"], section["problems"]) == (False, ["cannot read the folder closed"])
    section = only(document(tmp_path, files={".dockerignore": "closed\n"}, code=2))
    assert section["is_complete"]


def test_the_bound_of_a_walk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_THOROUGH", Bounds(entries=5))
    layout = {"Dockerfile": "FROM a\n", **{f"x/{number}": "" for number in range(10)}}
    assert not only(document(tmp_path, files=layout))["is_complete"]
    assert "at least: there are too many files to count" in invoke(tmp_path).stdout


def test_a_very_deep_folder_is_borne(tmp_path: Path) -> None:
    lay_out({"Dockerfile": "FROM nginx:1.29\nCOPY . .\n"}, tmp_path)
    depth = 1500
    folders = [tmp_path / ("d/" * levels) for levels in range(1, depth + 1)]
    for folder in folders:
        folder.mkdir()
    (folders[-1] / "x").write_text("x" * 50)
    try:
        section = only(document(tmp_path))
    finally:  # too deep for those who clean up
        (folders[-1] / "x").unlink()
        for folder in reversed(folders):
            folder.rmdir()
    assert section["sent"]["files"] == 2
    assert section["largest"][0]["path"].count("d") == depth


def test_a_variable_that_nobody_knows_is_said(tmp_path: Path) -> None:
    layout = {"Dockerfile": "ARG V\nFROM nginx:1.29\nARG V\nCOPY app-$V.jar /srv/\n", "app-1.jar": "xx"}
    section = only(document(tmp_path, files=layout))
    (word,) = section["dockerfiles"][0]["copies"][0]["sources"]
    assert (word["path"], word["files"]) == (None, 1)


def test_a_makefile_says_what_the_context_is(tmp_path: Path) -> None:
    layout = {
        "Makefile": "image:\n\tdocker build -f docker/Dockerfile -t app .\n",
        "docker/Dockerfile": "FROM nginx:1.29\nCOPY site /srv\n",
        "docker/site/index.html": "x",
        "site/index.html": "xx",
    }
    section = only(document(tmp_path, files=layout))
    assert section["path"] == "."
    assert [(one["path"], one["line"]) for one in section["dockerfiles"][0]["evidence"]] == [("Makefile", 2)]
    assert section["dockerfiles"][0]["copies"][0]["sources"][0]["bytes"] == 2
