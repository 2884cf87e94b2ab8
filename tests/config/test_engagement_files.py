"""Facts of engagements in files of their own: beside the config, or in a private project's repository."""

from __future__ import annotations

import base64
from pathlib import Path

import jsonschema
import pytest
import responses

from bot.app.session import open_session
from bot.config import config_schema
from bot.derive.catalog import vocabulary
from bot.domain.errors import ConfigError, PsbotError
from bot.gitlab_api.client import GitLabClient
from bot.gitlab_api.repository import read_files

CONFIG = "portfolio: {namespaces: {acme/ps-internal: internal}}\nengagements: {path: facts/}\n"


def desk(folder: Path, config: str = CONFIG, **files: str) -> Path:
    (folder / "facts").mkdir()
    for name, text in files.items():
        (folder / "facts" / f"{name}.yml").write_text(text, encoding="utf-8")
    path = folder / "config.yml"
    path.write_text(config, encoding="utf-8")
    return path


def test_a_folder_of_files_is_what_would_stand_in_the_config(tmp_path: Path) -> None:
    path = desk(tmp_path, globex="acme/x&7: {value: 180000}\n", initech="acme/y#2:\n  rate: 200\n")
    assert open_session(path, {}).settings.engagements == {"acme/x&7": {"value": "180000"}, "acme/y#2": {"rate": "200"}}


def test_one_file_will_do(tmp_path: Path) -> None:
    config = CONFIG.replace("facts/", "facts/all.yml")
    assert set(open_session(desk(tmp_path, config, all="acme/x&7: {value: 1}\n"), {}).settings.engagements) == {
        "acme/x&7"
    }


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"a": "acme/x&7:\n  valu: 1\n"}, "a.yml:2:3: acme/x&7.valu: unknown key, did you mean 'value'?"),
        ({"a": "acme/x&7: {value: 1}\n", "b": "acme/x&7: {value: 2}\n"}, "acme/x&7 stands in"),
        ({"a": "globex: {value: 1}\n"}, "a.yml:1:1: 'globex' is not an engagement"),
        ({"a": "- 1\n"}, "a.yml:1: must be facts by reference"),
        ({"a": "acme/x&7: [\n"}, "a.yml:"),
    ],
)
def test_every_mistake_is_named_with_file_and_line(tmp_path: Path, files: dict[str, str], told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        open_session(desk(tmp_path, **files), {})
    assert told in str(caught.value)


def test_a_folder_that_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(PsbotError, match="elsewhere"):
        open_session(desk(tmp_path, CONFIG.replace("facts/", "elsewhere/")), {})


def test_the_schema_knows_both_forms() -> None:
    schema = config_schema(vocabulary())
    for engagements in ({"path": "facts/", "project": "acme/ps-internal/facts"}, {"acme/x&7": {"value": 1}}):
        jsonschema.validate({"portfolio": {"namespaces": {"a": "internal"}}, "engagements": engagements}, schema)


@responses.activate
def test_a_private_project_s_repository_holds_them_too() -> None:
    base = "https://gitlab.example.com/api/v4/projects/acme%2Fps-internal%2Ffacts/repository"
    tree = [{"type": "blob", "path": f"engagements/{name}"} for name in ("a.yml", "README.md", "b.yaml")]
    responses.get(f"{base}/tree", json=tree)
    for name in ("a.yml", "b.yaml"):
        text = base64.b64encode(f"acme/{name[0]}&1: {{value: 5}}\n".encode()).decode()
        responses.get(f"{base}/files/engagements%2F{name}", json={"content": text})
    client = GitLabClient("https://gitlab.example.com", "glpat-of-the-facts")
    found = dict(read_files(client, "acme/ps-internal/facts", "engagements/", (".yml", ".yaml")))
    assert found == {"engagements/a.yml": "acme/a&1: {value: 5}\n", "engagements/b.yaml": "acme/b&1: {value: 5}\n"}
