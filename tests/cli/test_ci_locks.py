"""What is installed is what the locks name: they are closed, and a newer release on the index changes nothing."""

from __future__ import annotations

import importlib.metadata
import itertools
import json
import os
import platform
import re
import runpy
import subprocess
import sys
import tomllib
import zipfile
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.cli.runner import ROOT

REQUIRES: dict[str, list[str]] = {
    f"{canonicalize_name(pin.partition('==')[0])}=={pin.partition('==')[2]}": needs
    for pin, needs in json.loads((ROOT / ".ci/locked-requirements.json").read_text(encoding="utf-8")).items()
}
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
FAKE: dict[str, Any] = tomllib.loads((ROOT / "fakegitlab/pyproject.toml").read_text(encoding="utf-8"))["project"]
PROJECT: dict[str, Any] = PYPROJECT["project"]
GROUPS: dict[str, list[str]] = PYPROJECT["dependency-groups"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
LOCKS = ("requirements.lock", "requirements-demo.lock", "requirements-dev.lock")
PYTHONS = [line.rpartition(" ")[2] for line in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", line)]
PLATFORMS = [("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "arm64"), ("win32", "AMD64")]


def entries(name: str) -> Iterator[tuple[Requirement, frozenset[str]]]:
    """The lock's entries, each with its hashes."""
    lines = [line for line in (ROOT / name).read_text(encoding="utf-8").splitlines() if line.lstrip()[:1] != "#"]
    for entry in "\n".join(lines).replace("\\\n", " ").splitlines():
        words, *hashes = entry.split(" --hash=")
        if words.strip():
            yield Requirement(words.strip()), frozenset(pin.strip() for pin in hashes)


def pins(name: str, environment: dict[str, str]) -> dict[str, str]:
    """Version by name, for what an environment gets from a lock."""
    held = [one for one, _ in entries(name) if one.marker is None or one.marker.evaluate(environment)]
    found: dict[str, str] = {canonicalize_name(one.name): next(iter(one.specifier)).version for one in held}
    assert len(found) == len(held), "one release of each"
    return found


def unmet(wanted: list[Requirement], pinned: dict[str, str], environment: dict[str, str]) -> set[str]:
    """What is required, directly or by what is locked, extras included, and not locked."""
    missing: set[str] = set()
    seen: set[tuple[str, str]] = set()
    queue = [(need, "") for need in wanted]
    while queue:
        need, extra = queue.pop()
        if need.marker is not None and not need.marker.evaluate(environment | {"extra": extra}):
            continue
        name = canonicalize_name(need.name)
        if not need.specifier.contains(pinned.get(name, "0"), prereleases=True) or name not in pinned:
            missing.add(str(need))
        elif new := {(name, one) for one in ("", *need.extras)} - seen:
            seen |= new
            queue += [(Requirement(x), one) for _, one in new for x in REQUIRES[f"{name}=={pinned[name]}"]]
    return missing


def environment_of(python: str, system: str, machine: str) -> dict[str, str]:
    """What markers are judged by."""
    environment = {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": system}
    environment |= {"platform_machine": machine, "platform_python_implementation": "CPython"}
    environment |= {"implementation_name": "cpython", "os_name": "nt" if system == "win32" else "posix"}
    environment |= {"platform_system": {"linux": "Linux", "darwin": "Darwin", "win32": "Windows"}[system]}
    return environment


@pytest.mark.parametrize(("system", "machine"), PLATFORMS)
@pytest.mark.parametrize("python", PYTHONS)
def test_all_that_a_locked_release_requires_is_locked(python: str, system: str, machine: str) -> None:
    environment = environment_of(python, system, machine)
    of_program = PROJECT["dependencies"]
    of_demo = [*of_program, *FAKE["dependencies"]]
    of_tests = [*of_demo, *GROUPS["dev"], *(need for name in EXTRAS if name != "demo" for need in EXTRAS[name])]
    for lock, wanted in zip(LOCKS, (of_program, of_demo, of_tests), strict=True):
        if (lock, system) != ("requirements-dev.lock", "win32"):
            pinned = pins(lock, environment)
            assert unmet([Requirement(text) for text in wanted], pinned, environment) == set()


def test_a_hole_in_a_lock_is_found() -> None:
    pinned = pins("requirements-dev.lock", {}) | {"coverage": "0.1"}
    del pinned["pyyaml"]
    wanted = [Requirement(text) for text in (*PROJECT["dependencies"], "pytest-cov")]
    found = unmet(wanted, pinned, {})
    assert {Requirement(text).name.lower() for text in found} == {"pyyaml", "coverage"}


def test_what_the_releases_require_is_known_for_each_that_is_locked_and_true() -> None:
    # The tests and linters run where there is `make`: not on Windows.
    machines = [environment_of(python, *one) for python in PYTHONS for one in PLATFORMS if one[0] != "win32"]
    held = [
        one
        for one, _ in entries("requirements-dev.lock")
        if one.marker is None or any(map(one.marker.evaluate, machines))
    ]
    locked = {f"{canonicalize_name(one.name)}{one.specifier}" for one in held}
    assert locked <= set(REQUIRES), "make lock"
    assert {f"{canonicalize_name(one.name)}{one.specifier}" for one, _ in entries("requirements.lock")} <= set(REQUIRES)
    for found in importlib.metadata.distributions():
        known = REQUIRES.get(f"{canonicalize_name(found.name)}=={found.version}")
        assert known is None or sorted(map(Requirement, known), key=str) == sorted(
            map(Requirement, found.requires or []), key=str
        )


@pytest.mark.parametrize(("small", "large"), [*itertools.pairwise(LOCKS)])
def test_demo_and_tests_run_with_the_very_releases_of_the_program(small: str, large: str) -> None:
    more = {str(one): hashes for one, hashes in entries(large)}
    for one, hashes in entries(small):
        assert more[str(one)] == hashes, one


def test_the_simulated_gitlab_is_no_part_of_the_bot_but_the_extra_demo() -> None:
    assert EXTRAS["demo"] == [FAKE["name"]]
    of_demo = {canonicalize_name(Requirement(text).name) for text in FAKE["dependencies"]}
    of_bot = {canonicalize_name(one.name) for one, _ in entries("requirements.lock")}
    assert of_demo - of_bot == {"graphql-core", "werkzeug"}
    wheel = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert set(wheel["force-include"]) == {"bot", "bot/cli/installed", "templates"}
    image = (ROOT / "Dockerfile").read_text(encoding="utf-8") + (ROOT / ".dockerignore").read_text(encoding="utf-8")
    assert "fakegitlab" not in image


@pytest.mark.parametrize("name", LOCKS)
def test_the_locks_hold_hashes_and_no_addresses(name: str) -> None:
    assert all(hashes for _, hashes in entries(name))
    assert not re.search(r"://|--(index|extra-index|find-links|trusted)", (ROOT / name).read_text(encoding="utf-8"))


def test_the_locks_are_those_of_what_the_project_says() -> None:
    named = {canonicalize_name(Requirement(text).name) for text in PROJECT["dependencies"]}
    direct = {canonicalize_name(one.name) for one, _ in entries("requirements.lock")}
    assert named <= direct, "make lock"


# -- an index on which a dozen of them came out anew

DOZEN = (
    "pytest-cov", "coverage", "pytest", "pluggy", "iniconfig", "packaging", "pygments", "jinja2", "markupsafe",
    "requests", "urllib3", "idna", "certifi", "charset-normalizer",
)  # fmt: skip


def wheel(folder: Path, name: str, version: str) -> Path:
    """A release with nothing in it but what it requires."""
    module, info = name.replace("-", "_"), f"{name.replace('-', '_')}-{version}.dist-info"
    pinned = next(pin for pin in REQUIRES if pin.startswith(f"{name}=="))
    needs = "".join(f"Requires-Dist: {need}\n" for need in REQUIRES[pinned])
    files = {
        f"{module}_release.py": f"version = {version!r}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nProvides-Extra: toml\n{needs}",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},sha256={digest(text)},{len(text.encode())}\n" for path, text in files.items())
    path = folder / f"{module}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for inner, text in (files | {f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}).items():
            archive.writestr(inner, text)
    return path


def digest(text: str) -> str:
    return urlsafe_b64encode(sha256(text.encode()).digest()).decode().rstrip("=")


def index_with_news(folder: Path) -> tuple[Path, dict[str, str]]:
    """A folder with the locked release of a dozen packages and a newer one of each; a lock of the former."""
    pinned = pins("requirements-dev.lock", {})
    lines, versions = [], {name: pinned[name] for name in DOZEN}
    for name, version in versions.items():
        path = wheel(folder, name, version)
        lines.append(f"{name}=={version} --hash=sha256:{sha256(path.read_bytes()).hexdigest()}")
        wheel(folder, name, f"{Version(version).major}.999.0")
    lock = folder / "some.lock"
    lock.write_text("\n".join(lines), encoding="utf-8")
    return lock, versions


def provide(folder: Path, *locks: Path, code: int = 0, **more: str) -> str:
    """What `make` runs, with an index of our own; how the environment was asked is its last word."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "VIRTUAL_ENV", "PYTHON"))}
    index = locks[0].parent
    env |= {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(index), "PIP_USER": "1"} | more
    command = [sys.executable, str(ROOT / ".ci/environment.py"), str(folder), *map(str, locks)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def installed(folder: Path) -> dict[str, str]:
    """Version by name, as the environment's own Python finds them."""
    code = "import importlib.metadata as m, json; print(json.dumps({d.name: d.version for d in m.distributions()}))"
    found: dict[str, str] = json.loads(subprocess.check_output([str(folder / "bin/python"), "-I", "-c", code]))
    return {name: version for name, version in found.items() if name not in ("pip", "setuptools")}


def test_newer_releases_on_the_index_change_nothing_and_what_is_broken_is_mended(tmp_path: Path) -> None:
    lock, versions = index_with_news(tmp_path)
    folder = tmp_path / "environment"
    leave_a_broken_one(folder)
    provide(folder, lock)
    assert installed(folder) == versions
    made = (folder / "bin/python").lstat().st_mtime_ns
    provide(folder, lock)
    assert (folder / "bin/python").lstat().st_mtime_ns == made, "what is whole stays"
    refuse_other_hashes(folder, lock)  # a half-made one stands there now
    provide(folder, lock)
    assert installed(folder) == versions
    for damaged in (module_of(folder, "idna"), folder / "psbot-environment.json"):
        assert trusted(folder)
        content = damaged.read_text(encoding="utf-8")
        for damage in (damaged.unlink, lambda path=damaged: path.write_text("{}", encoding="utf-8")):
            damage()
            assert not trusted(folder), "it would be made anew, as the half-made one was"
        damaged.write_text(content, encoding="utf-8")


def trusted(folder: Path) -> bool:
    """Whether the environment would be used as it stands."""
    return bool(runpy.run_path(str(ROOT / ".ci/environment.py"))["state_of"](folder))


def module_of(folder: Path, name: str) -> Path:
    """The one file of a package."""
    python = ".".join(platform.python_version_tuple()[:2])
    return folder / f"lib/python{python}/site-packages/{name}_release.py"


def leave_a_broken_one(folder: Path) -> None:
    """Its interpreter is gone."""
    (folder / "bin").mkdir(parents=True)
    (folder / "bin/python").symlink_to("/nowhere/python")


def refuse_other_hashes(folder: Path, lock: Path) -> None:
    """Of one more package, which a second lock would add."""
    version = pins("requirements-dev.lock", {})["pyyaml"]
    wheel(lock.parent, "pyyaml", version)
    other = lock.with_name("other.lock")
    other.write_text(f"pyyaml=={version} --hash=sha256:{'0' * 64}", encoding="utf-8")
    said = provide(folder, lock, other, code=1)
    assert "could not be made" in said
    assert "Traceback" not in said
