"""Each kind of thing has the facts that the table promises, at their places; what nobody can tell is never said."""

from pathlib import Path

import pytest

from dockerlint.lint.policy.kinds import KINDS
from tests.harness import files_of, marks_of, read_sample
from tests.policy import check_files, rules_of

DIGEST = "sha256:" + "0" * 64


def rule(about: str, conditions: str, message: str = "") -> str:
    said = f"    message: {message!r}\n" if message else ""
    return f"rules:\n  a-rule:\n    about: {about}\n    summary: It is so.\n    why: It is.\n{said}    {conditions}\n"


def reported(about: str, conditions: str, sample: str, folder: Path) -> tuple[object, object]:
    """The places of what a rule reports, and those that are marked."""
    read = read_sample(sample)
    findings, problems = check_files(rules_of(rule(about, conditions)), read.files, folder)
    assert not problems
    return marks_of(findings), read.marks


IMAGES = [
    # use
    ("where: {use: from}", "FROM «a» AS x\nFROM x\nCOPY --from=b /b /b"),
    ("where: {use: copy}", "FROM a\nCOPY --from=«b» /b /b\nCOPY --from=0 /b /b"),
    ("where: {use: mount}", "FROM a\nRUN --mount=type=bind,from=«b»,target=/b ls"),
    ("where: {use: service}", "=== compose.yaml\nservices:\n  a:\n    image: «b:1»\n"),
    ("where: {use: [from, copy]}", "FROM «a»\nCOPY --from=«b» /b /b"),
    # what is pulled
    ("where: {image: '*'}", "FROM scratch\nFROM «a» AS x\nFROM x\nCOPY --from=x /b /b"),
    ("where: {image: '*'}", "FROM «a»\nONBUILD RUN --mount=from=b,target=/b ls"),
    ("where: {image: '*'}", "FROM «a» AS x\nONBUILD COPY --from=«b» /b /b\nFROM x"),
    ("where: {image: '*'}", '=== dockerlint.toml\nnamed-contexts = ["a"]\n=== Dockerfile\nFROM a\nFROM «b»'),
    (
        "where: {image: '*'}",
        "=== compose.yaml\nservices:\n  a:\n    build: .\n    image: mine\n  b:\n    image: mine\n  c:\n    image: «x»\n"
        "=== Dockerfile\nFROM «y»",
    ),
    # image, in all forms that mean it
    ("where: {image: python}", "FROM «python»"),
    ("where: {image: 'python:latest'}", "FROM «python»\nFROM «docker.io/library/python:latest»\nFROM python:3"),
    ("where: {image: 'docker.io/library/python:3.13'}", "FROM «python:3.13»\nFROM «library/python:3.13»"),
    ("where: {image: 'python:2*'}", "FROM «index.docker.io/library/python:2.7»\nFROM acme/python:2"),
    ("where: {image: 'docker.io/acme/*'}", "FROM «acme/a/b:1»\nFROM ghcr.io/acme/a"),
    ("where: {image: 'a@*'}", f"FROM «a@{DIGEST}»\nFROM a:1@{DIGEST}"),
    ("where: {image: 'python:3.13'}", "ARG V=3.13\nFROM «python:$V»"),
    ("where: {image: 'redis:7'}", "=== compose.yaml\nservices:\n  a:\n    image: «redis:${V:-7}»\n"),
    ("where: {image: 'redis:7'}", "=== compose.yaml\nservices:\n  a:\n    image: «redis:${V}»\n=== .env\nV=7\n"),
    # its parts
    ("where: {registry: docker.io}", "FROM «a»\nFROM «docker.io»/a/b\nFROM localhost:5000/a"),
    ("require: {registry: ['*.acme.example', 'localhost:5000']}", "FROM a.acme.example/x\nFROM localhost:5000/x"),
    ("require: {registry: ghcr.io}", "FROM «quay.io»/a/b:1\nFROM «a»"),
    ("require: {registry: ghcr.io}", "ARG R=quay.io\nFROM «$R/a/b:1»"),
    ("where: {repository: library/a}", "FROM «a»:1\nFROM b/a"),
    ("where: {repository: [a, x/y]}", "FROM «a»:1\nFROM ghcr.io/«x/y»:1\nFROM ghcr.io/x/y/z"),
    ("where: {name: y}", "FROM ghcr.io/x/«y»:1\nFROM y/x"),
    ("where: {tag: latest}", "FROM a:«latest»\nFROM b"),
    ("where: {tag: [latest, null]}", f"FROM a:«latest»\nFROM «b»\nFROM a:1\nFROM «a@{DIGEST}»"),
    ("where: {tag: 3.10}", "FROM a:«3.10»\nFROM a:3.1"),
    ("require: {digest: '*'}", f"FROM «a:1»\nFROM a:1@{DIGEST}\nFROM «b»"),
    ("where: {digest: 'sha256:000*'}", f"FROM a:1@«{DIGEST}»"),
    ("where: {platform: '*'}", "FROM --platform=«linux/amd64» a\nFROM b"),
    ("where: {platform: linux/arm64}", "ARG P=linux/arm64\nFROM --platform=«$P» a"),
    ("where: {platform: linux/arm64}", "=== compose.yaml\nservices:\n  a:\n    image: b\n    platform: «linux/arm64»\n"),
    ("where: {stage: Build}", "FROM «a» AS Build\nCOPY --from=«b» /b /b\nFROM c"),
    ("where: {stage: build}", "FROM «a» AS Build\nFROM c"),
    ("where: {stage: 1}", "FROM a\nFROM «c»"),
    ("where: {stage: null}", "FROM a\n=== compose.yaml\nservices:\n  a:\n    image: «b»\n"),
    # what stands in front of variables that nobody knows
    ("require: {registry: ghcr.io}", "ARG T\nFROM «quay.io»/a/b:$T\nFROM «quay.io:443»/$T\nFROM ghcr.io/$T\nFROM $T/quay.io/a"),
    ("require: {registry: ghcr.io}", "ARG T\nFROM «a/b»:$T\nFROM «a»:${T}-slim\nFROM a$T\nFROM a:$T/b\nFROM ${T}a/b:1"),
    ("where: {repository: [a/b, library/a]}", "ARG T\nFROM quay.io/«a/b»:$T\nFROM «a»@$T\nFROM a/b$T"),
    ("where: {name: b}", "ARG T\nFROM localhost:5000/a/«b»:1-$T\nFROM b$T\nFROM a/b/$T"),
    ("where: {registry: quay.io}", "=== compose.yaml\nservices:\n  a:\n    image: «quay.io»/a:${T}\n"),
    ("where: {repository: acme/web}", "=== compose.yaml\nservices:\n  a:\n    build: {context: .}\n    image: acme/web:${T}\n"
     "  b:\n    image: acme/web:${T}\n  c:\n    image: «acme/web»:${U}\n=== Dockerfile\nFROM x"),
]  # fmt: skip

