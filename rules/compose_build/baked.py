"""Variables that a program bakes in when it is built, and that a service sets too late."""

from __future__ import annotations

import re

from dockerlint.dockerfile.instructions import Run
from dockerlint.dockerfile.stages import Dockerfile, Stage
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.containers import Container
from dockerlint.project.service_kinds import command_words

# Build tools that write variables with such a name into the files that a browser loads.
_BAKED = {"VITE_": "vite", "REACT_APP_": "react", "NEXT_PUBLIC_": "next"}
_STATIC_SERVERS = frozenset({"nginx", "nginx-unprivileged", "caddy", "httpd", "static-web-server", "serve"})
# They write variables into finished files when the container starts.
_REWRITING = re.compile(r"envsubst|sed |import-meta-env|runtime-env|replace-env|env\.sh|entrypoint")
_BUILDING = re.compile(
    r"\b(?:npm run (?:build|generate)|(?:yarn|pnpm|bun)(?: run)? build|vite build|next build|react-scripts build)\b"
)
_DEVELOPING = re.compile(r"\b(?:dev|start:dev|vite(?!\s+build)|next dev|react-scripts start)\b")


class BuildTimeVariableAtRuntime(Rule[Container]):
    """A variable that the build bakes into the program is set for the container only.

    The browser gets what the build knew: nothing, or the default. Whatever `environment` says changes no file that is
    already built.

    Pass it to the build: `build.args`, and `ARG NAME` before the step that builds.

    https://docs.docker.com/reference/compose-file/build/#args
    """

    severity = Severity.WARNING
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n      «VITE_API_URL»: https://api.example.com\n"
        "=== Dockerfile\nFROM node:24 AS build\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\n"
        "FROM nginx:1.29\nCOPY --from=build /app/dist /usr/share/nginx/html\n": None,
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n      - «REACT_APP_KEY»=x\n"
        "=== Dockerfile\nFROM node:24 AS build\nCOPY . .\nRUN yarn build\n"
        "FROM caddy:2.10\nCOPY --from=build /build /srv\n": None,
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n      «NEXT_PUBLIC_URL»: https://example.com\n"
        '=== Dockerfile\nFROM node:24\nWORKDIR /app\nCOPY . .\nRUN npm run build\nCMD ["npm", "start"]\n': None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    build:\n      context: .\n      args: {VITE_API_URL: x}\n    environment:\n"
        "      VITE_API_URL: x\n=== Dockerfile\nFROM node:24 AS build\nARG VITE_API_URL\nCOPY . .\nRUN npm run build\n"
        "FROM nginx:1.29\nCOPY --from=build /dist /usr/share/nginx/html\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    command: npm run dev\n    environment:\n      VITE_API_URL: x\n"
        "=== Dockerfile\nFROM node:24\nCOPY . .\nRUN npm run build\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n      VITE_API_URL: x\n"
        "=== Dockerfile\nFROM node:24 AS build\nCOPY . .\nRUN npm run build\nFROM nginx:1.29\n"
        "COPY --from=build /dist /usr/share/nginx/html\nCOPY entrypoint.sh /docker-entrypoint.d/\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n      NUXT_PUBLIC_URL: x\n      API_URL: y\n"
        "=== Dockerfile\nFROM node:24\nCOPY . .\nRUN npm run build\n",
    )

    def check(self, container: Container) -> Findings:
        build, stage = container.build, container.stage
        given = container.service.build
        if build is None or stage is None or given is None or container.is_development:
            return
        step = _building_step(build.dockerfile)
        if step is None or _is_developed(container) or _is_rewritten(stage):
            return
        passed = {str(argument.name) for argument in given.args}
        is_static = stage.base is not None and stage.base.path.rpartition("/")[2] in _STATIC_SERVERS
        for name, value in container.service.environment:
            prefix = next((prefix for prefix in _BAKED if name.startswith(prefix)), None)
            if prefix is None or value is None or name in passed:
                continue
            if is_static or prefix == "NEXT_PUBLIC_":
                message = (
                    f"`{name}` in `environment` of `{container.service.name}` comes too late: "
                    f"line {step.start_line} of the Dockerfile has built the program"
                )
                yield self.finding(name, message, help="pass it in `build.args`")


def _building_step(dockerfile: Dockerfile) -> Run | None:
    """The RUN that builds what browsers load."""
    runs = (
        instruction
        for stage in dockerfile.stages
        if stage.index in dockerfile.built_stages
        for instruction in stage.instructions
        if isinstance(instruction, Run)
    )
    return next((run for run in runs if _BUILDING.search(run.rest)), None)


def _is_developed(container: Container) -> bool:
    """Whether the service starts a server that builds anew."""
    service = container.service
    texts = [str(command.text) for command in (service.entrypoint, service.command) if command and command.text]
    return _DEVELOPING.search(" ".join([*texts, *command_words(service)])) is not None


def _is_rewritten(stage: Stage) -> bool:
    """Whether something may write the variables into the finished files when the container starts."""
    texts = [str(step.instruction.rest) for link in stage.chain for step in link.steps]
    return any(_REWRITING.search(text) for text in texts)
