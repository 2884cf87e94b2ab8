"""Makes and repairs the virtual environment of a checkout: what the locks name, hash-checked, with nothing resolved.

    python3 .ci/environment.py .venv requirements.lock [requirements-dev.lock] [--renew]

An environment that stands is used only where it is whole: made here from these locks, its interpreter runs, and no file of
a package is missing. Where the locks only grew by one (tests after the program), that one is added; in every other
case it is made anew. With --renew it also has to have the version of the interpreter that runs this.
"""

import argparse
import fcntl
import hashlib
import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

STATE = "psbot-environment.json"
ROOT = Path(__file__).resolve().parent.parent
# Settings of the user's pip that would send packages elsewhere; those that say where packages come from stay.
ELSEWHERE = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_DRY_RUN", "PIP_NO_INSTALL", "PYTHONHOME", "PYTHONPATH")
PIP = ("-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps", "--require-hashes")


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("locks", nargs="*")
    parser.add_argument("--renew", action="store_true", help="make it anew where its Python has another version")
    parser.add_argument("--look", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.look:
        json.dump(look(), sys.stdout)
        return
    with Path(__file__).open() as this:
        fcntl.flock(this, fcntl.LOCK_EX)  # two makes at once would make it twice, in one folder
        provide(Path.cwd() / given.folder, given.locks, renew=given.renew)


def provide(folder: Path, locks: list[str], *, renew: bool) -> None:
    """See to it that `folder` is an environment with what `locks` name."""
    state = state_of(folder)
    done: dict[str, str] = state.get("locks", {})
    usable = bool(done) and done == hashes(done) and (not renew or state["python"] == platform.python_version())
    if not usable:
        remove(folder)
        run(getattr(sys, "_base_executable", sys.executable), "-m", "venv", str(folder))
        done = {}
    if missing := [lock for lock in locks if lock not in done]:
        (folder / STATE).unlink(missing_ok=True)
        fill(folder, missing, hashes([*done, *missing]))


def hashes(locks: Iterable[str]) -> dict[str, str]:
    """What the locks hold now, by their paths."""
    there = [lock for lock in locks if (ROOT / lock).is_file()]
    return {lock: hashlib.sha256((ROOT / lock).read_bytes()).hexdigest() for lock in there}


def state_of(folder: Path) -> dict[str, Any]:
    """What was installed into `folder`; nothing where it isn't whole."""
    try:
        state: dict[str, Any] = json.loads((folder / STATE).read_text(encoding="utf-8"))
        found = ask(folder)
        whole = found["broken"] == [] and set(state["packages"]) <= set(found["packages"])
        same = (state["folder"], state["python"]) == (str(folder), found["python"])
    except (OSError, ValueError, KeyError, TypeError, subprocess.CalledProcessError):
        return {}
    return state if whole and same else {}


def ask(folder: Path) -> dict[str, Any]:
    """What the environment's own interpreter says about it."""
    command = [str(folder / "bin/python"), "-I", str(Path(__file__).resolve()), "--look", str(folder)]
    found: dict[str, Any] = json.loads(subprocess.check_output(command, stderr=subprocess.DEVNULL))
    return found


def look() -> dict[str, Any]:
    """The packages here, and those of which a file is missing or cut short."""
    packages = list(importlib.metadata.distributions())
    broken = [package.name for package in packages if not is_whole(package)]
    names = sorted(f"{package.name}=={package.version}" for package in packages)
    return {"python": platform.python_version(), "packages": names, "broken": broken}


def is_whole(package: importlib.metadata.Distribution) -> bool:
    """Whether each file that was installed stands with the size it had; compiled ones come and go."""
    if package.name == "pip":  # people renew it
        return True
    files = [file for file in package.files or [] if file.suffix != ".pyc" and file.size is not None]
    return bool(files) and all(size_of(Path(str(file.locate()))) == file.size for file in files)


def size_of(path: Path) -> int:
    """In bytes; -1 where there is none."""
    return path.stat().st_size if path.is_file() else -1


def fill(folder: Path, locks: list[str], all_locks: dict[str, str]) -> None:
    """Install, and only then write down that it is done."""
    for lock in locks:
        # Wheels only: a build would fetch its tools by itself, unlocked.
        run(str(folder / "bin/python"), *PIP, "--only-binary", ":all:", "-r", lock)
    found = ask(folder)
    state = {"folder": str(folder), "python": found["python"], "locks": all_locks}
    state |= {"packages": [name for name in found["packages"] if not name.startswith(("pip==", "setuptools=="))]}
    (folder / STATE).write_text(json.dumps(state, indent=1), encoding="utf-8")


def run(*command: str) -> None:
    """A command that has to succeed; its own words tell why it did not."""
    env = {name: value for name, value in os.environ.items() if name not in ELSEWHERE} | {"PIP_USER": "0"}
    code = subprocess.run(command, env=env, cwd=ROOT, check=False).returncode
    if code:
        sys.exit(f"psbot's environment could not be made: `{' '.join(command)}` ended with {code}.")


def remove(folder: Path) -> None:
    """Whatever stands there."""
    if folder.is_symlink() or folder.is_file():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
