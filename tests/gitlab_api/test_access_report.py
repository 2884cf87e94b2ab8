"""What `psbot check` learns of GitLab, and the labels that `init --labels` creates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from bot.config import Settings
from bot.domain.errors import AccessError
from bot.gitlab_api.access_report import (
    create_labels,
    create_missing_labels,
    inspect_access,
    label_color,
    missing_labels,
    named_targets,
    wanted_labels,
)
from bot.gitlab_api.client import GitLabClient
from fakegitlab import DemoGitLab, World


def settings(**more: Any) -> Settings:
    base = {"portfolio": {"namespaces": {"acme": "customer", "acme/internal": "internal", "nowhere": "internal"}}}
    return Settings.model_validate(base | more)


@pytest.fixture
def gitlab() -> Iterator[DemoGitLab]:
    w = World(now="2026-11-20")
    acme = w.group("acme")
    w.project("acme/internal/reports")
    w.issue(w.project("acme/x"), "SOW", labels=[w.label(acme, "PSProject")])
    w.token(role="reporter", at=acme, expires_at=date(2027, 1, 31))
    with DemoGitLab(w) as running:
        yield running


@pytest.fixture
def client(gitlab: DemoGitLab) -> GitLabClient:
    return GitLabClient(gitlab.url, gitlab.token)


def test_token_instance_and_roles_are_told(client: GitLabClient, gitlab: DemoGitLab) -> None:
    report = inspect_access(client, settings())
    assert (report.username, report.edition, report.version) == ("psbot", "Enterprise Edition", "19.3.0-ee")
    assert (report.scopes, report.may_write, report.expires_at) == (("api",), True, date(2027, 1, 31))
    acme, internal, nowhere = report.namespaces
    assert (acme.kind, acme.role, acme.sees_all) == ("group", "reporter", True)
    assert "PSProject" not in acme.missing_labels
    assert "acceptance::sent" in acme.missing_labels
    assert internal.missing_labels == acme.missing_labels
    assert nowhere.error == "is not a group or project that the token can see"
    assert not gitlab.write_requests


def test_a_guest_does_not_see_everything_and_a_reader_may_not_write(gitlab: DemoGitLab) -> None:
    w = gitlab.world
    w.token("guest", scopes=("read_api",), role="guest", at=w.group("acme"), value="guest-token")
    report = inspect_access(GitLabClient(gitlab.url, "guest-token"), settings())
    assert report.may_write is False
    assert [n.sees_all for n in report.namespaces] == [False, False, False]


def test_a_refused_token_is_an_error(gitlab: DemoGitLab) -> None:
    with pytest.raises(AccessError):
        inspect_access(GitLabClient(gitlab.url, "wrong"), settings())


def test_what_the_licence_lacks_is_a_line_each() -> None:
    w = World(now="2026-11-20")
    w.token(at=w.group("acme"))
    with DemoGitLab(w, edition="free") as gitlab:
        report = inspect_access(GitLabClient(gitlab.url, gitlab.token), settings())
    assert "no epics (Premium): engagements are issues here" in report.namespaces[0].lacks
    with DemoGitLab(w, edition="ce") as gitlab:
        report = inspect_access(GitLabClient(gitlab.url, gitlab.token), settings())
    assert report.capability_lines[0].startswith("Community Edition: no epics")


def test_every_publish_target_is_looked_up_with_its_audience(client: GitLabClient) -> None:
    config = settings(
        reports={"monthly": {"project": "acme/internal/reports"}, "quarterly": {"project": "acme/gone"}},
        engagements={"acme/x#1": {"internal": "acme/internal/reports#9", "customer_channel": "acme/x#1"}},
    )
    assert [asked for _, asked in named_targets(config)] == [
        "acme/internal/reports", "acme/gone", "acme/x#1", "acme/internal/reports#9", "acme/x#1",
    ]  # fmt: skip
    found = {t.setting: t for t in inspect_access(client, config).targets}
    assert found["reports.monthly.project"].audience == "internal"
    assert found["reports.quarterly.project"].error
    assert found["engagements.acme/x#1"].audience == "customer"
    assert found["engagements.acme/x#1.internal"].error
    assert found["engagements.acme/x#1.customer_channel"].path == "acme/x"


def test_wanted_labels_are_those_the_config_names_whole() -> None:
    names = wanted_labels(settings(labels={"escalation": "Alarm", "impact": "wirkung::"}))
    assert "Alarm" in names
    assert "PSProject" in names
    assert "CustomerStory" in names
    assert not any(name.endswith(("::", "-")) for name in names)


def test_missing_labels_are_created_once(client: GitLabClient, gitlab: DemoGitLab) -> None:
    config = settings(portfolio={"namespaces": {"acme": "internal", "acme/internal": "internal"}})
    made = create_missing_labels(client, config)
    assert {path for path, _ in made} == {"acme"}
    assert missing_labels(client, "group", "acme", wanted_labels(config)) == []
    assert create_missing_labels(client, config) == []
    assert create_labels(client, "acme", ["PSProject"]) == []
    assert sum(w.kind == "label.create" for w in gitlab.writes) == len(made)


def test_lights_look_like_what_they_mean() -> None:
    assert label_color("sentiment::unhappy") == label_color("health::at risk")
    assert label_color("sentiment::happy") == label_color("acceptance::accepted")
    assert label_color("PSProject") not in {label_color("health::on track"), label_color("health::at risk")}