COMMANDS = [
    ("where: {name: curl}", "FROM a\nRUN «curl» x | «curl» y && x=$(«/usr/bin/curl» z); echo curl"),
    ("where: {name: /usr/bin/curl}", "FROM a\nRUN curl x\nRUN «/usr/bin/curl» x"),
    ("where: {name: sudo}", "FROM a\nRUN «sudo» -u app env X=1 «sudo» curl x"),
    ("where: {name: curl}", "FROM a\nRUN sudo -u app env X=1 «curl» x"),
    ("where: {name: curl}", "FROM a\nRUN " + "sudo " * 3000 + "«curl» x"),
    ("where: {name: [env, time]}", "FROM a\nRUN «env» -u time X=1 curl time"),
    ("where: {name: rm}", "FROM a\nRUN find / -exec «rm» {} + && eval '«rm» a' && bash -c \"x && «rm» b\""),
    ("where: {name: rm}", "FROM a\nRUN <<EOF\nset -e\n  «rm» x\nEOF\nRUN a \\\n # why\n && \\\n «rm» b"),
    ("where: {name: rm}", 'FROM a\nRUN [«"rm"», "x"]\nONBUILD RUN «rm» b\nHEALTHCHECK CMD «rm» c'),
    ("where: {name: rm}", "FROM a AS b\nRUN «rm» x\nFROM b\nRUN rmdir x"),
    ("where: {name: rm}", "FROM a\nARG CMD=rm\nRUN «$CMD» x"),
    ("where: {name: app.py}", 'FROM a\nENTRYPOINT ["python"]\nCMD ["app.py"]'),
    ("where: {name: app}", 'FROM a\nENTRYPOINT ["/entrypoint.sh"]\nCMD [«"app"», "-x"]'),
    ("where: {name: app}", 'FROM a\nCMD [«"app"», "-x"]\nFROM b\nCMD «app» -x'),
    ("where: {name: app}", '=== Dockerfile\nFROM a\nCOPY run.sh /\nCMD ["/run.sh"]\n=== run.sh\n#!/bin/sh\napp\n'),
    ("where: {arguments: --debug}", 'FROM a\nENTRYPOINT ["flask"]\nCMD ["run", «"--debug"»]'),
    ("where: {arguments: --debug}", 'FROM a AS b\nENTRYPOINT ["flask"]\nFROM b\nCMD ["run", «"--debug"»]'),
    ("where: {name: flask}", 'FROM a AS b\nENTRYPOINT [«"flask"»]\nFROM b\nCMD ["run", "--debug"]'),
    ("where: {name: app}", 'FROM a AS b\nENTRYPOINT ["/entrypoint.sh"]\nFROM b\nCMD [«"app"»]'),
    ("where: {name: app}", 'FROM a AS b\nENTRYPOINT x y\nFROM b\nCMD [«"app"»]'),
    ("where: {arguments: -k}", "FROM a\nRUN curl «-k» x\nRUN curl -kL x"),
    ("where: {arguments: 'http://*'}", "FROM a\nRUN curl «'http:'//x» y"),
    ("require: {arguments: --fail}", "FROM a\nRUN curl --fail x\nRUN curl $X"),
    ("where: {name: curl}\n    require: {arguments: --fail}", "FROM a\nRUN curl «-s» x"),
    ("where: {options: -k}", "FROM a\nRUN curl -sS«k»L x\nRUN curl -sSL -o -k"),
    ("where: {options: --proxy, name: wget}", "FROM a\nRUN wget «--proxy»=x y"),
    ("where: {name: wget}\n    require: {options: -q}", "FROM a\nRUN wget -q x\nRUN «wget» x\nRUN wget $OPTS x"),
    ("where: {text: 'apt-get * curl'}", "FROM a\nRUN «apt-get» install \\\n    -y    curl\nRUN sudo «apt-get» install curl"),
    ("where: {text: 'npm config set strict-ssl false'}", "FROM a\nRUN «npm» config set 'strict-ssl' \"false\"\nCMD [«\"npm\"», \"config\", \"set\", \"strict-ssl\", \"false\"]"),
    ("where: {name: pip, options: --trusted-host}", "FROM a\nRUN python3.12 -u -m «pip» install --trusted-host x y && python3 -m«pip» install --trusted-host=x z"),
    ("where: {name: pip, arguments: x}", "FROM a\nRUN python -m venv pip x && python -c 'pip' x && pythonize -m pip x && sudo /usr/bin/python -m «pip» x"),
    ("where: {name: python, arguments: pip}", "FROM a\nRUN «python» -m pip x"),
    ("where: {options: [-k, --insecure]}", "FROM a\nRUN curl «-k» x --fail «--insecure»"),
    ("where: {instruction: CMD}", 'FROM a\nRUN x\nCMD [«"y"»]\nENTRYPOINT ["/entrypoint.sh"]'),
    ("where: {instruction: HEALTHCHECK}", "FROM a\nHEALTHCHECK CMD «curl» x || «exit» 1\nHEALTHCHECK NONE"),
    ("where: {stage: b}", "FROM a AS b\nRUN «x»\nFROM c\nRUN y"),
    ("where: {ships: false}", "FROM a AS b\nRUN «x»\nFROM c AS d\nRUN y\nFROM d\nRUN z"),
    ("where: {ships: true}", "FROM a AS b\nRUN x\nFROM c AS d\nRUN «y»\nFROM d\nRUN «z»"),
]  # fmt: skip

