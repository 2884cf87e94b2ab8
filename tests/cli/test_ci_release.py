"""A release is made of one version, told in one place, with the changelog's own words."""

from __future__ import annotations

import re
import runpy
import shutil
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from bot import __version__
from tests.cli.runner import ROOT, Runner, jobs_of, pipeline

notes = runpy.run_path(str(ROOT / ".ci/release_notes.py"))["notes"]
PROGRAM = '__version__ = "1.2.0"\n'
CHANGELOG = "# Changelog\n\n## [Unreleased]\n\n- Later.\n\n## [1.2.0] - 2026-11-01\n\n- New.\n\n## [1.1.0]\n\n- Old.\n"


def test_a_release_tells_its_own_part_of_the_changelog() -> None:
    assert notes("1.2.0", PROGRAM, CHANGELOG) == "- New.\n"


@pytest.mark.parametrize(("tag", "program", "why"), [
    ("1.3.0", PROGRAM, "the tag is 1.3.0"), ("1.3.0", PROGRAM.replace("1.2.0", "1.3.0"), "no part"),
])  # fmt: skip
def test_a_tag_that_fits_neither_program_nor_changelog_is_refused(tag: str, program: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        notes(tag, program, CHANGELOG)


def test_the_version_stands_in_one_place_and_the_command_tells_it() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["dynamic"] == ["version"]
    assert "version" not in project["project"]
    assert project["tool"]["hatch"]["version"]["path"] == "bot/__init__.py"
    said = subprocess.run(
        [sys.executable, "-m", "bot", "--version"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert said.stdout == f"psbot {__version__}\n"


@dataclass
class Registry:
    """A package registry: what was put where, with which token."""

    url: str
    answer: int = 201
    put: dict[str, tuple[str | None, bytes]] = field(default_factory=dict)


@pytest.fixture
def registry() -> Iterator[Registry]:
    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.put[self.path] = (self.headers["JOB-TOKEN"], body)
            self.send_response(found.answer)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Registry(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def tagged(registry: Registry, tmp_path: Path) -> Runner:
    """A runner on the tag of this version in a copy of what the job needs; pip makes wheels with one line in them."""
    project, programs = tmp_path / "project", tmp_path / "bin"
    shutil.copytree(ROOT / ".ci", project / ".ci")
    (project / "bot").mkdir()
    programs.mkdir()
    shutil.copy(ROOT / "bot/__init__.py", project / "bot")
    (project / "CHANGELOG.md").write_text(f"# Changelog\n\n## [{__version__}]\n\n- New.\n", encoding="utf-8")
    wheels = [f"dist/{name}-{__version__}-py3-none-any.whl" for name in ("psbot", "psbot_demo")]
    make = f'mkdir -p dist; for w in {" ".join(wheels)}; do echo "$w" > "$w"; done; exit 0'
    script = f'#!/bin/sh\ncase "$*" in "-m pip wheel"*) {make};; esac\nexec {sys.executable} "$@"\n'
    (programs / "python").write_text(script, encoding="utf-8")
    (programs / "python").chmod(0o755)
    variables = {"CI_API_V4_URL": f"{registry.url}/api/v4", "CI_PROJECT_ID": "7", "CI_JOB_TOKEN": "job-token"}
    return Runner(project, variables | {"CI_COMMIT_TAG": __version__, "CI_PIPELINE_SOURCE": "push"}, programs)


def test_a_tag_puts_both_wheels_into_the_package_registry_and_tells_where(tagged: Runner, registry: Registry) -> None:
    assert tagged.run(pipeline()["wheel"]) == 0, tagged.log
    folder = f"/api/v4/projects/7/packages/generic/psbot/{__version__}"
    names = [f"{name}-{__version__}-py3-none-any.whl" for name in ("psbot", "psbot_demo")]
    assert registry.put == {f"{folder}/{name}": ("job-token", f"dist/{name}\n".encode()) for name in names}
    told = (tagged.folder / "release-notes.md").read_text(encoding="utf-8")
    assert told.startswith("- New.\n")
    assert [f"`pip install {registry.url}{folder}/{name}`" in told for name in names] == [True, True]
    assert tagged.left(pipeline()["wheel"]) == ["dist", "release-notes.md"]


def test_a_wheel_that_the_registry_refuses_and_a_tag_that_fits_nothing_end_the_release(
    tagged: Runner, registry: Registry
) -> None:
    registry.answer = 403
    assert tagged.run(pipeline()["wheel"]) == 1
    assert "could not be put into the package registry: HTTP Error 403" in tagged.log
    registry.put.clear()
    assert tagged.run(pipeline()["wheel"], {"CI_COMMIT_TAG": "99.0.0"}) == 1
    assert "the tag is 99.0.0" in tagged.log
    assert not registry.put


def test_no_image_floats() -> None:
    images = re.findall(r"image: (?:\{name: )?([^\s,}]+)", (ROOT / ".gitlab-ci.yml").read_text(encoding="utf-8"))
    images += re.findall(r"^ARG BASE=(\S+)", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.M)
    assert len(images) >= 5
    for image in images:
        assert re.search(r":(v?\d+\.\d+\.\d+|\$PYTHON)|@sha256:[0-9a-f]{64}$", image), image


def test_a_release_on_gitlab_com_is_signed_by_digest_with_the_pipelines_own_identity() -> None:
    document = yaml.safe_load((ROOT / ".gitlab-ci.yml").read_text(encoding="utf-8"))
    tag, there = {"CI_COMMIT_TAG": "1.2.0"}, {"CI_SERVER_HOST": "gitlab.com"}
    assert "sign" in jobs_of(document, tag | there)
    assert "sign" not in jobs_of(document, tag | {"CI_SERVER_HOST": "gitlab.example.com"})
    job = document["sign"]
    assert job["id_tokens"] == {"SIGSTORE_ID_TOKEN": {"aud": "sigstore"}}
    said = "\n".join(job["script"])
    assert 'cosign sign "$CI_REGISTRY_IMAGE@$(cat image-digest.txt)"' in said
    assert "sign-blob" in said
    assert "image-digest.txt" in document["container"]["artifacts"]["paths"]
    assert {"job": "sign", "optional": True} in document["release"]["needs"], "nothing is released before it is signed"
