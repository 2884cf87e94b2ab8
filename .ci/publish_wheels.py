"""Puts a release's wheels into the package registry of the project whose pipeline this is: python .ci/publish_wheels.py dist

Prints what the release page says about installing them. Ends with 1 and a sentence where GitLab refuses one.
"""

import os
import sys
import urllib.error
import urllib.request
from pathlib import Path


def main() -> None:
    """The command."""
    wheels = sorted(Path(sys.argv[1]).glob("*.whl"))
    if not wheels:
        sys.exit(f"{sys.argv[1]} holds no wheel")
    print("\n### Install\n")
    for wheel in wheels:
        print(f"- `pip install {upload(wheel)}`")


def upload(wheel: Path) -> str:
    """Where it stands now."""
    api, project, tag = (os.environ[name] for name in ("CI_API_V4_URL", "CI_PROJECT_ID", "CI_COMMIT_TAG"))
    address = f"{api}/projects/{project}/packages/generic/psbot/{tag}/{wheel.name}"
    headers = {"JOB-TOKEN": os.environ["CI_JOB_TOKEN"], "Content-Type": "application/octet-stream"}
    request = urllib.request.Request(address, wheel.read_bytes(), headers, method="PUT")  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=300):  # noqa: S310
            return address
    except urllib.error.URLError as error:
        sys.exit(f"{wheel.name} could not be put into the package registry: {error}")


if __name__ == "__main__":
    main()
