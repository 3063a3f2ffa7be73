"""Images that are larger than needed."""

from __future__ import annotations

import re

from dockerlint.dockerfile.image import Reference
from dockerlint.dockerfile.instructions import From, Instruction, Onbuild, Run
from dockerlint.dockerfile.stages import Stage
from dockerlint.knowledge.endoflife import end_of_life
from dockerlint.knowledge.retired import deprecated
from dockerlint.knowledge.variants import slim_tag, versioned_example
from dockerlint.lint.rule import Findings, Fix, Rule, Severity, replace
from dockerlint.project.build import Build
from dockerlint.shell.packages import action_of, installer
from dockerlint.shell.script import SHELLS, Command
from dockerlint.source import Text

# Official images of which the full variant is known to bring what most programs never call.
_BRINGS = {
    "python": "compilers and headers",
    "node": "compilers and headers",
    "perl": "compilers and headers",
    "ruby": "compilers and headers",
    "debian": "documentation and translations",
}
# What a full variant has and the slim one of the same image lacks.
_NEEDS_FULL = frozenset(
    {
        "autoconf", "automake", "bzr", "c++", "cc", "clang", "cmake", "configure", "curl", "file", "g++", "gcc", "git",
        "hg", "libtool", "make", "node-gyp", "patch", "pkg-config", "svn", "unzip", "wget", "xz", "mysql_config",
        "pg_config", "ssh", "gem", "bundle", "cpan", "cpanm", "cargo", "go", "rustc", "gpg", "bzip2", "ps", "netstat",
        "bower", "ember", "polymer", "pipenv", "poetry",
    }
)  # fmt: skip
# What debian's slim variant fails to install, for want of the folders of manual pages.
_NEEDS_MANUALS = re.compile(r".*-(jre|jdk)(-headless)?|postgresql-client.*")
# Python packages that are usually compiled when they are installed.
_COMPILED = re.compile(
    r"^\s*(psycopg2|mysqlclient|uwsgi|python-ldap|pycairo|pyaudio|xmlsec|gdal|dbus-python|pygraphviz|pycurl|pyodbc)"
    r"(?![\w-])|^\s*(-e\s+)?git\+|--no-binary",
    re.IGNORECASE | re.MULTILINE,
)


class SlimmerBaseImage(Rule[Build]):
    """The image that ships stands on a full variant that nothing in the Dockerfile needs.

    All that the program never calls is pushed and pulled with it, and has to be patched. In the images of languages that
    is compilers, headers and version control, hundreds of megabytes, and an intruder finds the tools ready; in debian's
    it is documentation and translations.

    Take the `slim` tag of the same version. Where dependencies are compiled, do that in a first stage on the full image
    and copy the result.

    https://docs.docker.com/build/building/best-practices/#choose-the-right-base-image
    """

    severity = Severity.WARNING
    aliases = ("DD018",)
    bad = {
        'FROM python:«3.14»\nCOPY app.py /app/\nCMD ["python", "/app/app.py"]': (
            'FROM python:3.14-slim\nCOPY app.py /app/\nCMD ["python", "/app/app.py"]'
        ),
        'FROM node:«24-bookworm»\nCMD ["node", "/app.js"]': 'FROM node:24-bookworm-slim\nCMD ["node", "/app.js"]',
        "FROM «python»\nRUN pip install flask\nCMD python app.py": None,
        'FROM debian:«trixie»\nCOPY server /\nCMD ["/server"]': 'FROM debian:trixie-slim\nCOPY server /\nCMD ["/server"]',
        "=== Dockerfile\nFROM python:«3.14»\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n"
        'CMD ["python", "a.py"]\n=== requirements.txt\nflask\n': (
            "=== Dockerfile\nFROM python:3.14-slim\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n"
            'CMD ["python", "a.py"]\n=== requirements.txt\nflask\n'
        ),
    }
    good = (
        'FROM python:3.14-slim\nCMD ["python", "app.py"]',
        'FROM python:3.14\nRUN apt-get update && apt-get install -y libpq-dev\nCMD ["python", "app.py"]',
        'FROM python:3.14\nRUN git clone https://example.com/x\nCMD ["python", "app.py"]',
        'FROM python:3.14 AS build\nRUN pip install --target /x flask\nFROM python:3.14-slim\nCMD ["python", "a.py"]',
        'FROM python:3.14\nRUN pip install psycopg2\nCMD ["python", "app.py"]',
        'FROM python:3.14\nARG LIBRARIES="flask uwsgi"\nRUN pip install $LIBRARIES\nCMD ["python", "app.py"]',
        'FROM python:3.14\nCMD ["pip", "install", "some-package==1.0"]',
        'FROM python:3.14\nRUN ./build.sh\nCMD ["python", "app.py"]',
        'FROM python:3.14\nRUN bash /setup.sh\nCMD ["python", "app.py"]',
        'FROM node:24\nCOPY . .\nRUN npm ci\nCMD ["node", "app.js"]',
        'FROM node:24\nRUN npm install -g some-native-addon\nCMD ["node", "app.js"]',
        'FROM node:24\nCOPY . .\nRUN yarn\nCMD ["npm", "start"]',
        'FROM node:24\nCOPY . .\nRUN npm run setup\nCMD ["npm", "start"]',
        'FROM node:24\nCOPY run.sh /\nCMD ["/run.sh"]',
        '=== Dockerfile\nFROM node:24\nCOPY . .\nRUN npm ci\nCMD ["node", "app.js"]\n'
        '=== package-lock.json\n{"packages": {"node_modules/bcrypt": {"hasInstallScript": true}}}',
        '=== Dockerfile.dev\nFROM python:3.14\nCMD ["python", "app.py"]',
        "=== Dockerfile\nFROM python:3.14\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n"
        'CMD ["python", "a.py"]\n=== requirements.txt\nflask\nmysqlclient==2.2\n',
        'FROM debian:trixie\nRUN apt-get update && apt-get install -y default-jre\nCMD ["java"]',
        "FROM python:3.14",
        'FROM node:24\nONBUILD RUN npm install\nCMD ["node", "app.js"]',
        'FROM node:16\nCMD ["node", "/app.js"]',
    )

    def check(self, build: Build) -> Findings:
        for stage in build.runtime_stages:
            reference = stage.base
            slim = slim_tag(reference) if reference else None
            if reference is None or slim is None or build.is_development(stage) or deprecated(reference):
                continue
            brings = _BRINGS.get(reference.familiar)
            if brings is None or _needs_full(build, stage):
                continue
            # The slim twin of a tag that has ended would be no better: first comes the move to another.
            if end_of_life(reference, self.settings.as_of) is not None:
                continue
            is_sound = reference.tag not in (None, "latest")
            tag = slim if is_sound else versioned_example(Reference(reference.name, "slim")) or slim
            message = f"`{stage.root.base_name}` brings {brings} that nothing here uses"
            is_taste = reference.familiar == "debian"
            yield self.finding(
                _tag_of(stage.root.from_),
                message,
                help=f"use `{reference.name}:{tag}`",
                fix=self._fix(stage.root.from_, slim) if is_sound else None,
                severity=Severity.INFO if is_taste else None,
            )

    @staticmethod
    def _fix(from_: From, slim: str) -> Fix | None:
        if "$" in from_.image or not from_.image.is_verbatim or "@" in from_.image:
            return None
        needs = "something may read what is left out" if "debian" in from_.image else "a dependency may need a compiler"
        message = f"use the tag `{slim}` ({needs})"
        return replace(_tag_of(from_), slim, message, is_safe=False)


