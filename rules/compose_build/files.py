"""Files and folders that a service names and that are not there."""

from __future__ import annotations

import os
import posixpath
import re
from pathlib import Path

from dockerlint.compose.env_faults import faults, faults_of_raw
from dockerlint.compose.mounts import Volume
from dockerlint.compose.nodes import Mapping, Scalar
from dockerlint.compose.references import granted
from dockerlint.compose.values import Value
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.containers import Container, Stack
from dockerlint.project.environments import GivenFile
from dockerlint.project.files import absolute, as_typed
from dockerlint.project.made_later import comes_later
from dockerlint.source import Span
from dockerlint.wording import nearest

from .elsewhere import is_named_elsewhere

_SAMPLES = (".example", ".sample", ".template", ".dist")
# Folders that are there for what programs write, and files that somebody brings.
_COMES_LATER = re.compile(
    r"(?:^|[/._-])(?:data\w*|db|logs?|uploads?|caches?|te?mp|backups?|certs?|ssl|storage|volumes?|media|output|secrets?)"
    r"(?:$|[/._-])",
    re.IGNORECASE,
)
# Folders of an image from which programs read source, settings and scripts.
_READ = re.compile(
    r"/docker-entrypoint-\w+\.d/?$|^/etc/nginx(?:/|$)|^/usr/share/nginx/|/htdocs/?$|/provisioning(?:/|$)|"
    r"/(?:src|source|code|scripts|migrations|templates)/?$"
)
_FILE = re.compile(
    r"[^/]\.(?:conf|cfg|cnf|ini|json|ya?ml|toml|xml|properties|sh|py|js|sql|env|crt|pem|key|html|list|rules)$"
)


class MissingEnvFile(Rule[Container]):
    """A service's env file is not there, or holds a line that Compose refuses.

    Compose refuses to start anything of the project: `env file .env.prod not found`.

    Write the file, or say that it may be missing: `env_file: [{path: .env.prod, required: false}]`.

    https://docs.docker.com/reference/compose-file/services/#env_file
    """

    severity = Severity.WARNING
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    env_file: «.env.prod»\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    env_file:\n      - a.env\n      - path: «b.env»\n"
        "=== a.env\nA=1\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    env_file: a.env\n=== a.env\nA=1\n«MY KEY=2»\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    env_file:\n      - path: .env.prod\n        required: false\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    env_file: .env.prod\n    profiles: [prod]\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    env_file: [a.env, '${FILE}', ../b.env]\n"
        '=== a.env\n# a b=c\nA=1 2\nexport B = 3\nC: 4\nD="x\ny z=1\n"\n',
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    env_file: .env.prod\n=== Makefile\nup:\n\tcp .env.ci .env.prod\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    env_file: env/prod\n=== .git/HEAD\n\n=== .gitignore\nenv/\n",
    )

    def check(self, container: Container) -> Findings:
        if container.compose.source.path == "-":
            return
        for given in container.env_files:
            if given.source is not None:
                read = faults_of_raw if given.file.is_raw else faults
                yield from (self.finding(fault.line, fault.message) for fault in read(given.source))
            elif given.path is not None and given.file.required and not container.service.profiles:
                yield from self._missing(container, given, given.path)

    def _missing(self, container: Container, given: GivenFile, path: Path) -> Findings:
        files = container.files
        sample = next((f"{path.name}{end}" for end in _SAMPLES if os.path.isfile(f"{path}{end}")), None)
        if not files.is_missing(path) or is_named_elsewhere(container, path) or comes_later(files, path):
            return
        hint = f"; there is `{sample}`" if sample is not None else ""
        message = f"`{given.file.path.text}` of `{container.service.name}` is not there{hint}: Compose refuses to start"
        yield self.finding(
            given.file.path.written, message, help="write it, or say `required: false` if it is optional"
        )


