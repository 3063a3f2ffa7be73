"""Two projects without fault, and faults that can be planted in them: each breaks what two files agree on."""

from __future__ import annotations

from typing import NamedTuple

FLASK = {
    "Dockerfile": """FROM alpine:3.22 AS build
ARG RELEASE=dev
RUN echo "$RELEASE" > /release

FROM python:3.13-slim AS runtime
ENV PYTHONUNBUFFERED=1
RUN useradd --uid 1000 --create-home app && install -d -o app /srv/uploads
WORKDIR /app
COPY requirements.txt pyproject.toml ./
RUN --mount=type=secret,id=pip,required=true pip install --no-cache-dir -r requirements.txt
COPY --from=build /release /release
COPY entrypoint.sh /usr/local/bin/entrypoint.sh
RUN chmod 755 /usr/local/bin/entrypoint.sh
COPY src ./
EXPOSE 8000
USER 1000
HEALTHCHECK CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://localhost:8000/')"]
ENTRYPOINT ["/usr/local/bin/entrypoint.sh"]
CMD ["gunicorn", "--bind", "0.0.0.0:8000", "app:app"]
""",
    "entrypoint.sh": '#!/bin/sh\nset -e\nexec "$@"\n',
    "requirements.txt": "flask==3.1.0\ngunicorn==23.0.0\n",
    "src/app.py": """import os

from flask import Flask

app = Flask(__name__)
app.config["SECRET_KEY"] = os.environ["SECRET_KEY"]


@app.route("/")
def home():
    return "ok"


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=8000)
""",
    ".dockerignore": ".git\n.env\n**/__pycache__\nvenv\n.venv\ndata\n",
    "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.12"\n',
    "app.env": "LOG_LEVEL=info\n",
    "nginx.conf": "server {\n  listen 80;\n  location / { proxy_pass http://web:8000; }\n}\n",
    "pip.conf": "[global]\n",
    "db_password": "not in git\n",
    ".gitignore": "pip.conf\ndb_password\n",
    "compose.yaml": """name: shop
services:
  web:
    build:
      context: .
      target: runtime
      args:
        RELEASE: "1.2"
      secrets: [pip]
    environment:
      SECRET_KEY: ${SECRET_KEY:?}
      DATABASE_URL: postgresql://shop:${DB_PASSWORD:?}@db:5432/shop
    env_file: app.env
    volumes:
      - uploads:/srv/uploads
    ports:
      - "127.0.0.1:8000:8000"
    depends_on:
      db:
        condition: service_healthy
  proxy:
    image: nginx:1.31
    volumes:
      - ./nginx.conf:/etc/nginx/conf.d/default.conf:ro
    ports:
      - "127.0.0.1:8080:80"
    depends_on:
      web:
        condition: service_healthy
  db:
    image: postgres:17
    environment:
      POSTGRES_USER: shop
      POSTGRES_PASSWORD_FILE: /run/secrets/db_password
    secrets: [db_password]
    volumes:
      - pgdata:/var/lib/postgresql/data
    healthcheck:
      test: ["CMD", "pg_isready", "-U", "shop"]
volumes:
  uploads:
  pgdata:
secrets:
  pip:
    file: ./pip.conf
  db_password:
    file: ./db_password
""",
}
NODE = {
    "Dockerfile": """FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
ARG VITE_API_URL
RUN npm run build

FROM node:24-slim AS server
ENV NODE_ENV=production
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev
COPY server.js ./
USER node
EXPOSE 3000
HEALTHCHECK CMD ["node", "-e", "fetch('http://localhost:3000/')"]
CMD ["node", "server.js"]

FROM nginx:1.31 AS site
COPY --from=build /app/dist /usr/share/nginx/html
""",
    "package.json": '{"name": "site", "private": true, "scripts": {"build": "vite build"}, "engines": {"node": ">=24"}}\n',
    "package-lock.json": '{"name": "site", "lockfileVersion": 3, "packages": {}}\n',
    "server.js": "require('http').createServer((q, r) => r.end('ok')).listen(3000)\n",
    "vite.config.js": "export default {}\n",
    "index.html": "<!doctype html>\n",
    ".dockerignore": ".git\n.env\nnode_modules\ndist\n*.log\n",
    "compose.yaml": """name: site
services:
  site:
    build:
      context: .
      target: site
      args:
        VITE_API_URL: https://api.example.com
    ports:
      - "127.0.0.1:8080:80"
  api:
    build:
      context: .
      target: server
    environment:
      REDIS_URL: redis://cache:6379
    ports:
      - "127.0.0.1:3000:3000"
    depends_on:
      cache:
        condition: service_healthy
  cache:
    image: redis:8
    healthcheck:
      test: ["CMD", "redis-cli", "ping"]
""",
}


