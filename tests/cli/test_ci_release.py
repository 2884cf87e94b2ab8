"""A release is made of one version, told in one place, with the changelog's own words."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
import tomllib

import pytest
import yaml

from bot import __version__
from tests.cli.runner import ROOT, jobs_of

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


def test_no_image_floats() -> None:
    images = re.findall(r"image: (?:\{name: )?([^\s,}]+)", (ROOT / ".gitlab-ci.yml").read_text(encoding="utf-8"))
    images += re.findall(r"^ARG BASE=(\S+)", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.M)
    assert len(images) >= 5
    for image in images:
        assert re.search(r":(v?\d+\.\d+\.\d+|\$PYTHON)|@sha256:", image), image


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
