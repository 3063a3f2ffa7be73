# docker build --tag dockerlint . && docker run --rm --volume "$PWD:/work:ro" dockerlint
# dockerlint: ignore-file[unpinned-digest] each release is built on the patches of its day

FROM python:3.13-slim-trixie AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY docs/man docs/man
COPY dockerlint dockerlint
COPY rules rules
RUN pip wheel --no-cache-dir --wheel-dir /wheels . \
    && python -m venv --without-pip /opt/dockerlint \
    && pip --python /opt/dockerlint/bin/python install --no-cache-dir --no-index --find-links /wheels dockerlint

FROM python:3.13-slim-trixie
LABEL org.opencontainers.image.title="dockerlint" \
      org.opencontainers.image.description="A linter and best-practice auditor for Dockerfiles and Compose files" \
      org.opencontainers.image.source="https://github.com/dockerlint/dockerlint" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /opt/dockerlint /opt/dockerlint
ENV PATH=/opt/dockerlint/bin:$PATH
WORKDIR /work
USER 65532:65532
# It ends when the files are checked.
HEALTHCHECK NONE
ENTRYPOINT ["dockerlint"]
CMD ["check"]
