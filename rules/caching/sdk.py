"""Final images that stand on the image of a toolchain."""

from __future__ import annotations

from typing import NamedTuple

from dockerlint.dockerfile.image import Reference
from dockerlint.dockerfile.stages import Stage
from dockerlint.knowledge import tags
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.shell.packages import PackageAction
from dockerlint.shell.script import Command

from .started import Started, started


class _Toolchain(NamedTuple):
    """The images of a toolchain: what it is called, what builds with it, what needs it when the container runs."""

    images: tuple[str, ...]
    title: str
    builds: dict[str, tuple[str, ...]]
    needs: tuple[str, ...]
    only_with: str = ""
    target: str = "copy it to a second stage"


_JAVA_BUILDS: dict[str, tuple[str, ...]] = {
    "mvn": ("package", "install", "verify", "deploy"),
    "gradle": ("build", "assemble", "bootJar", "shadowJar", "installDist", "jar"),
    "sbt": ("assembly", "stage"),
    "javac": (),
}
_JAVA_NEEDS = ("mvn", "mvnw", "gradle", "gradlew", "sbt", "javac", "jshell", "jstack", "jmap", "jcmd", "jdb")
_TOOLCHAINS = (
    _Toolchain(("golang",), "the whole Go toolchain", {"go": ("build", "install")}, ("go", "gopls", "dlv", "air", "reflex")),
    _Toolchain(
        ("rust", "rustlang/rust"), "the whole Rust toolchain", {"cargo": ("build", "b", "install"), "rustc": ()},
        ("cargo", "rustc", "rustup"),
    ),
    _Toolchain(("gcc",), "the whole GCC toolchain", {"gcc": (), "g++": (), "make": (), "cmake": ()}, ("gcc", "g++", "make")),
    _Toolchain(
        ("haskell", "fpco/stack-build"), "the whole Haskell toolchain",
        {"stack": ("build", "install"), "cabal": ("build", "install", "new-build", "v2-build"), "ghc": ()},
        ("stack", "cabal", "ghc", "runhaskell", "ghci"),
    ),
    _Toolchain(("swift",), "the whole Swift toolchain", {"swift": ("build",)}, ("swift", "swiftc")),
    _Toolchain(
        ("maven", "gradle", "sbtscala/scala-sbt", "hseeberger/scala-sbt", "mozilla/sbt"), "the build tool and a JDK",
        _JAVA_BUILDS, _JAVA_NEEDS, only_with="java", target="copy it to a second stage on a JRE",
    ),
    _Toolchain(
        ("openjdk", "eclipse-temurin", "amazoncorretto", "ibmjava", "ibm-semeru-runtimes", "sapmachine", "adoptopenjdk",
         "azul/zulu-openjdk", "bellsoft/liberica-openjdk-debian", "bellsoft/liberica-openjdk-alpine"),
        "a whole JDK", _JAVA_BUILDS, _JAVA_NEEDS, only_with="java", target="copy it to a second stage on a JRE",
    ),
    _Toolchain(
        ("mcr.microsoft.com/dotnet/sdk", "mcr.microsoft.com/dotnet/core/sdk", "mcr.microsoft.com/dotnet/nightly/sdk",
         "microsoft/dotnet", "microsoft/aspnetcore-build"),
        "the whole .NET SDK", {"dotnet": ("publish",)},
        ("dotnet run", "dotnet watch", "dotnet test", "dotnet ef", "dotnet build", "dotnet restore", "dotnet exec"),
        target="copy it to a second stage on the runtime image",
    ),
)  # fmt: skip
# What serves files that stand still, and what it needs of Node.js.
_FILE_SERVERS = ("nginx", "httpd", "apache2ctl", "apache2", "lighttpd", "caddy", "serve", "http-server")
_BUILD_SCRIPTS = frozenset({"build", "build:prod", "build-prod", "build:production", "generate", "export"})


