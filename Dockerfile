# Small, without build tools, not root. Build: docker build -t psbot .   Run: docker run --rm -e GITLAB_TOKEN -v "$PWD/config.yml:/work/config.yml:ro" psbot check
FROM python:3.13.1-slim-bookworm AS build
WORKDIR /build
COPY requirements.lock ./
RUN python -m venv /opt/psbot && /opt/psbot/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY bot ./bot
COPY templates ./templates
RUN site=$(/opt/psbot/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))') \
 && cp -r bot "$site/bot" && cp -r templates "$site/bot/templates" \
 && printf '#!/opt/psbot/bin/python\nfrom bot.cli import main\nmain()\n' > /opt/psbot/bin/psbot && chmod 755 /opt/psbot/bin/psbot \
 && /opt/psbot/bin/python -m pip uninstall --quiet --yes pip

FROM python:3.13.1-slim-bookworm
LABEL org.opencontainers.image.title="psbot" org.opencontainers.image.licenses="MIT"
RUN useradd --uid 10001 --create-home --home-dir /work psbot
COPY --from=build /opt/psbot /opt/psbot
ENV PATH=/opt/psbot/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /work
USER 10001
# GitLab CI starts a shell in job containers: there, use `image: {name: …, entrypoint: [""]}`.
ENTRYPOINT ["psbot"]
CMD ["--help"]
