"""Whether a path is in an image: what instructions bring, and what they leave open."""

from pathlib import Path

import pytest

from dockerlint.context.files import Context
from dockerlint.dockerfile.stages import Dockerfile, Options
from dockerlint.knowledge.base_images import base_image
from dockerlint.project.build import Build
from dockerlint.project.contents import Presence, contents
from dockerlint.source import Source
from tests.harness import lay_out

FILES = {
    "app.py": "x",
    "requirements.txt": "flask",
    "src/main.py": "x",
    "src/util/a.py": "x",
    "docs/a.md": "x",
    ".dockerignore": "docs\n",
    "package.json": "{}",
}


def presence(text: str, path: str, folder: Path, files: dict[str, str] = FILES) -> Presence:
    lay_out(files, folder)
    context = Context.find(folder, folder / "Dockerfile")
    build = Build(Dockerfile(Source("Dockerfile", text), Options(base_images=base_image)), context)
    known = contents(build)
    assert known is not None
    return known.presence(build.dockerfile.stages[-1], path)


@pytest.mark.parametrize(
    ("steps", "path"),
    [
        ("COPY . /app", "/app/app.py"),
        ("COPY . /app", "/app/src/util/a.py"),
        ("WORKDIR /app\nCOPY app.py .", "/app/app.py"),
        ("COPY app.py /app", "/app"),
        ("COPY app.py /srv/server.py", "/srv/server.py"),
        ("COPY *.py /app/", "/app/app.py"),
        ("COPY s* /app/", "/app/main.py"),
        ("COPY src /app", "/app/main.py"),
        ("COPY <<EOF /app/x.py\nx\nEOF", "/app/x.py"),
        ("COPY . /app\nRUN pip install flask && chmod -R a+r /app", "/app/app.py"),
        ("COPY . /app\nRUN rm -rf /app", "/app/app.py"),
        ("RUN echo x > /app/x.py", "/app/x.py"),
        ("WORKDIR /app\nRUN touch x.py", "/app/x.py"),
        ("WORKDIR /app\nRUN cd sub && echo x > x.py", "/app/sub/x.py"),
    ],
)
def test_what_is_there(steps: str, path: str, tmp_path: Path) -> None:
    assert presence(f"FROM python:3.13\n{steps}", path, tmp_path).is_there is True


@pytest.mark.parametrize(
    ("steps", "path"),
    [
        ("COPY . /app", "/app/main.py"),
        ("COPY . /app", "/srv/app.py"),
        ("COPY . /app", "/app/docs/a.md"),
        ("COPY requirements.txt /app/", "/app/app.py"),
        ("COPY src /app", "/app/src/main.py"),
        ("COPY s* /app/", "/app/src/main.py"),
        ("COPY *.txt /app/", "/app/app.py"),
        ("WORKDIR /app\nRUN mkdir x && pip install -r requirements.txt", "/app/app.py"),
        ("RUN apt-get update && apt-get install -y nodejs", "/app/app.js"),
        ("RUN useradd -m app", "/home/app/app.py"),
        ("WORKDIR /app\nRUN echo x > y.py", "/app/x.py"),
        ("WORKDIR /app\nRUN npm ci", "/app/dist/index.js"),
        ("RUN cp /etc/hosts /srv/x", "/app/x"),
        ("COPY requirements.txt /tmp/\nRUN rm -rf /tmp/*", "/app/x"),
        ("", "/usr/src/app/x.py"),
    ],
)
def test_what_is_not_there(steps: str, path: str, tmp_path: Path) -> None:
    assert presence(f"FROM python:3.13\n{steps}", path, tmp_path).is_there is False


@pytest.mark.parametrize(
    ("steps", "path"),
    [
        ("RUN ./build.sh", "/app/x.py"),
        ("RUN make", "/app/x.py"),
        ("RUN curl -O https://example.com/x.py", "/app/x.py"),
        ("RUN git clone https://example.com/x /app", "/app/x.py"),
        ("RUN cp -r /x/* /app/", "/app/x.py"),
        ("RUN mv /app /srv", "/app/x.py"),
        ("ARG X\nCOPY app.py $X", "/app/x.py"),
        ("ARG X\nRUN echo x > $X", "/app/x.py"),
        ("ADD x.tar.gz /app", "/app/x.py"),
        ("ADD https://example.com/x.py /app/", "/app/x.py"),
        ("COPY --from=acme/tools:1 / /app/", "/app/x.py"),
        ("COPY --from=acme/tools:1 /x/*.py /app/", "/app/x.py"),
        ("COPY --exclude=*.md . /app", "/app/x.py"),
        ("VOLUME /app", "/app/x.py"),
        ("RUN apt-get install -y nodejs", "/usr/bin/x"),
        ("RUN pip install flask", "/usr/local/bin/flask"),
        ("WORKDIR /app\nRUN npm run build", "/app/dist/index.js"),
        ("WORKDIR $X\nRUN echo x > x.py", "/app/x.py"),
        ("", "/usr/local/bin/x"),
        ("", "/etc/x"),
        ("RUN if [ -n", "/app/x.py"),
    ],
)
def test_what_nobody_knows(steps: str, path: str, tmp_path: Path) -> None:
    assert presence(f"FROM python:3.13\n{steps}", path, tmp_path).is_there is None


@pytest.mark.parametrize(
    ("base", "expected"),
    [("scratch", False), ("debian:trixie", False), ("acme/base:1", None), ("python:3-onbuild", None),
     ("gcr.io/distroless/python3", False), ("wordpress:6", None)],
)  # fmt: skip
def test_the_base_counts(base: str, expected: bool | None, tmp_path: Path) -> None:
    assert presence(f"FROM {base}\nCOPY app.py /app/", "/app/x.py", tmp_path).is_there is expected


def test_scripts_of_a_package_may_write_anything(tmp_path: Path) -> None:
    files = {**FILES, "package.json": '{"scripts": {"prepare": "tsc"}}'}
    assert presence("FROM node:24\nWORKDIR /app\nRUN npm ci", "/app/dist/x.js", tmp_path, files).is_there is None


def test_files_are_followed_through_stages(tmp_path: Path) -> None:
    text = "FROM python:3.13 AS build\nWORKDIR /app\nCOPY {} .\nFROM python:3.13-slim\nCOPY --from=build /app /srv"
    assert presence(text.format("."), "/srv/app.py", tmp_path).is_there is True
    assert presence(text.format("requirements.txt"), "/srv/app.py", tmp_path).is_there is False
    text += "\nFROM python:3.13-slim\nCOPY --from=1 /srv/app.py /x.py"
    assert presence(text.format("."), "/x.py", tmp_path).origin == "app.py"


def test_a_link_may_lead_anywhere(tmp_path: Path) -> None:
    (tmp_path / "linked").symlink_to(tmp_path / "src")
    assert presence("FROM python:3.13\nCOPY . /app", "/app/linked/x.py", tmp_path).is_there is None
