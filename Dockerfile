# Small, without build tools, not root.
#   docker build -t psbot .
#   docker run --rm -e GITLAB_TOKEN -v "$PWD/config.yml:/work/config.yml:ro" psbot check
# The digest is that of the list of all platforms; Renovate keeps it fresh.
ARG BASE=python:3.13.9-slim-bookworm@sha256:b685a4fa58bb19d1814d78a1ec0f0208f351452724f78b20212c984d6e124a34

FROM ${BASE} AS build
WORKDIR /build
COPY requirements.lock ./
RUN python -m venv /opt/psbot \
 && /opt/psbot/bin/pip install --no-cache-dir --no-compile --no-deps --only-binary :all: --require-hashes -r requirements.lock
COPY bot ./bot
COPY templates ./templates
COPY LICENSE ./
RUN site=$(/opt/psbot/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))') \
 && cp -r bot "$site/bot" && cp -r templates "$site/bot/templates" && cp LICENSE /opt/psbot/LICENSE \
 && printf '#!/opt/psbot/bin/python\nfrom bot.cli import main\nmain()\n' > /opt/psbot/bin/psbot && chmod 755 /opt/psbot/bin/psbot \
 && /opt/psbot/bin/python -m pip uninstall --quiet --yes pip \
 && /opt/psbot/bin/python -m compileall -q "$site" && /opt/psbot/bin/psbot --version

FROM ${BASE}
ARG VERSION=unreleased
ARG REVISION=unknown
ARG SOURCE=unknown
LABEL org.opencontainers.image.title="psbot" \
      org.opencontainers.image.description="Status, risks, forecast and reports of Professional Services engagements" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="${SOURCE}"
RUN useradd --uid 10001 --create-home --home-dir /work psbot
COPY --from=build /opt/psbot /opt/psbot
ENV PATH=/opt/psbot/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /work
USER 10001
# Looks at the file that `psbot serve` touches; other commands end before the first look.
HEALTHCHECK --interval=60s --timeout=10s --start-period=60s --retries=2 CMD ["psbot", "serve", "--probe"]
# GitLab CI starts a shell in job containers: there, use `image: {name: …, entrypoint: [""]}`.
ENTRYPOINT ["psbot"]
CMD ["--help"]
