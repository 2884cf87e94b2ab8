"""What the documentation tells to type is typed: every `sh` block of README and docs, in its order, against a demo GitLab."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
import yaml

from bot.cli.docs_config import MEANINGS, config_keys
from bot.cli.exports import TABLES
from bot.demo import DEMO_CONFIG
from bot.derive.decisions.orders.kinds import KINDS
from tests.cli.conftest import Desk, Said
from tests.cli.runner import component_inputs
from tests.cli.test_docs import PAGES, ROOT, fences

LEFT_OUT = {"docs/forecast-accuracy.md": "hours of computing; the page says when it was run"}
PAGES_RUN = [p for p in PAGES if fences(p, "sh") and str(p.relative_to(ROOT)) not in LEFT_OUT]


def commands_of(page: Path) -> list[list[str]]:
    """The words of each command line, without comments."""
    lines = [line for block in fences(page, "sh") for line in block.replace("\\\n", " ").splitlines()]
    return [words for line in lines if (words := shlex.split(line, comments=True))]


def fill_in_internal_places(desk: Desk) -> None:
    """What the user does next: each engagement's internal place, as `check` asks for it."""
    config = yaml.safe_load(desk.config.read_text(encoding="utf-8"))
    demo = yaml.safe_load(DEMO_CONFIG(desk.day, desk.gitlab.url, 7, "ultimate", plans=desk.plans))["engagements"]
    config["engagements"] = {ref: {"internal": facts["internal"]} for ref, facts in demo.items()}
    desk.config.write_text(yaml.safe_dump(config), encoding="utf-8")


def carry_out(words: list[str], desk: Desk, targets: set[str]) -> Said | None:
    """Run a psbot command; check of all others that they are what the repository has."""
    if words[0] in ("psbot", ".venv/bin/psbot"):
        said = desk.call(*words[1:])
        if words[1] == "init" and "--places" not in words:
            fill_in_internal_places(desk)
        return said
    if words == ["rm", "config.yml"]:
        desk.config.unlink()
        return None
    if words[0] == "make":
        assert set(words[1:]) <= targets, words
        return None
    assert words[0] == "export", f"a command that no test knows: {words}"
    assert words[1].partition("=")[0] in ("GITLAB_URL", "GITLAB_TOKEN")
    return None


@pytest.mark.parametrize("page", PAGES_RUN, ids=lambda p: p.name)
def test_every_command_of_the_page_runs_as_it_stands(page: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(desk.folder)
    monkeypatch.setenv("GITLAB_URL", desk.gitlab.url)
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    for words in commands_of(page):
        said = carry_out(words, desk, targets)
        assert said is None or said.code == 0, f"{words}: {said.err}"
    if page.name == "README.md":
        assert len(desk.gitlab.writes) > len(desk.plans), "its five steps end with reports in GitLab"


def test_every_psbot_command_in_the_text_has_the_options_that_it_is_named_with(call: Callable[..., Said]) -> None:
    helped = cache(lambda command: call(command, "--help"))
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for command, rest in re.findall(r"`(?:\.venv/bin/)?psbot ([a-z]+)((?: [^`]*)?)`", text):
            if command in KINDS:  # what people write to psbot in GitLab
                continue
            assert helped(command).code == 0, f"{page.name}: psbot {command}"
            for option in re.findall(r"(--[a-z-]+)", rest):
                assert option in helped(command).out, f"{page.name}: psbot {command} {option}"


def test_the_documented_inputs_are_the_components() -> None:
    text = (ROOT / "docs/operation.md").read_text(encoding="utf-8")
    section = text.partition("### The component's inputs")[2].partition("\n\nTo have")[0]
    named = dict(re.findall(r"^\| `(\w+)` \| (.+?) \|", section, re.M))
    inputs = component_inputs()
    assert list(named) == list(inputs)
    for name, spec in inputs.items():
        default = spec.get("default")
        told = "–" if "default" not in spec else f"`{str(default).lower()}`" if default != "" else "nothing"
        assert named[name] == told, name


def test_the_page_of_data_names_every_table() -> None:
    text = (ROOT / "docs/export.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\w+):", text, re.M) == list(TABLES)


def test_the_unit_and_compose_examples_call_what_exists(call: Callable[..., Said]) -> None:
    page = ROOT / "docs/operation.md"
    (unit,) = fences(page, "ini")
    words = shlex.split(re.search(r"^ExecStart=(.+)$", unit, re.M)[1])  # type: ignore[index]
    assert words[0].endswith("/.venv/bin/psbot")
    said = call(words[1], "--help")
    assert said.code == 0
    assert words[2] in said.out
    (compose,) = fences(page, "yaml")
    service = yaml.safe_load(compose)["services"]["psbot"]
    assert service["command"] == ["serve"]
    assert service["volumes"] == ["./config.yml:/work/config.yml:ro"]


def test_the_health_check_of_the_image_is_a_command(
    call: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    words = yaml.safe_load(re.search(r"^HEALTHCHECK .* CMD (\[.+\])$", text, re.M)[1])  # type: ignore[index]
    assert call(*words[1:]).code == 1, "nobody serves"
    (tmp_path / ".psbot-health").touch()
    assert call(*words[1:]).code == 0
    os.utime(tmp_path / ".psbot-health", (0, 0))
    assert call(*words[1:]).code == 1


def test_every_key_of_the_config_has_a_meaning() -> None:
    keys = list(config_keys())
    assert [key for key, _, meaning in keys if not meaning] == []
    assert {"gitlab.timeout", "reports.status.customer.approvers", "serve.at"} <= {key for key, _, _ in keys}
    assert set(MEANINGS) <= {key for key, _, _ in keys}, "no meaning of a key that is gone"
