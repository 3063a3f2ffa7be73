"""What the rules about caching say, where samples cannot show it."""

from pathlib import Path

import pytest

from dockerlint.lint.registry import all_rules
from tests.harness import check_files

RULES = {rule.name: rule for rule in all_rules() if rule.chapter == "caching"}


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            "apt-lists-left",
            "FROM debian:trixie\nRUN apt-get update && apt-get install -y curl",
            "the package lists of `apt-get update` (about 20-50 MB) stay in this layer",
        ),
        (
            "rpm-cache-left",
            "FROM opensuse/leap:15.6\nRUN zypper -n in nginx",
            "`zypper in` leaves its metadata in the layer; end the RUN with `zypper clean --all`",
        ),
        (
            "pip-cache-left",
            "FROM acme/base:1\nUSER app\nRUN python -m pip install flask",
            "`pip install` keeps a copy of every download in ~/.cache/pip; add `--no-cache-dir`",
        ),
        (
            "node-cache-left",
            "FROM node:24\nRUN yarn",
            "`yarn` leaves its download cache in /usr/local/share/.cache/yarn; end the RUN with `yarn cache clean`",
        ),
        (
            "recommended-packages",
            "FROM debian:trixie\nRUN aptitude install -y git",
            "`aptitude install git` takes recommended packages too; add `--without-recommends`",
        ),
        (
            "archive-left-behind",
            "FROM debian:trixie\nRUN wget https://x.io/a.deb \\\n && dpkg -i a.deb",
            "`a.deb` is installed in line 3 but stays in the layer; delete it in the same RUN",
        ),
        (
            "deleted-in-later-layer",
            "FROM debian:trixie\nRUN apt-get update\nRUN rm -rf /tmp/* /var/lib/apt/lists/*",
            "`rm -rf /var/lib/apt/lists/*` frees nothing: what `apt-get update` fetched stays in the layer of line 2",
        ),
        (
            "chown-after-copy",
            "FROM debian:trixie\nCOPY a.jar b.jar /\nRUN chmod +x /b.jar",
            "`chmod +x /b.jar` stores the file of line 2 again; `COPY --chmod=755` does it in one layer",
        ),
        (
            "volatile-arg-early",
            "FROM node:24\nARG GIT_SHA\nRUN npm ci",
            "each new value of `GIT_SHA` runs line 3 (`npm ci`) again, which does not use it; move the ARG below",
        ),
        (
            "consecutive-runs",
            "FROM debian:trixie\nRUN a\nRUN b\nRUN c",
            "lines 2, 3 and 4 make 3 layers; one RUN would do if they change together",
        ),
        (
            "misused-cache-mount",
            "FROM python:3.13\nRUN --mount=type=cache,target=/root/.cache/pip pip install --no-cache-dir a",
            "the cache mount on /root/.cache/pip is unused: `pip` runs with `--no-cache-dir`",
        ),
    ],
)
def test_message_says_what_is_wrong_here(name: str, text: str, message: str, tmp_path: Path) -> None:
    findings, _ = check_files([RULES[name]], {"Dockerfile": text}, tmp_path)
    assert [finding.message for finding in findings] == [message]


@pytest.mark.parametrize(
    ("tool", "code"), [("yum", "DL3032"), ("dnf", "DL3040"), ("microdnf", "DL3040"), ("zypper", "DL3036")]
)
def test_rpm_cache_left_has_the_codes_of_its_tool(tool: str, code: str, tmp_path: Path) -> None:
    text = f"FROM acme/base:1\nRUN {tool} install -y nginx"
    findings, _ = check_files([RULES["rpm-cache-left"]], {"Dockerfile": text}, tmp_path)
    aliases = findings[0].aliases
    assert [one for one in aliases if one.startswith("DL")] == [code]


def test_copied_archive_is_named_with_its_size(tmp_path: Path) -> None:
    files = {
        "Dockerfile": "FROM debian:trixie\nCOPY a.tar /tmp/\nRUN tar xf /tmp/a.tar -C /opt",
        "a.tar": "x" * 2_000_000,
    }
    findings, _ = check_files([RULES["copied-archive-extracted"]], files, tmp_path)
    assert "archive in the layer of line 2" in findings[0].message
    assert "MB archive" in findings[0].message


@pytest.mark.parametrize(
    ("name", "text", "help_"),
    [
        (
            "source-before-dependencies",
            "FROM node:24\nCOPY . .\nRUN npm install && npm run build",
            "copy `package.json` and the lock file, run `npm install`, and copy the rest after it",
        ),
        (
            "source-before-dependencies",
            "FROM python:3.13\nCOPY . /app\nRUN pip install -r /app/requirements.txt",
            "copy `requirements.txt`, run `pip install -r /app/requirements.txt`, and copy the rest after it",
        ),
        (
            "source-before-dependencies",
            "FROM ruby:3.4\nCOPY . /srv\nRUN cd /srv/web && bundle install",
            "copy `web/Gemfile` and the lock file, run `bundle install`, and copy the rest after it",
        ),
        (
            "source-before-dependencies",
            "FROM golang:1.26\nCOPY . .\nRUN go build",
            "copy `go.mod` and `go.sum`, run `go mod download`, and copy the rest after it",
        ),
        (
            "source-before-dependencies",
            "FROM rust:1\nCOPY . .\nRUN cargo build",
            "keep the crates in a cache mount (`RUN --mount=type=cache,target=/usr/local/cargo/registry`)",
        ),
        (
            "apt-lists-left",
            "FROM debian\nRUN apt-get update\nRUN apt-get install -y git",
            "update, install and `rm -rf /var/lib/apt/lists/*` in one RUN; the later ones rely on these lists",
        ),
        (
            "apt-lists-left",
            "FROM debian\nRUN apt-get update && apt-get install -y git\n"
            "RUN apt-get update && apt-get install -y jq && rm -rf /var/lib/apt/lists/*\nRUN apt-get install -y wget",
            "end the RUN with `rm -rf /var/lib/apt/lists/*`",
        ),
        ("apt-lists-left", "FROM debian\nRUN apt-get update", "end the RUN with `rm -rf /var/lib/apt/lists/*`"),
    ],
)
def test_advice_holds_for_the_steps_that_follow(name: str, text: str, help_: str, tmp_path: Path) -> None:
    findings, _ = check_files([RULES[name]], {"Dockerfile": text}, tmp_path)
    assert [finding.help for finding in findings] == [help_]