class Planted(NamedTuple):
    """A fault: the rule that must find it, the file that it must point into, and what is written for what.

    A file that is given for None is added; None in its place takes a file away.
    """

    rule: str
    path: str
    changes: tuple[tuple[str, str | None, str | None], ...]
    project: dict[str, str] = FLASK


def planted(rule: str, path: str, *changes: tuple[str, str | None, str | None]) -> Planted:
    return Planted(rule, path, changes)


def in_node(rule: str, path: str, *changes: tuple[str, str | None, str | None]) -> Planted:
    return Planted(rule, path, changes, NODE)


D, C = "Dockerfile", "compose.yaml"
FAULTS = (
    planted("copy-source-missing", D, (D, "COPY entrypoint.sh /", "COPY start.sh /")),
    planted("copy-source-ignored", D, (".dockerignore", "venv\n", "venv\nsrc\n")),
    planted("start-file-missing", D, (D, '"app:app"', '"main:app"')),
    planted("install-without-manifest", D, (D, "requirements.txt pyproject", "pyproject")),
    planted("start-command-not-in-image", D, (D, 'HEALTHCHECK CMD ["python", "-c", "import urllib.request as u; u.urlopen(\'http://localhost:8000/\')"]', "HEALTHCHECK CMD curl -f http://localhost:8000/")),
    planted("start-command-not-in-image", D, ("requirements.txt", "gunicorn==23.0.0\n", "")),
    planted("unrunnable-script", D, ("entrypoint.sh", "\n", "\r\n")),
    planted("base-image-older-than-project", D, ("pyproject.toml", ">=3.12", ">=3.14")),
    planted("loopback-bind", D, (D, "0.0.0.0:8000", "127.0.0.1:8000")),
    planted("port-mismatch", D, (D, "EXPOSE 8000", "EXPOSE 5000")),
    planted("debug-in-source", "src/app.py", ("src/app.py", "port=8000", "port=8000, debug=True"), (D, '"gunicorn", "--bind", "0.0.0.0:8000", "app:app"', '"python", "app.py"')),
    planted("loopback-in-source", "src/app.py", ("src/app.py", 'host="0.0.0.0", ', ""), (D, '"gunicorn", "--bind", "0.0.0.0:8000", "app:app"', '"python", "app.py"')),
    planted("secret-in-source", "src/app.py", ("src/app.py", 'os.environ["SECRET_KEY"]', '"q2w3e4r5t6z7u8i9o0"')),
    planted("secret-in-context", D, (D, "COPY src ./", "COPY . ./"), (".dockerignore", ".env\n", ""), (".env", None, "DB_PASSWORD=q2w3e4r5t6z7\n")),
    planted("missing-dockerignore", D, (D, "COPY src ./", "COPY . ./"), (".dockerignore", None, None)),
    planted("missing-dockerfile", C, (C, "context: .", "context: ./web"), ("web/readme", None, "x")),
    planted("unknown-target", C, (C, "target: runtime", "target: production")),
    planted("undeclared-build-arg", C, (C, "RELEASE:", "VERSION:")),
    planted("missing-build-arg", C, (D, "FROM python:3.13-slim AS runtime", "FROM python:${PY} AS runtime"), (D, "FROM alpine:3.22 AS build", "ARG PY\nFROM alpine:3.22 AS build")),
    planted("missing-build-secret", C, (C, "      secrets: [pip]\n", "")),
    planted("unset-required-variable", C, (C, "      SECRET_KEY: ${SECRET_KEY:?}\n", "")),
    planted("wrong-container-port", C, (C, "127.0.0.1:8080:80", "127.0.0.1:8080:8080")),
    planted("missing-env-file", C, ("app.env", None, None)),
    planted("missing-mount-source", C, ("nginx.conf", None, None)),
    planted("unwritable-mount", C, (D, " && install -d -o app /srv/uploads", "")),
    planted("data-in-build-context", C, (C, "- pgdata:", "- ./db:"), (C, "  pgdata:\n", ""), (D, "COPY src ./", "COPY . ./")),
    planted("unmounted-secret", C, (C, "    secrets: [db_password]\n", "")),
    planted("missing-service-program", C, (C, '["CMD", "pg_isready", "-U", "shop"]', "curl -f http://localhost:5432/")),
    planted("unknown-service-user", C, (C, "    env_file: app.env\n", "    env_file: app.env\n    user: shopkeeper\n")),
    planted("localhost-between-services", C, (C, "@db:5432", "@localhost:5432")),
    planted("mismatched-credentials", C, (C, "shop:${DB_PASSWORD:?}@", "shop:q2w3e4r5@"), (C, "POSTGRES_PASSWORD_FILE: /run/secrets/db_password", "POSTGRES_PASSWORD: t6z7u8i9")),
    planted("no-common-network", C, (C, "    image: postgres:17\n", "    image: postgres:17\n    networks: [back]\n"), (C, "volumes:\n  uploads", "networks:\n  back:\nvolumes:\n  uploads")),
    planted("wrong-data-path", C, (C, "pgdata:/var/lib/postgresql/data", "pgdata:/var/lib/postgres")),
    planted("healthy-without-healthcheck", C, (C, '    healthcheck:\n      test: ["CMD", "pg_isready", "-U", "shop"]\n', "")),
    planted("undefined-reference", C, (C, "  pgdata:\n", "")),
    planted("loopback-listener", C, (C, "    env_file: app.env\n", "    env_file: app.env\n    entrypoint: []\n    command: flask run\n")),
    planted("healthcheck-wrong-port", C, (C, '      - "127.0.0.1:8080:80"\n', '      - "127.0.0.1:8080:80"\n    healthcheck:\n      test: curl -f http://localhost:8080/\n')),
    in_node("build-time-variable-at-runtime", C, (C, "      args:\n        VITE_API_URL: https://api.example.com\n", "    environment:\n      VITE_API_URL: https://api.example.com\n")),
    in_node("hidden-by-mount", C, (C, "      REDIS_URL: redis://cache:6379\n", "      REDIS_URL: redis://cache:6379\n    volumes: ['.:/app']\n")),
    in_node("wrong-service-port", C, (C, "redis://cache:6379", "redis://cache:6380"), (C, "    image: redis:8\n", "    image: redis:8\n    ports: ['127.0.0.1:6380:6379']\n")),
    in_node("unknown-service-host", C, (C, "redis://cache:6379", "redis://cach:6379")),
    in_node("dependencies-in-context", D, (".dockerignore", "node_modules\n", ""), ("node_modules/x/index.js", None, "x" * 10_000)),
    in_node("copy-source-missing", D, (D, "COPY server.js ./", "COPY api.js ./")),
    in_node("passwordless-service", C, (C, "    image: redis:8\n", "    image: redis:8\n    ports: ['6379:6379']\n")),
)  # fmt: skip


def with_fault(fault: Planted) -> dict[str, str]:
    """The files of the project with the fault in them."""
    files = dict(fault.project)
    for path, old, new in fault.changes:
        if old is None and new is None:
            del files[path]
        elif old is None:
            files[path] = new or ""
        else:
            assert old in files[path], (path, old)
            files[path] = files[path].replace(old, new or "")
    return files
