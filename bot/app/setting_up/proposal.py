"""The first config: a starter proposed from what a group holds, and the labels that it needs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.app.session import DEFAULT_URL, Session, instance_url
from bot.config.label_settings import LabelSettings
from bot.config.starter import Proposal
from bot.domain.errors import NotFoundError, UsageError
from bot.domain.frozen import frozen
from bot.domain.model import Portfolio
from bot.domain.paths import is_within, path_part
from bot.domain.vocabulary import Audience
from bot.gitlab_api import access_report as gitlab
from bot.gitlab_api.client import GitLabClient
from bot.gitlab_api.set_up import exists_group
from bot.gitlab_api.survey import SeenProject, Survey, find_project, survey_group

MARKER = "PSProject"
BY_NAME = "proposed because of its name: make sure that only our own people read here"
NAMED = "you named it for internal statuses: make sure that only our own people read here"
UNKNOWN = "psbot can't know who reads here: counts as customer-visible"


def create_missing_labels(session: Session) -> Iterator[str]:
    """Create the labels that the config names and GitLab lacks; a line for each."""
    created = gitlab.create_missing_labels(session.client, session.settings)
    for path, name in created:
        yield f"created in {path}: {name}"
    if not created:
        yield "no label is missing"


def would_create(session: Session) -> Iterator[str]:
    """The labels that `create_missing_labels` would create; a line for each."""
    for path, name in gitlab.lacking_labels(session.client, session.settings):
        yield f"would create in {path}: {name}"


@frozen
class NamespaceSeen:
    """A proposed starter, and what it was made from."""

    proposal: Proposal
    survey: Survey

    @property
    def advice(self) -> str:
        """What is to be said of the label that marks an engagement; empty where it is there."""
        marker = self.proposal.label
        if marker in self.survey.labels:
            return ""
        return f"no label {marker!r} is there yet: psbot init --labels makes it; then put it on each engagement"


def propose(
    group: str, environment: Mapping[str, str], timezone: str = "UTC", places: str | None = None
) -> NamespaceSeen:
    """A starter filled with what is found in `group`. Raises UsageError when it, or `places`, can't be seen."""
    url = instance_url(environment.get("GITLAB_URL") or environment.get("CI_SERVER_URL") or DEFAULT_URL)
    token = environment.get("GITLAB_TOKEN", "").strip()
    if not token:
        raise UsageError("needs a token to look around", "--from", "Set GITLAB_TOKEN (scope read_api is enough).")
    client = GitLabClient(url, token)
    try:
        survey = survey_group(client, path_given(group, url))
    except NotFoundError as error:
        advice = f"Write its path as in its URL below {url}; the bot's user must be a member."
        raise UsageError(f"{group!r} is not a group that the token can see", "--from", advice) from error
    place = _place(client, places, url) if places else None
    proposal = make_proposal(survey, url if url != DEFAULT_URL else None, place.path if place else None)
    return NamespaceSeen(replace(proposal, timezone=timezone), survey)


def path_given(text: str, url: str) -> str:
    """A path, also where its web address was given."""
    text = text.strip()
    return text.removeprefix(url).partition("/-/")[0].removesuffix(".git").strip("/")


def _place(client: GitLabClient, asked: str, url: str) -> SeenProject:
    """The project for internal statuses, which the user names: private, or it is refused."""
    found = project_named(client, asked, url)
    if found.visibility != "private":
        who = "everybody" if found.visibility == "public" else "every signed-in user"
        raise UsageError(f"{who} can read in {found.path}", "--places", "Name a private project, or make it private.")
    return found


def project_named(client: GitLabClient, asked: str, url: str) -> SeenProject:
    """The project of `--places`. Raises UsageError where the token sees none."""
    path = path_given(asked, url)
    found = find_project(client, path)
    if found is None and exists_group(client, path):
        raise UsageError(f"{path} is a group", "--places", "Name a project in it; make one there if there is none.")
    if found is None:
        raise UsageError(
            f"the project {asked} can't be found", "--places", "Make it, or name one that the token can see."
        )
    return found


def require_apart(found: NamespaceSeen, portfolio: Portfolio, place: str) -> None:
    """Raises UsageError where the project for internal statuses lies among the customers': nothing would hide it from them.

    `place` was named by hand; what is not internal by its name may be anybody's.
    """
    who = found.proposal.who.get(place)
    branch = _branch(found.survey.group, place)
    for engagement in portfolio.engagements:
        if who == NAMED and _branch(found.survey.group, engagement.ref) == branch:
            told = f"{place} lies in {branch}, as the engagement {engagement.ref} does: its customer may read there"
            raise UsageError(told, "--places", "Name a project that only your own people can read, elsewhere.")


def _branch(group: str, ref: str) -> str:
    """The subgroup or project directly below `group` that holds something."""
    path = path_part(ref)
    below = path[len(group) + 1 :].partition("/")[0]
    return f"{group}/{below}" if below else path