PACKAGES = [
    ("where: {name: curl}", "FROM debian\nRUN apt-get update && apt-get install -y git «curl»=7.88 && apk add «curl»"),
    ("where: {name: curl}", "FROM debian\nRUN apt-get remove curl && apt-get -s install curl && apt-get install curl-"),
    ("where: {name: curl}", "FROM debian\nONBUILD RUN apk add «curl»"),
    ("where: {name: curl}", 'FROM debian\nRUN ["apk", "add", «"curl"»]'),
    ("where: {name: curl}", "FROM debian\nENV P='git curl'\nRUN apk add «$P»"),
    ("where: {name: [git, curl]}", "FROM debian\nENV P='git curl'\nRUN apk add «$P»"),
    ("where: {name: zope-interface}", "FROM python\nRUN pip install «Zope.Interface»==1"),
    ("where: {name: Flask}", "FROM python\nRUN pip install flask «Flask»"),
    ("where: {manager: pip}", "FROM python\nRUN apk add x && pip3 install «y» && python -m pip install «z»"),
    ("where: {manager: [npm, gem]}", "FROM python\nRUN npm install -g «x»@1 && gem install «y» -v 2"),
    ("where: {version: 1.2}", "FROM python\nRUN pip install a==«1.2» 'b>=1.2' c && npm i d@«1.2» && gem install e -v «1.2»"),
    ("where: {version: '>=*'}", "FROM python\nRUN pip install a==1.2 'b>=«1.2»' c"),
    ("where: {version: null}", "FROM python\nRUN pip install a==1.2 'b>=1.2' «c»"),
    ("where: {name: a}\n    require: {version: '2.*'}", "FROM python\nRUN pip install a==«1.2»\nRUN pip install a==2.2 && pip install «a»"),
    ("where: {stays: true}", "FROM alpine\nRUN apk add «a» b && apk del b\nRUN apk add -t x c && apk del x"),
    ("where: {stays: false}", "FROM alpine\nRUN apk add a «b» && apk del b"),
    ("where: {stage: b}", "FROM alpine AS b\nRUN apk add «a»\nFROM c\nRUN apk add b"),
    ("where: {ships: true}", "FROM alpine AS b\nRUN apk add a\nFROM c\nRUN apk add «b»"),
]  # fmt: skip