def _tag_of(from_: From) -> Text:
    image = from_.image
    cut = image.rfind(":")
    return image.part(cut + 1, len(image)) if cut > image.rfind("/") and "$" not in image else image


def _needs_full(build: Build, stage: Stage) -> bool:
    """Whether something seen uses what only the full variant has, or something unseen might."""
    instructions: list[Instruction] = [one for link in stage.chain for one in link.instructions]
    instructions += [one.instruction for one in instructions if isinstance(one, Onbuild)]
    runs = [run for run in instructions if isinstance(run, Run)]
    if any(run.script.is_broken for run in runs):
        return True
    commands = [command for run in runs for command in run.commands]
    starts = build.start_commands(stage)
    if any(_command_needs_full(command) for command in (*commands, *starts)):
        return True
    if any(_is_unseen_script(command) or _installs_headers(command) for command in commands):
        return True
    if any(_is_unseen_script(command) and build.script_of(stage, command) is None for command in starts):
        return stage.base is None or stage.base.familiar != "debian"
    if any(_installs_python(command) for command in starts):
        return True
    texts = [text for command in (*commands, *starts) for text in _requirements(build, command)]
    return any(text is None or _COMPILED.search(text) or '"hasInstallScript"' in text for text in texts)


def _command_needs_full(command: Command) -> bool:
    return command.name in _NEEDS_FULL or any(
        word.value.startswith(("git+", "git://", "github:")) for word in command.arguments
    )


def _is_unseen_script(command: Command) -> bool:
    """Whether a command runs a file of unknown content, which may call anything."""
    words = [word.value for word in command.arguments if not word.value.startswith("-")]
    runs_file = command.name in SHELLS and not command.has_option("-c") and bool(words)
    program = command.program
    return runs_file or (program is not None and ("$" in program.value or _is_own_file(program.value)))


def _is_own_file(program: str) -> bool:
    return "/" in program and not program.startswith(("/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/", "/usr/local/bin/"))


def _installs_headers(command: Command) -> bool:
    action = action_of(command)
    names = [package.name for package in action.packages] if action is not None and action.is_system_install else []
    return any(
        name.endswith(("-dev", "-devel")) or name == "build-essential" or _NEEDS_MANUALS.fullmatch(name)
        for name in names
    )


def _requirements(build: Build, command: Command) -> list[str | None]:
    """What a command installs: its words, and the manifests that it reads; None for one that cannot be read."""
    found = installer(command)
    action = action_of(command)
    texts: list[str | None] = []
    is_pip = _installs_python(command)
    if is_pip:
        is_known = not any(word.value.startswith("$") for word in command.arguments)
        texts.append("\n".join(word.value for word in command.arguments) if is_known else None)
    if found is not None and found.kind == "python":
        texts += [_read(build, name) for name in found.manifests]
    elif command.name in ("npm", "yarn", "pnpm") and _may_install(command):
        locks = [_read(build, name) for name in ("package-lock.json", "npm-shrinkwrap.json")]
        texts.append(next((lock for lock in locks if lock is not None), None))
    elif is_pip and action is not None and action.local:
        texts.append(None)
    return texts


def _installs_python(command: Command) -> bool:
    action = action_of(command)
    return action is not None and action.manager in ("pip", "uv") and action.verb.name in ("install", "download")


def _may_install(command: Command) -> bool:
    """Whether npm or its like installs packages, or runs a script of package.json, which may do anything."""
    if not command.arguments:
        return command.name == "yarn"
    return any(word.value in _ADDING for word in command.arguments[:2])


_ADDING = frozenset({"install", "i", "ci", "add", "global", "run", "run-script"})


def _read(build: Build, name: str) -> str | None:
    context = build.context
    if context is None:
        return None
    source = context.read_text(name) or context.read_text(name.rpartition("/")[2])
    return source.text if source is not None else None