class SdkShipped(Rule[Build]):
    """The final image stands on the image of a toolchain that only the build needs.

    Compilers, headers, package caches and the source make it several times as large as the program, and a scanner finds
    vulnerabilities in all of them. Whoever breaks into the container finds every tool ready.

    Name the stage (`FROM golang:1.26 AS build`), and copy what it builds to a second one:
    `FROM gcr.io/distroless/static`, `COPY --from=build /app /app`.

    https://docs.docker.com/build/building/multi-stage/
    """

    severity = Severity.WARNING
    aliases = ("DF011",)
    bad = {
        'FROM «golang:1.26»\nWORKDIR /src\nCOPY . .\nRUN go build -o /app ./...\nCMD ["/app"]': None,
        'FROM «golang:1.26-alpine» AS base\nFROM base\nCOPY . .\nRUN go install ./cmd/server\nENTRYPOINT ["server"]': None,
        'FROM «rust:1.91»\nCOPY . .\nRUN cargo build --release --locked\nCMD ["./target/release/app"]': None,
        'FROM «maven:3-eclipse-temurin-21»\nCOPY . .\nRUN mvn -B clean package\nCMD ["java", "-jar", "target/a.jar"]': None,
        'FROM «eclipse-temurin:21-jdk»\nCOPY . .\nRUN ./gradlew bootJar\nENTRYPOINT ["java", "-jar", "build/a.jar"]': None,
        "FROM «mcr.microsoft.com/dotnet/sdk:10.0»\nCOPY . .\nRUN dotnet publish -c Release -o /app\n"
        'ENTRYPOINT ["dotnet", "/app/web.dll"]': None,
        'FROM «gcc:15»\nCOPY . .\nRUN gcc -o app main.c\nCMD ["./app"]': None,
        'FROM «node:24»\nCOPY . .\nRUN npm ci && npm run build\nCMD ["npx", "serve", "-s", "build"]': None,
        'FROM «swift:6.2»\nCOPY . .\nRUN swift build -c release\nCMD [".build/release/App"]': None,
    }
    good = (
        'FROM golang:1.26 AS build\nCOPY . .\nRUN go build -o /app\nFROM scratch\nCOPY --from=build /app /app\nCMD ["/app"]',
        'FROM golang:1.26\nCOPY . .\nRUN go build ./...\nCMD ["go", "test", "./..."]',
        'FROM golang:1.26\nCOPY app /app\nCMD ["/app"]',
        "FROM golang:1.26\nCOPY . .\nRUN go build -o /app",
        'FROM golang:1.26 AS dev\nCOPY . .\nRUN go build -o /app\nCMD ["/app"]',
        'FROM golang:1.26\nCOPY . .\nRUN go build -o /app\nENTRYPOINT ["/entrypoint.sh"]',
        'FROM maven:3\nCOPY . .\nRUN mvn package\nCMD ["mvn", "spring-boot:run"]',
        'FROM eclipse-temurin:21-jre\nCOPY . .\nRUN ./gradlew bootJar\nCMD ["java", "-jar", "a.jar"]',
        'FROM eclipse-temurin:21-jdk\nCOPY a.jar .\nCMD ["java", "-jar", "a.jar"]',
        'FROM mcr.microsoft.com/dotnet/sdk:10.0\nCOPY . .\nRUN dotnet publish\nCMD ["dotnet", "watch", "run"]',
        'FROM node:24\nCOPY . .\nRUN npm ci && npm run build\nCMD ["node", "server.js"]',
        'FROM microsoft/dotnet:2.1-runtime\nCOPY . .\nRUN dotnet publish\nCMD ["dotnet", "a.dll"]',
    )

    def check(self, build: Build) -> Findings:
        reported: set[int] = set()
        for stage in build.runtime_stages:
            if stage.base is None or stage.root.index in reported or build.is_development(stage):
                continue
            shipped = shipped_toolchain(build, stage)
            if shipped is not None:
                reported.add(stage.root.index)
                message = (
                    f"the image ships {shipped.title} (`{stage.root.base_name}`) for what line {shipped.line} builds"
                )
                yield self.finding(stage.root.from_.image, message, help=shipped.advice)
            elif stage.base.familiar == "node":
                yield from self._static(build, stage)

    def _static(self, build: Build, stage: Stage) -> Findings:
        layers = build.layers_of(stage)
        line = next(
            (action.command.text.line for layer in layers for action in layer.actions if _is_site(action)), None
        )
        if line is None:
            return
        server = next((command.name for command in build.start_commands(stage) if command.name in _FILE_SERVERS), None)
        if server is not None and started(build, stage).is_complete:
            message = f"the image ships Node.js (`{stage.root.base_name}`) to serve the files that line {line} builds"
            yield self.finding(
                stage.root.from_.image, message, help="copy them to a second stage on a web server's image"
            )


class Shipped(NamedTuple):
    """A toolchain in a final image, and the line of the last command that builds with it."""

    title: str
    line: int
    advice: str


def shipped_toolchain(build: Build, stage: Stage) -> Shipped | None:
    """The toolchain whose image a stage stands on, if it builds with it, and nothing needs it later."""
    toolchain = _toolchain_of(stage.base) if stage.base is not None else None
    if toolchain is None:
        return None
    commands = (command for layer in build.layers_of(stage) for command in layer.commands)
    lines = [command.text.line for command in commands if _builds(command, toolchain)]
    if not lines:
        return None
    run = started(build, stage)
    is_idle = run.is_complete and not _is_needed(run, toolchain)
    return Shipped(toolchain.title, lines[-1], toolchain.target) if is_idle else None


def _toolchain_of(base: Reference) -> _Toolchain | None:
    """The toolchain whose image this is; None for variants that only run programs."""
    words = tags.read(base.tag).words if base.tag and "$" not in base.tag else ()
    if not {"jre", "runtime", "aspnetcore"}.isdisjoint(words):
        return None
    if base.familiar == "microsoft/dotnet" and "sdk" not in words:
        return None
    found = next((toolchain for toolchain in _TOOLCHAINS if base.familiar in toolchain.images), None)
    if found is not None and found.title == "a whole JDK" and base.tag is not None and "$" in base.tag:
        return None
    return found


def _is_needed(run: Started, toolchain: _Toolchain) -> bool:
    if toolchain.only_with and not run.names(toolchain.only_with):
        return True
    return any(run.names(program) for program in toolchain.needs)


def _builds(command: Command, toolchain: _Toolchain) -> bool:
    name = command.name.removesuffix("w") if command.name in ("mvnw", "gradlew") else command.name
    verbs = toolchain.builds.get(name)
    if verbs is None or command.has_option("--version"):
        return False
    words = [word.value.rpartition(":")[2] for word in command.operands]
    return not verbs or any(verb in words for verb in verbs)


def _is_site(action: PackageAction) -> bool:
    words = [str(word.value) for word in action.options.operands]
    return action.family == "node" and action.verb.name == "run" and words[-1:] != [] and words[-1] in _BUILD_SCRIPTS