INSTRUCTIONS = [
    ("where: {keyword: ADD}", "FROM a\n«add» x y\nCOPY x y\nONBUILD «ADD» x y"),
    ("where: {keyword: ONBUILD}", "FROM a\n«ONBUILD» ADD x y"),
    ("where: {keyword: [ADD, COPY], text: 'http*'}", "FROM a\n«ADD» --checksum=sha256:0 https://x y\nADD x y"),
    ("where: {text: 'http*'}", "FROM a\nADD --checksum=sha256:0 «https://x y»\nADD x y"),
    ("where: {keyword: RUN, text: '*rm -rf /*'}", "FROM a\n«RUN» <<EOF\nrm -rf /x\nEOF\nRUN rm -r x"),
    ("where: {flags: {link: true}}", "FROM a\nCOPY «--link» x y\nCOPY --link=false x y\nCOPY x y"),
    ("where: {flags: {chown: 'root*'}}", "FROM a\nCOPY --chown=«root:root» x y\nARG U=root\nCOPY --chown=«$U» x y\nARG V\nCOPY --chown=$V x y"),
    ("where: {flags: {mount: '*type=ssh*'}}", "FROM a\nRUN --mount=type=cache,target=/x --mount=«type=ssh» x"),
    ("where: {flags: {platform: '*'}}", "FROM --platform=«linux/amd64» a\nFROM --platform=$BUILDPLATFORM b"),
    ("where: {flags: null, keyword: COPY}", "FROM a\n«COPY» x y\nCOPY --link x y"),
    ("where: {keyword: COPY}\n    require: {flags: {link: true}}", "FROM a\n«COPY» x y\nCOPY --link x y\nCOPY --link=«false» x y"),
    ("where: {stage: null}", "«ARG» A\nFROM a\nRUN x"),
    ("where: {stage: x}", "«FROM» a AS x\n«RUN» x\nFROM b"),
    ("where: {ships: false}", "«ARG» A\n«FROM» a AS x\n«RUN» x\nFROM b\nRUN x"),
]  # fmt: skip

LABELS = [
    ("where: {key: team}", "FROM a\nLABEL «team»=x other=y\nLABEL «team» y\nONBUILD LABEL «\"team\"»=z"),
    ("where: {key: team}", "FROM a\nARG K=team\nLABEL «$K»=x"),
    ("where: {value: x}", "FROM a\nENV X=x\nLABEL team=«\"x\"» b=«$X» c=y"),
    ("where: {value: ''}", "FROM a\nLABEL team=«\"\"» b=x"),
    ("where: {key: team}\n    require: {value: [a, b]}", "FROM a\nLABEL team=«c»\nLABEL team=a"),
    ("where: {stage: x}", "FROM a AS x\nLABEL «team»=c\nFROM b\nLABEL team=a"),
    ("where: {ships: true}", "FROM a AS x\nLABEL team=c\nFROM b\nLABEL «team»=a"),
]  # fmt: skip

VARIABLES = [
    ("where: {keyword: ARG}", "ARG «A»\nFROM a\nENV B=1\nARG «C» «D»=2\nONBUILD ARG «E»"),
    ("where: {name: '*_TOKEN'}", "ARG «A_TOKEN»\nFROM a\nENV «B_TOKEN»=1 C=2"),
    ("where: {value: null}", "ARG «A»\nARG B=1\nFROM a\nARG «A»\nARG B\nARG «C»\nARG «TARGETARCH»\nARG D="),
    ("where: {value: 1}", "ARG A=«1»\nARG B=«$A»\nFROM a\nARG «A»\nENV C=«$A» D=x"),
    ("where: {value: 1-2}", "ARG A=1\nARG A=«$A-2»\nFROM a"),
    ("where: {keyword: ARG, name: '*PASSWORD*'}\n    require: {value: null}", "FROM a\nARG PASSWORD\nARG DB_PASSWORD=«x»"),
    ("where: {name: A}", "FROM a\nARG N=A\nENV «$N»=1\nARG $N"),
    ("where: {stage: x}", "ARG A\nFROM a AS x\nENV «A»=c\nFROM b\nENV A=a"),
    ("where: {ships: true}", "ARG B\nFROM a AS x\nENV A=c\nFROM b\nENV «A»=a"),
]  # fmt: skip

PORTS = [
    ("where: {number: 22}", "FROM a\nEXPOSE «22» 80 «20-25/udp»\nEXPOSE 8022\nONBUILD EXPOSE «22»"),
    ("where: {number: 22}", "FROM a\nARG P=22\nEXPOSE «$P»\nENV Q='80 22'\nEXPOSE «$Q»"),
    ("require: {number: ['80', '443']}", "FROM a\nEXPOSE 80 «22»\nEXPOSE «80-81»"),
    ("where: {protocol: udp}", "FROM a\nEXPOSE «53/UDP» 53"),
    ("where: {stage: x}", "FROM a AS x\nEXPOSE «53»\nFROM b\nEXPOSE 54"),
    ("where: {ships: false}", "FROM a AS x\nEXPOSE «53»\nFROM b\nEXPOSE 54"),
]

