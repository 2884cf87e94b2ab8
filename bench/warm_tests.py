"""Runs the nearest tests again and again in forks of one process that has all loaded but what rests on the changed module.

`python -m bench.warm_tests CHANGED TESTS…` in a copied tree: loads the tests once, then listens on the socket warm.sock; each
connection is one run of the tests against the code as it stands then, answered with one byte: 0 passed, else not.
"""

from __future__ import annotations

import ast
import gc
import importlib
import os
import resource
import signal
import socket
import sys
import threading
from pathlib import Path

import pytest

SOCKET = "warm.sock"
SECONDS = 100
"""A run that takes longer has hung: the change was noticed."""
OURS = ("bot", "tests", "fakegitlab")
OPTIONS = ("-x", "-q", "--assert=plain", "-p", "no:cacheprovider", "-p", "_hypothesis_pytestplugin")


def run_tests(tests: list[str]) -> int:
    """In a fork: its own copy of everything, and an end however the changed code behaves."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    watch = threading.Timer(SECONDS, os._exit, (1,))
    watch.daemon = True
    watch.start()
    sink = os.open("last-run.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(sink, 1)
    os.dup2(sink, 2)
    code = pytest.main([*OPTIONS, *tests])
    sys.stdout.flush()
    os._exit(int(code))


def imported_by(name: str) -> set[str]:
    """The modules that a loaded module names in its imports, and all packages that are loaded first."""
    source = Path(str(sys.modules[name].__file__)).read_text(encoding="utf-8")
    found = {name.rpartition(".")[0]} - {""}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {".".join(whole.split(".")[:n]) for whole in found for n in range(1, whole.count(".") + 2)}


def found_by(name: str, ours: set[str]) -> set[str]:
    """What a registry finds by looking into the packages beside it, without naming it."""
    file = Path(str(sys.modules[name].__file__))
    if "import_module(" not in file.read_text(encoding="utf-8"):
        return set()
    package = name if file.name == "__init__.py" else name.rpartition(".")[0]
    return {other for other in ours if other.startswith(f"{package}.")}


def resting_on(changed: str) -> set[str]:
    """The changed module and all that import it, however far round; every test module."""
    ours = {n for n in sys.modules if n.split(".")[0] in OURS and getattr(sys.modules[n], "__file__", None)}
    imports = {name: imported_by(name) | found_by(name, ours) for name in ours}
    found, before = {changed}, 0
    while len(found) > before:
        before = len(found)
        found |= {name for name in ours if imports[name] & found}
    return found | {name for name in ours if name.split(".")[-1].startswith(("test_", "conftest"))}


def forget(names: set[str]) -> None:
    """These are loaded anew by each run."""
    for name in names & set(sys.modules):
        package, _, own = name.rpartition(".")
        if hasattr(sys.modules.get(package), own):
            delattr(sys.modules[package], own)
        del sys.modules[name]


def main() -> int:
    changed, *tests = sys.argv[1:]
    sys.path.insert(0, str(Path.cwd()))
    sys.dont_write_bytecode = True
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    for test in tests:
        importlib.import_module(test.split("::")[0].removesuffix(".py").replace("/", "."))
    forget(resting_on(changed.removesuffix(".py").replace("/", ".")))
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(SOCKET)
        listening.listen()
        while True:
            asker, _ = listening.accept()
            with asker:
                asker.sendall(bytes([run_tests(tests) != 0]))


if __name__ == "__main__":
    sys.exit(main())
