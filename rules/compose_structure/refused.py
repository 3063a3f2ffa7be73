"""Files that Docker Compose refuses by its schema: keys, types, and values left out."""

from __future__ import annotations

from dockerlint.compose.services import Compose
from dockerlint.lint.rule import Findings, Rule, Severity

from .words import refused


class RepeatedKey(Rule[Compose]):
    """A key stands twice in one mapping.

    Compose refuses the whole file. Older versions took the last one without a word, so that half of what was written
    never held.

    Keep one of them. Two merge keys go into one: `<<: [*first, *second]`.

    https://docs.docker.com/reference/compose-file/merge/
    """

    severity = Severity.ERROR
    guards = True
    aliases = ("invalid-schema",)
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n  «web»:\n    image: y:1\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment:\n      A: b\n      C: d\n      «A»: b\n": (
            "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment:\n      A: b\n      C: d\n"
        ),
        "=== compose.yaml\nx-a: &a {init: true}\nx-b: &b {tty: true}\nservices:\n  web:\n    <<: *a\n    «<<»: *b\n"
        "    image: x:1\n": None,
        "=== compose.yaml\nservices:\n  web: {image: x:1, «image»: x:1}\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment:\n      - A=1\n      - A=2\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n---\nservices:\n  web:\n    image: x:2\n",
        "=== compose.yaml\nx-a: &a {init: true}\nservices:\n  web:\n    <<: [*a]\n    image: x:1\n    init: false\n",
    )

    def check(self, compose: Compose) -> Findings:
        return refused(self, compose, "repeated-key")


class UnknownComposeKey(Rule[Compose]):
    """A key stands where Compose knows none of that name.

    Compose refuses the whole file, and names the key but not the place where it belongs.

    Mend the spelling or the indentation. Keys of your own begin with `x-`: these are allowed everywhere.

    https://docs.docker.com/reference/compose-file/services/
    """

    severity = Severity.ERROR
    guards = True
    aliases = ("invalid-schema",)
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    «enviroment»:\n      A: b\n": (
            "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment:\n      A: b\n"
        ),
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n«restart»: always\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n  «environment»:\n    A: b\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n  «volumes»:\n    data:\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    healthcheck:\n      test: curl x\n    «retries»: 3\n": None,
        "=== compose.yaml\nservices:\n  web:\n    build:\n      context: .\n      «ports»: ['80:80']\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    «port»: 80\n": None,
    }
    good = (
        "=== compose.yaml\nx-any: 1\nservices:\n  web:\n    image: x:1\n    x-mine: {a: b}\n    deploy: {x-b: 1}\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment: {imagee: 1}\n    labels: {a.b: c}\n"
        "    logging: {options: {max-size: 1m}}\n    sysctls: {net.core.somaxconn: 1}\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n  volumes:\n    image: y:1\n",
        "=== compose.yaml\nservices:\n  base: {image: x:1}\n  web:\n    extends: {service: base, because: x}\n",
    )

    def check(self, compose: Compose) -> Findings:
        return refused(self, compose, "unknown-key")


class FirstFormatFile(Rule[Compose]):
    """The services stand at top level, as in the first format of Compose files.

    Docker Compose reads that format no more and refuses the file.

    Put all services one level deeper, under `services:`. What `links` did is done by the network of the project: each
    service reaches the others by their names.

    https://docs.docker.com/reference/compose-file/legacy-versions/
    """

    severity = Severity.ERROR
    guards = True
    aliases = ("invalid-schema",)
    bad = {
        "=== compose.yaml\n«web»:\n  image: x:1\n  links: [db]\ndb:\n  image: y:1\n": None,
        "=== compose.yaml\nversion: '2'\n«web»:\n  build: .\n  net: host\n": None,
        "=== compose.yaml\nx-a: {image: x}\n«data»:\n  volumes: ['./data:/data']\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web: {image: x:1}\n",
        "=== compose.yaml\nname: n\nvolumes: {data: }\nnetworks: {front: {}}\nx-web: {image: x}\n",
        "=== compose.yaml\nx-web: &web {image: x:1}\nservices:\n  web: *web\n",
    )

    def check(self, compose: Compose) -> Findings:
        return refused(self, compose, "first-format")


class WrongComposeType(Rule[Compose]):
    """A value has a type that Compose does not take there.

    Compose refuses the whole file: it takes no number for a text, no text for a list, and no list for a mapping.

    Put quotes around a number or `true` that is meant as text, and write a list even of one item with `-` or `[ ]`.

    https://docs.docker.com/reference/compose-file/services/
    """

    severity = Severity.ERROR
    guards = True
    aliases = ("invalid-schema",)
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    user: «1000»\n": (
            '=== compose.yaml\nservices:\n  web:\n    image: x:1\n    user: "1000"\n'
        ),
        "=== compose.yaml\nversion: «3.8»\nservices:\n  web:\n    image: x:1\n    command: [run, «true»]\n": (
            '=== compose.yaml\nversion: "3.8"\nservices:\n  web:\n    image: x:1\n    command: [run, "true"]\n'
        ),
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    cap_drop: «ALL»\n    ports: «'80:80'»\n": (
            "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    cap_drop: [ALL]\n    ports: ['80:80']\n"
        ),
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    stop_grace_period: «10»\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    healthcheck: «[curl, x]»\n    depends_on: «3»\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment: {«1»: a}\n": (
            '=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment: {"1": a}\n'
        ),
        "=== compose.yaml\nx-a: &a «[dev]»\nservices:\n  web:\n    image: x:1\n    profiles: [*a]\n": None,
    }
    good = (
        '=== compose.yaml\nservices:\n  web:\n    image: x:1\n    ports: [80]\n    cpus: "0.5"\n    mem_limit: 1e9\n'
        '    healthcheck: {test: curl x, retries: "3"}\n',
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    init: ${INIT:-true}\n    scale: ${COUNT}\n    user: $U\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment: {A: 1, B: true, C: 1.5, D: }\n"
        "    restart: no\n",
    )

    def check(self, compose: Compose) -> Findings:
        return refused(self, compose, "wrong-type")


class EmptyComposeKey(Rule[Compose]):
    """A key has no value.

    Compose 5 refuses the whole file, though older versions read it as if the key was not there. Often all that stood
    below it has been commented out.

    Delete the key, or comment it out too.

    https://docs.docker.com/reference/compose-file/services/
    """

    severity = Severity.ERROR
    guards = True
    aliases = ("invalid-schema",)
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    «ports»:\n    #  - 80:80\n": (
            "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    #  - 80:80\n"
        ),
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    «environment»: # none\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    healthcheck:\n      «test»:\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    depends_on: {«db»: }\n  db: {image: y:1}\n": None,
        "=== compose.yaml\nservices:\n  web: {image: x:1}\n«secrets»: ~\nvolumes:\n  data:\n": (
            "=== compose.yaml\nservices:\n  web: {image: x:1}\nvolumes:\n  data:\n"
        ),
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    command:\n    entrypoint:\n    deploy:\n    x-any:\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment: {A: }\n    labels: {b: }\n"
        "    networks: {front: }\nnetworks:\n  front:\nvolumes:\n  data:\n",
        "=== compose.yaml\nservices:\n  web: {image: x:1, user: u}\n"
        "=== compose.override.yaml\nservices:\n  web:\n    user:\n",
    )

    def check(self, compose: Compose) -> Findings:
        if not compose.is_fragment:
            yield from refused(self, compose, "empty-key")