# -- from what was found, pure


def make_proposal(survey: Survey, url: str | None, place: str | None = None) -> Proposal:
    """Namespaces by their names: what sounds internal is proposed as internal, everything else as customer-visible.

    What the public can read is never proposed as internal. `place`: the project that the user named for internal statuses.
    """
    found = dict(_namespaces(survey))
    who = {path: BY_NAME if audience == Audience.INTERNAL else UNKNOWN for path, audience in found.items()}
    if place and not any(is_within(place, path) for path, audience in found.items() if audience == Audience.INTERNAL):
        found[place], who[place] = "internal", NAMED
    reports = _reports_project(survey, [path for path, audience in found.items() if audience == Audience.INTERNAL])
    labels = labels_in_use(survey.labels)
    return Proposal(found, reports or place, marker_of(survey.labels), url, who=who, labels=labels)


def _namespaces(survey: Survey) -> Iterator[tuple[str, str]]:
    children = survey.children or {}
    internal = {path for path, seen in children.items() if sounds_internal(path) and seen in ("private", "")}
    if not internal:
        own = sounds_internal(survey.group) and survey.visibility in ("private", "")
        yield survey.group, "internal" if own else "customer"
        return
    for path in sorted(children):
        yield path, "internal" if path in internal else "customer"
    for project in sorted(survey.projects, key=lambda p: p.path):
        if project.path.rpartition("/")[0] == survey.group and project.open_issues and not project.archived:
            yield project.path, "customer"


def _reports_project(survey: Survey, internal: Sequence[str]) -> str | None:
    """Where the roll-ups go: an internal, private project that is called so."""
    names = [
        p.path
        for p in sorted(survey.projects, key=lambda p: p.path)
        if not p.archived and p.visibility in ("private", "") and any(is_within(p.path, path) for path in internal)
    ]
    return next((name for name in names if "report" in name.rpartition("/")[2].casefold()), None)


def sounds_internal(path: str) -> bool:
    """Whole words only: a wrong `internal` would show money to a customer named International Shops."""
    words = re.split(r"[^a-z0-9]+", path.rpartition("/")[2].casefold())
    return not {"internal", "intern", "backoffice"}.isdisjoint(words)


def unlabelled(found: NamespaceSeen, portfolio: Portfolio) -> Iterator[str]:
    """Projects that look like an engagement, and in which nothing belongs to one; a sentence each."""
    proposal, held = found.proposal, _held(portfolio)
    for project in sorted(found.survey.projects, key=lambda p: p.path):
        read = max((p for p in proposal.namespaces if is_within(project.path, p)), key=len, default=None)
        customers = read is not None and proposal.namespaces[read] == Audience.CUSTOMER
        if customers and project.open_issues and not project.archived and project.path.casefold() not in held:
            count = f"{project.open_issues} open issue{'s' if project.open_issues > 1 else ''}"
            yield f"{project.path} ({count}): if it is one, put {proposal.label!r} on its epic or on an issue in it"


def _held(portfolio: Portfolio) -> frozenset[str]:
    """The projects in which an engagement, its work or its customer's channel stands."""
    refs = (ref for e in portfolio.engagements for ref in (e.ref, e.facts.customer_channel or "", *e.facts.work))
    items = (item.ref for e in portfolio.engagements for item in e.items)
    return frozenset(path_part(ref).casefold() for ref in (*refs, *items))


def marker_of(labels: Iterable[str]) -> str:
    """The label that marks an engagement: ours, or the only one there that is ours but for case and punctuation."""
    return _in_use(MARKER, list(labels)) or MARKER


def labels_in_use(labels: Iterable[str]) -> dict[str, Any]:
    """The settings under `labels:` for names that are written otherwise in this group: case, spaces, punctuation."""
    return _differing(LabelSettings().model_dump(), list(labels))


def _differing(defaults: Mapping[str, Any], labels: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, default in defaults.items():
        if isinstance(default, Mapping):
            value: Any = _differing(default, labels)
        elif isinstance(default, str):
            value = _scope(default, labels) if default.endswith("::") else _in_use(default, labels)
            value = None if value == default else value
        else:
            names = [_in_use(name, labels) or name for name in default]
            value = None if names == list(default) else names
        if value:
            found[key] = value
    return found


def _in_use(name: str, labels: Sequence[str]) -> str | None:
    """`name` as the group writes it; None where it has none, or more than one that might be meant."""
    if name in labels:
        return name
    alike = [label for label in labels if _letters(label) == _letters(name)]
    return alike[0] if len(alike) == 1 else None


def _scope(name: str, labels: Sequence[str]) -> str | None:
    """A scope such as `impact::` as the group writes it."""
    starts = {label[: len(name)] for label in labels if label[: len(name)].casefold() == name.casefold()}
    return None if name in starts or len(starts) != 1 else starts.pop()


def _letters(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())