SHIPPED = [
    ("where: {user: root}", "FROM «python:3.13»"),
    ("where: {user: root}", "FROM a\nUSER «0:0»"),
    ("where: {user: '0'}", "FROM a\nUSER «root»"),
    ("where: {user: app}", "FROM a AS x\nUSER «app:app»\nFROM x"),
    ("require: {user: app}", "FROM a AS x\nUSER root\nFROM x\nUSER app\nFROM x\nUSER «web»"),
    ("where: {user: root}", "FROM python AS x\nFROM postgres:17\nUSER postgres"),
    ("require: {workdir: /srv*}", "FROM a\nWORKDIR /srv\nWORKDIR x\nFROM b\nWORKDIR «/app»"),
    ("where: {workdir: /}", "FROM «scratch»"),
    ("where: {entrypoint: tini}", 'FROM a\nENTRYPOINT «["tini", "--", "app"]»'),
    ("where: {entrypoint: 'tini -- *'}", 'FROM a\nENTRYPOINT «["tini", "--", "app"]»'),
    ("where: {entrypoint: null}", 'FROM «scratch»\nCMD ["a"]'),
    ("where: {entrypoint: null}", "FROM «a»\nENTRYPOINT []"),
    ("where: {entrypoint: null}", "FROM «python:3.13»"),
    ("where: {cmd: python3}", "FROM «python:3.13»"),
    ("where: {cmd: gunicorn*}", "FROM a\nCMD «gunicorn app:app -w 2»"),
    ("where: {cmd: null}", 'FROM «scratch»\nENTRYPOINT ["/app"]'),
    ("where: {cmd: null}", 'FROM a AS x\nCMD ["b"]\nFROM «x»\nENTRYPOINT ["/app"]'),
    ("where: {stopsignal: SIGINT}", "FROM a\nSTOPSIGNAL «SIGINT»"),
    ("where: {stopsignal: null}", "FROM «scratch»"),
    ("require: {healthcheck: true}", "FROM a\nHEALTHCHECK CMD x\nFROM b\n«HEALTHCHECK» NONE"),
    ("require: {healthcheck: true}", "FROM «python:3.13»"),
    ("where: {healthcheck: true}", "FROM a AS x\n«HEALTHCHECK» CMD x\nFROM x"),
    ("require: {labels: {team: '*'}}", "FROM «a»\nLABEL other=x"),
    ("require: {labels: {team: '*'}}", "FROM a AS x\nLABEL team=web\nFROM x"),
    ("require: {labels: {team: web}}", "FROM a AS x\nLABEL team=web\nFROM x\nLABEL team=«shop»"),
    ("where: {labels: null}", "FROM «a»"),
    ("where: {labels: {'*secret*': '*'}}", "FROM a\nLABEL a=1 my.secret.x=«2»"),
    ("require: {environment: {NODE_ENV: production}}", "FROM node:24\nENV NODE_ENV=«development»"),
    ("require: {environment: {NODE_ENV: production}}", "FROM «node:24»\nARG NODE_ENV=production"),
    ("require: {environment: {A: '1'}}", "FROM a AS x\nENV A=1\nFROM x\nARG A=2"),
    ("where: {environment: {'*_PASSWORD': '*'}}", "FROM a\nENV A=1 DB_PASSWORD=«x»"),
    ("where: {environment: {PYTHONUNBUFFERED: null}}", "FROM «python:3.13»"),
    ("where: {environment: {PATH: '/usr*'}}", "FROM «scratch»"),
    ("where: {ports: 22}", "FROM a\nEXPOSE 80 «20-25»"),
    ("where: {ports: 53/udp}", "FROM a AS x\nEXPOSE 53 «53/udp»\nFROM x"),
    ("where: {ports: '80'}", "FROM «nginx:1.29»"),
    ("require: {ports: null}", "FROM scratch\nEXPOSE «80»"),
    ("require: {ports: null}", "FROM scratch"),
    ("require: {base: [scratch, 'gcr.io/distroless/*']}", "FROM «golang:1» AS x\nFROM x"),
    ("require: {base: [scratch, 'gcr.io/distroless/*']}", "FROM golang AS x\nFROM scratch\nCOPY --from=x /a /a"),
    ("where: {base: 'docker.io/library/golang:latest'}", "FROM «golang»"),
    ("where: {stage: x}", "FROM golang AS y\nFROM «golang» AS x"),
    ("where: {user: root}", "=== compose.yaml\nservices:\n  a:\n    build: {context: ., target: x}\n=== Dockerfile\nFROM «python» AS x\nFROM python AS z\nFROM «python»"),
]  # fmt: skip