class MissingMountSource(Rule[Stack]):
    """A file or folder that a service mounts is not in the project.

    The engine makes a folder of that name, as root, in its place. Where a file was meant the program finds a folder
    and fails.

    Bring the file along, or mend the path: it begins at the folder of the Compose file.

    https://docs.docker.com/reference/compose-file/services/#volumes
    """

    severity = Severity.WARNING
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    image: nginx:1.29\n    volumes:\n"
        "      - «./nginx.conf»:/etc/nginx/nginx.conf:ro\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    volumes:\n      - «./srcs»:/app/src\n=== src/a.py\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    volumes:\n      - type: bind\n"
        "        source: «./data»\n        target: /data\n        bind:\n          create_host_path: false\n": None,
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    secrets: [pw]\nsecrets:\n  pw:\n    file: «./pw.txt»\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    volumes:\n      - «./app.conf»:/etc/app.conf\n"
        "=== app.conf/x\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    volumes:\n      - ./nginx.conf:/etc/nginx/nginx.conf\n"
        "      - ./data:/data\n      - ./var/logs:/logs\n      - /etc/hosts:/etc/hosts\n      - ~/x.conf:/x.conf\n"
        "      - ${DIR}/x.conf:/y.conf\n=== nginx.conf\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    volumes: ['./gen.conf:/gen.conf']\n"
        "=== Makefile\nup:\n\tenvsubst < gen.tpl > gen.conf\n",
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\nsecrets:\n  pw:\n    file: ./pw.txt\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    volumes: ['../x.conf:/x.conf', 'named:/y']\nvolumes:\n  named:\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    volumes: ['./api/src:/app/src', './reports/:/app/src']\n"
        '=== .gitmodules\n[submodule "api"]\n\tpath = api\n\turl = https://example.com/api\n=== .git/HEAD\n\n'
        "=== .gitignore\n/reports/\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    volumes: ['./plugins:/opt/plugins', './out:/app/out']\n",
    )

    def check(self, stack: Stack) -> Findings:
        if stack.compose.source.path == "-":
            return
        seen: set[Span] = set()
        for container in stack.containers:
            for volume in container.service.volumes:
                source = volume.source
                if source is None or volume.kind != "bind" or not _is_relative(source):
                    continue
                if source.text.span not in seen:
                    seen.add(source.text.span)
                    yield from self._of_mount(container, volume, source)
        for kind in ("secrets", "configs"):
            yield from self._of_files(stack, kind)

    def _of_mount(self, container: Container, volume: Volume, source: Value) -> Findings:
        path = absolute(Path(container.compose.path_of(source)))
        name = container.service.name
        is_file = _FILE.search(volume.target.text) is not None and (
            posixpath.splitext(source.text)[1] == posixpath.splitext(volume.target.text)[1]
        )
        if not container.files.is_missing(path):
            if is_file and container.files.contains(path) and os.path.isdir(path):
                message = f"`{source.text}` is a folder, and `{volume.target.text}` of `{name}` is to be a file"
                yield self.finding(
                    source.text, message, help="remove the folder, which Docker has made, and write the file"
                )
            return
        makes_none = _refuses(volume)
        if comes_later(container.files, path) or is_named_elsewhere(container, path):
            return
        if makes_none:
            yield self.finding(source.text, f"`{source.text}` of `{name}` is not there: the container cannot be made")
        elif is_file:
            message = f"`{source.text}` is not there: Docker makes a folder of that name, and `{name}` finds no file"
            yield self.finding(source.text, message)
        elif _must_be_there(container, volume, path) and not _COMES_LATER.search(f"{source.text} {volume.target.text}"):
            message = f"`{source.text}` is not there: Docker makes an empty folder, and `{name}` finds nothing in it"
            yield self.finding(source.text, message)

    def _of_files(self, stack: Stack, kind: str) -> Findings:
        """The files of secrets and configs that a service uses."""
        used = {str(name.text) for one in stack.containers for name in granted(one.service.settings, kind)}
        for name in stack.compose.declared(kind):
            section = stack.compose.declaration(kind, name)
            file = section.text("file") if section is not None else None
            if file is None or name not in used or not _is_relative(file):
                continue
            path = absolute(Path(stack.compose.path_of(file)))
            if stack.files.is_missing(path) and not comes_later(stack.files, path):
                if stack.containers and is_named_elsewhere(stack.containers[0], path):
                    continue
                message = f"`{as_typed(path)}` of `{name}` is not there: the container cannot be made"
                yield self.finding(file.written, message)


def _must_be_there(container: Container, volume: Volume, path: Path) -> bool:
    """Whether an empty folder surely does not do: nothing may be written to it, it holds what programs read, or a misspelt name.

    Into any other folder the program may write its results: that it is missing before the first start is as it should be.
    """
    if volume.read_only or _READ.search(volume.target.text) is not None:
        return True
    folders = [one.name for one in container.files.below(path.parent, ("",)) if os.path.isdir(one)]
    return len(path.name) > 3 and bool(nearest(path.name, folders))


def _is_relative(value: Value) -> bool:
    text = value.text
    return bool(text) and not value.unknown and not text.startswith(("/", "~", "$", "\\")) and text[1:2] != ":"


def _refuses(volume: Volume) -> bool:
    """Whether the engine is told not to make a missing folder."""
    bind = volume.node.get("bind") if volume.node is not None else None
    made = bind.get("create_host_path") if isinstance(bind, Mapping) else None
    return isinstance(made, Scalar) and made.value is False
