#!/bin/sh
# Installs what the pipeline tests need: gitlab-ci-local here (Node 20 or newer), and says how to get rsync.
set -eu
cd "$(dirname "$0")"
npm ci --ignore-scripts --no-audit --no-fund
command -v rsync >/dev/null 2>&1 || { echo "rsync is missing. Debian, Ubuntu: apt-get install rsync" >&2; exit 1; }