DOCKERFILES = [
    ("where: {name: Dockerfile}", "«FROM» a\nFROM b"),
    ("where: {path: api/*}", "=== api/Dockerfile\n«FROM» a\n=== Dockerfile\nFROM a"),
    ("require: {syntax: 'docker/dockerfile:1*'}", "«FROM» a"),
    ("require: {syntax: 'docker/dockerfile:1*'}", "# syntax=«docker/dockerfile:2»\nFROM a"),
    ("require: {syntax: 'docker/dockerfile:1*'}", "# syntax=docker/dockerfile:1.7\nFROM a"),
    ("where: {escape: '`'}", "# escape=«`»\nFROM a"),
    ("where: {escape: '\\'}", "«FROM» a"),
]


def service(text: str, name: str = "web") -> str:
    lines = "".join(f"    {line}\n" for line in text.split("\n"))
    return f"=== compose.yaml\nservices:\n  {name}:\n    image: x\n{lines}"


SERVICES = [
    ("where: {name: 'w*'}", service("tty: true", "«web»")),
    ("require: {deploy: {resources: {limits: {memory: '*'}}}}", service("deploy: {resources: {limits: {cpus: 1}}}", "«web»")),
    ("require: {deploy: {resources: {limits: {memory: '*'}}}}", service("deploy: {resources: {limits: {memory: 1g}}}")),
    ("require: {mem_limit: [512m, 1g]}", service("mem_limit: «2g»")),
    ("where: {mem_limit: 1073741824}", service("mem_limit: «1g»")),
    ("where: {privileged: true}", service("privileged: «true»")),
    ("where: {privileged: true}", service('privileged: «"yes"»')),
    ("where: {privileged: false}", service("privileged: «false»")),
    ("where: {privileged: null}", service("tty: true", "«web»")),
    ("where: {cpus: 0.50}", service("cpus: «0.50»")),
    ("where: {cpus: 0.5}", service("cpus: «'0.50'»")),
    ("where: {stop_grace_period: 1m30s}", service("stop_grace_period: «90s»")),
    ("where: {stop_grace_period: 90s}", service("stop_grace_period: «90s»")),
    ("where: {volumes: {target: /a}}", service("volumes: ['./a:«/a/»']")),
    ("where: {labels: {team: web}}", service("labels: {team: «web», a: b}")),
    ("where: {labels: {team: web}}", service("labels: [a=b, team=«web»]")),
    ("where: {labels: {team: ''}}", service("labels: [«team»]")),
    ("require: {labels: {team: '*'}}", service("labels: {a: b}", "«web»")),
    ("where: {environment: {DEBUG: '1'}}", service("environment: {DEBUG: «1»}")),
    ("where: {environment: {'*_PASSWORD': '*'}}", service("environment:\n  - A=1\n  - DB_PASSWORD=«x»")),
    ("where: {environment: {DEBUG: '1'}}", service("env_file: a.env") + "=== a.env\nDEBUG=«1»\n"),
    ("where: {environment: null}", service("tty: true", "«web»")),
    ("require: {environment: {TZ: UTC}}", service("environment: {A: b}", "«web»")),
    ("where: {ports: {target: 22}}", service("ports: ['80:80', '2222:«22»']")),
    ("where: {ports: {published: 8081}}", service("ports: ['«8080-8082»:80-82/udp']")),
    ("where: {ports: {host_ip: null}}", service("ports: [«'80:80'», '127.0.0.1:81:81']")),
    ("where: {ports: {host_ip: 127.0.0.1, protocol: udp}}", service("ports: ['127.0.0.1:80:80', '«127.0.0.1»:81:81/udp']")),
    ("where: {ports: {mode: host}}", service("ports:\n  - {target: 80, mode: «host»}")),
    ("where: {ports: null}", service("tty: true", "«web»")),
    ("where: {volumes: {source: '/*'}}", service("volumes: ['./a:/a', 'b:/b', '«/etc»:/etc:ro']")),
    ("where: {volumes: {type: bind, read_only: false}}", service("volumes: ['./a:/a:ro', «'./b:/b'», 'c:/c']")),
    ("where: {volumes: {source: /var/run/docker.sock}}", service("volumes:\n  - {type: bind, source: «/var/run/docker.sock», target: /s}")),
    ("where: {build: {context: '*'}}", service("build: «.»") + "=== Dockerfile\nFROM a"),
    ("where: {build: {args: {A: '1'}}}", service("build: {context: ., args: [A=«1»]}") + "=== Dockerfile\nFROM a"),
    ("where: {command: --debug}", service("command: [a, «--debug»]")),
    ("where: {command: --debug}", service("command: a «--debug» b")),
    ("where: {healthcheck: null}", service("tty: true", "«web»")),
    ("require: {healthcheck: {test: CMD}}", service("healthcheck: {test: [CMD, x]}")),
    ("where: {healthcheck: {test: 'curl*'}}", service("healthcheck: {test: «curl x»}")),
    ("where: {depends_on: {db: {condition: service_started}}}", service("depends_on: [«db»]") + "  db: {image: y}\n"),
    ("where: {networks: {host: '*'}}", service("networks: [«host»]") + "networks: {host: }\n"),
    ("where: {networks: {host: '*'}}", service("networks: {«host»: }") + "networks: {host: }\n"),
    ("where: {secrets: {source: a}}", service("secrets: [«a»]") + "secrets: {a: {file: x}}\n"),
    ("where: {devices: {source: /dev/kvm}}", service("devices: [«'/dev/kvm:/dev/kvm'»]")),
    ("where: {env_file: {path: a.env}}", service("env_file: «a.env»") + "=== a.env\nA=1\n"),
    ("where: {cap_add: [SYS_ADMIN, ALL]}", service("cap_add: [NET_ADMIN, «SYS_ADMIN»]")),
    ("where: {dns: 8.8.8.8}", service("dns: «8.8.8.8»")),
    ("where: {extra_hosts: {a: 1.2.3.4}}", service("extra_hosts: ['a:«1.2.3.4»']")),
    ("where: {profiles: debug}", service("profiles: [«debug»]")),
    ("where: {x-team: web}", service("x-team: «web»")),
    ("where: {x-owner: {team: web}}", service("x-owner: {team: «web»}")),
    ("where: {image: 'x:1'}", "=== compose.yaml\nservices:\n  a:\n    image: «x:${V:-1}»\n"),
    # several files, anchors, profiles
    ("require: {restart: always}", "=== compose.yaml\nservices:\n  a:\n    image: x\n    restart: always\n=== compose.override.yaml\nservices:\n  a:\n    restart: «unless-stopped»\n"),
    ("where: {user: root}", "=== compose.yaml\nx-a: &a\n  image: x\n  user: «root»\nservices:\n  a: *a\n  b: *a\n"),
    ("where: {user: root}", "=== compose.yaml\nservices:\n  a:\n    image: x\n    user: «root»\n    profiles: [p]\n"),
    ("require: {user: '*'}", "=== compose.yaml\nservices:\n  a:\n    extends: {service: b}\n  b:\n    image: x\n    user: u\n"),
]  # fmt: skip

