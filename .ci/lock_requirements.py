"""Asks the package index what each locked release requires, and that it has a wheel for each Python and platform.

Run by `make lock`, the only step that resolves anything; what it writes lets a test prove without a network that the
locks are closed: nothing that is installed needs something that is not.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pip._vendor.packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
FOUND = ROOT / ".ci/locked-requirements.json"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
WHEELS = {
    "linux": (("x86_64", ("manylinux_2_28_x86_64", "manylinux2014_x86_64", "manylinux1_x86_64")),
              ("aarch64", ("manylinux_2_28_aarch64", "manylinux2014_aarch64"))),
    "darwin": (("arm64", ("macosx_14_0_arm64",)),),
    "win32": (("AMD64", ("win_amd64",)),),
}  # fmt: skip


def main() -> None:
    """The command."""
    found: dict[str, list[str]] = {}
    for python in PYTHONS:
        for system, machines in WHEELS.items():
            for machine, tags in machines:
                print(f"Python {python}, {system} {machine}", file=sys.stderr)
                found |= ask(python, {"sys_platform": system, "platform_machine": machine}, tags)
    FOUND.write_text(json.dumps(dict(sorted(found.items())), indent=1) + "\n", encoding="utf-8")


def ask(python: str, environment: dict[str, str], tags: tuple[str, ...]) -> dict[str, list[str]]:
    """What a release requires, by name==version, for all that the locks install in one environment."""
    # The tests and linters run where there is `make`; the program also runs on Windows.
    lock = "requirements.lock" if environment["sys_platform"] == "win32" else "requirements-dev.lock"
    environment |= {"python_version": python, "python_full_version": f"{python}.0"}
    environment |= {"platform_python_implementation": "CPython", "implementation_name": "cpython"}
    lines = "\n".join(locked(ROOT / lock, environment))
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "lock").write_text(lines, encoding="utf-8")
        command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--dry-run"]
        command += ["--no-deps", "--require-hashes", "--ignore-installed", "--only-binary", ":all:"]
        command += ["--python-version", python, *(word for tag in tags for word in ("--platform", tag))]
        command += ["--target", f"{folder}/none", "--report", f"{folder}/report", "-r", f"{folder}/lock"]
        subprocess.run(command, check=True)
        report = json.loads((Path(folder) / "report").read_text(encoding="utf-8"))
    known = [entry["metadata"] for entry in report["install"]]
    return {f"{one['name']}=={one['version']}": sorted(one.get("requires_dist", [])) for one in known}


def locked(path: Path, environment: dict[str, str]) -> Iterator[str]:
    """The lock's entries that hold in an environment, with their hashes and without their conditions."""
    text = "\n".join(line for line in path.read_text(encoding="utf-8").splitlines() if not line.strip().startswith("#"))
    for entry in text.replace("\\\n", " ").splitlines():
        name, *hashes = entry.split(" --hash=")
        if not name.strip():
            continue
        requirement = Requirement(name.strip())
        if requirement.marker is None or requirement.marker.evaluate(environment):
            pins = "".join(f" --hash={pin.strip()}" for pin in hashes)
            yield f"{requirement.name}{requirement.specifier}{pins}"


if __name__ == "__main__":
    main()
