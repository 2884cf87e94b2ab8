#!/bin/sh
# Installs what the browser tests need: the npm packages here, and says how to get Chromium where it is missing.
set -eu
cd "$(dirname "$0")"
PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci
for name in chromium chromium-browser google-chrome; do
  if command -v "$name" >/dev/null 2>&1; then
    exit 0
  fi
done
echo "Chromium is missing. Debian, Ubuntu: apt-get install chromium; or set PSBOT_CHROMIUM to its path." >&2
exit 1