COMPOSES = [
    ("where: {version: '*'}", "=== compose.yaml\nversion: «'3'»\nservices: {a: {image: x}}\n"),
    ("require: {name: acme-*}", "=== compose.yaml\n«services»: {a: {image: x}}\n"),
    ("require: {name: acme-*}", "=== compose.yaml\nname: «shop»\nservices: {a: {image: x}}\n"),
    ("where: {services: {'*': {network_mode: host}}}", "=== compose.yaml\nservices: {b: {image: x}, a: {image: x, network_mode: «host»}}\n"),
    ("where: {networks: {'*': {driver: overlay}}}", "=== compose.yaml\nservices: {a: {image: x, networks: [n]}}\nnetworks: {n: {driver: «overlay»}}\n"),
    ("where: {volumes: {data: '*'}}", "=== compose.yaml\nservices: {a: {image: x, volumes: ['data:/d']}}\nvolumes: {«data»: }\n"),
    ("where: {volumes: {'*': {labels: {team: a}}}}", "=== compose.yaml\nservices: {a: {image: x, volumes: ['data:/d']}}\nvolumes: {data: {labels: [team=«a»]}}\n"),
    ("where: {x-team: null}", "=== compose.yaml\n«services»: {a: {image: x}}\n"),
]  # fmt: skip

CASES = [
    pytest.param(about, conditions, sample, id=f"{about}-{number}")
    for about, cases in (
        ("image", IMAGES),
        ("command", COMMANDS),
        ("package", PACKAGES),
        ("instruction", INSTRUCTIONS),
        ("label", LABELS),
        ("variable", VARIABLES),
        ("port", PORTS),
        ("shipped-image", SHIPPED),
        ("dockerfile", DOCKERFILES),
        ("service", SERVICES),
        ("compose", COMPOSES),
    )
    for number, (conditions, sample) in enumerate(cases)
]


@pytest.mark.parametrize(("about", "conditions", "sample"), CASES)
def test_facts_are_found_at_their_places(about: str, conditions: str, sample: str, tmp_path: Path) -> None:
    found, marked = reported(about, conditions, sample, tmp_path)
    assert found == marked


ALL = {
    "image": "{use: '*'}",
    "command": "{instruction: '*'}",
    "package": "{manager: '*'}",
    "instruction": "{keyword: COPY}",
    "label": "{ships: [true, false]}",
    "variable": "{name: k}",
    "port": "{protocol: '*'}",
    "shipped-image": "{stage: '*'}",
    "service": "{name: '*'}",
    "compose": "{services: '*'}",
}
# Of these nobody can tell what a condition asks for.
UNKNOWN = [
    ("image", "{image: x}", "ARG IMAGE\nFROM $IMAGE"),
    ("image", "{tag: null}", "ARG TAG\nFROM python:$TAG"),
    ("image", "{registry: docker.io}", "ARG R\nFROM $R/x"),
    ("image", "{platform: null}", "FROM --platform=$TARGETPLATFORM a"),
    ("image", "{tag: latest}", "=== compose.yaml\nservices:\n  a:\n    image: redis:${V}\n"),
    ("image", "{tag: latest}", "=== compose.yaml\nservices:\n  a:\n    image: redis:${V:?}\n"),
    ("command", "{name: curl}", "FROM a\nRUN $CURL x"),
    ("command", "{arguments: -k}", "FROM a\nRUN curl $X"),
    ("command", "{arguments: [x, -k]}", "FROM a\nARG O\nRUN curl $O"),
    ("command", "{options: -k}", 'FROM a\nRUN curl "$@"'),
    ("package", "{name: curl}", "FROM a\nARG P\nRUN apk add $P"),
    ("package", "{version: null}", "FROM a\nARG V\nRUN apk add curl=$V"),
    ("instruction", "{flags: {chown: x}}", "FROM a\nARG V\nCOPY --chown=$V x y"),
    ("label", "{key: team}", "FROM a\nARG K\nLABEL $K=x"),
    ("label", "{value: x}", "FROM a\nARG V\nLABEL k=$V"),
    ("variable", "{value: x}", "FROM a\nARG V\nENV k=$V"),
    ("shipped-image", "{user: root}", "FROM acme/base"),
    ("shipped-image", "{user: root}", "FROM python\nARG U\nUSER $U"),
    ("shipped-image", "{workdir: /}", "FROM acme/base\nWORKDIR x"),
    ("shipped-image", "{entrypoint: null}", "FROM acme/base"),
    ("shipped-image", "{cmd: null}", "FROM acme/base"),
    ("shipped-image", "{stopsignal: null}", "FROM python"),
    ("shipped-image", "{healthcheck: false}", "FROM acme/base"),
    ("shipped-image", "{labels: {team: x}}", "FROM a\nARG V\nLABEL team=$V"),
    ("shipped-image", "{labels: {team: null}}", "FROM a\nARG V\nLABEL $V=1"),
    ("shipped-image", "{environment: {A: null}}", "FROM acme/base"),
    ("shipped-image", "{environment: {A: '1'}}", "FROM a\nARG V\nENV A=$V"),
    ("shipped-image", "{ports: null}", "FROM acme/base"),
    ("shipped-image", "{ports: '80'}", "FROM scratch\nARG P\nEXPOSE $P"),
    ("shipped-image", "{base: x}", "ARG B\nFROM $B"),
    ("service", "{user: root}", service("user: ${U}")),
    ("service", "{labels: {team: null}}", service("label_file: a.labels")),
    ("service", "{environment: {A: null}}", service("env_file: [{path: missing.env, required: false}]")),
    ("service", "{environment: {A: x}}", service("environment: [A]")),
    ("service", "{ports: {target: 80}}", service("ports: ['${P}:${Q}']")),
    ("service", "{mem_limit: null}", "=== compose.override.yaml\nservices:\n  a:\n    tty: true\n"),
    ("service", "{deploy: {resources: null}}", "=== compose.override.yaml\nservices:\n  a:\n    deploy: {replicas: 1}\n"),
    ("compose", "{networks: null}", "=== compose.override.yaml\nservices:\n  a:\n    tty: true\n"),
    ("compose", "{services: {b: null}}", "=== compose.override.yaml\nservices:\n  a:\n    tty: true\n"),
]  # fmt: skip


@pytest.mark.parametrize("form", ["where: {0}", "where: {1}\n    require: {0}", "where: {1}\n    unless: {0}"])
@pytest.mark.parametrize(("about", "conditions", "sample"), UNKNOWN)
def test_what_nobody_can_tell_is_never_said(
    form: str, about: str, conditions: str, sample: str, tmp_path: Path
) -> None:
    text = rule(about, form.format(conditions, ALL[about]))
    findings, problems = check_files(rules_of(text), files_of(sample), tmp_path)
    assert findings == []
    assert not problems


def test_every_fact_is_tested() -> None:
    tested = {about: conditions for about, conditions, _ in (case.values for case in CASES)}
    for kind in KINDS.values():
        said = " ".join(case.values[1] for case in CASES if case.values[0] == kind.name)
        assert [fact.name for fact in kind.facts if f"{fact.name}:" not in said] == []
    assert tested.keys() == KINDS.keys()
