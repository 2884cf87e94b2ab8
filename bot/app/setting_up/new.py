"""`psbot new`: look, plan, make what is missing; killed anywhere, the next run makes the rest and nothing twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.app.session import Session, read_text
from bot.app.setting_up.wanted import (
    Found,
    SetUpAction,
    SetUpStep,
    Wanted,
    WantedKind,
    as_yaml,
    keys_of,
    mark,
    private_facts,
    public_facts,
    steps_of,
    tidy,
    wanted_of,
    with_facts,
)
from bot.config.sow import EngagementTemplate, Sow, parse_template
from bot.domain.errors import UncertainWriteError, UsageError
from bot.domain.vocabulary import Audience
from bot.gitlab_api import set_up as gitlab
from bot.gitlab_api.access_report import create_labels
from bot.gitlab_api.rights import require_write
from bot.report.environment import shipped_folder

ATTEMPTS = 3


@dataclass
class SetUp:
    """One SOW being set up. `found` is what stands, by group and project, and grows with what is made."""

    session: Session
    sow: Sow
    wanted: tuple[Wanted, ...]
    found: dict[str, Found] = field(default_factory=dict)

    def look(self) -> None:
        """Read every group and project that is concerned, once; groups that stand are no part of the plan."""
        for path in dict.fromkeys(
            one.place for one in self.wanted if one.kind not in (WantedKind.GROUP, WantedKind.EPIC)
        ):
            self._look_once(path)
        if self.sow.group:
            self._look_once(self.sow.group)
        standing = [path for path, found in self.found.items() if found.exists]
        for one in self.wanted:
            if one.kind == WantedKind.GROUP and one.place not in self.found:
                above = any(path.startswith(f"{one.place}/") for path in standing)
                exists = above or gitlab.exists_group(self.session.client, one.place)
                self.found[one.place] = Found(exists)
        self._require_epics()
        self.wanted = tuple(w for w in self.wanted if w.kind != WantedKind.GROUP or not self.found[w.place].exists)

    def steps(self) -> tuple[SetUpStep, ...]:
        """What is to be made and what stands, as things are now."""
        return steps_of(self.wanted, self.found)

    def carry_out(self) -> Iterator[SetUpStep]:
        """Make what is missing, one step after the other; each is yielded when it stands."""
        require_write(self.session.client)
        for one in self.wanted:
            step = steps_of([one], self.found)[0]
            if step.action == SetUpAction.CREATE:
                self._make_surely(one)
            yield step

    @property
    def reference(self) -> str | None:
        """The engagement's reference once its root stands."""
        iid = self._iid(self.sow.home, "root")
        return f"{self.sow.home}{'&' if self.sow.group else '#'}{iid}" if iid else None

    @property
    def keeps_money_apart(self) -> bool:
        """Whether customers can read where the engagement stands."""
        return self.session.settings.audience_of(self.sow.home) != Audience.INTERNAL

    def apart(self) -> Mapping[str, Mapping[str, Any]]:
        """The facts that must not stand where a customer reads, by reference: for the config, or a private file."""
        facts = private_facts(self.sow) if self.keeps_money_apart else {}
        return {self.reference: tidy(facts)} if facts and self.reference else {}

    def config_lines(self) -> str:
        """The same, as lines of config.yml."""
        return as_yaml({"engagements": self.apart()}) if self.apart() else ""

    # -- making

    def _make_surely(self, one: Wanted) -> None:
        """A lost answer leads to a new look, never to a blind repeat."""
        for attempt in range(ATTEMPTS):
            try:
                self._make(one)
                return
            except UncertainWriteError:
                self._look_at(one.place)
                if steps_of([one], self.found)[0].action == SetUpAction.KEEP:
                    return
                if attempt == ATTEMPTS - 1:
                    raise

    def _make(self, one: Wanted) -> None:
        client, there = self.session.client, self.found.get(one.place, Found())
        if one.kind == WantedKind.GROUP:
            gitlab.create_group(client, one.place, one.title)
            self._look_at(one.place)
        elif one.kind == WantedKind.PROJECT:
            gitlab.create_project(client, one.place, one.title)
            self._look_at(one.place)
        elif one.kind == WantedKind.LABEL:
            create_labels(client, one.place, [one.title], kind="group" if self._is_group(one.place) else "project")
            self.found[one.place] = replace(there, labels=there.labels | {one.title})
        elif one.kind == WantedKind.MILESTONE:
            number = gitlab.create_milestone(client, one.place, one.title, one.due)
            self.found[one.place] = replace(there, milestones={**there.milestones, one.title: number})
        else:
            self.found[one.place] = replace(there, items={**there.items, one.key: self._make_item(one, there)})

    def _make_item(self, one: Wanted, there: Found) -> int:
        one = with_facts(one, self._facts()) if one.part == "root" else one
        text = f"{one.body}\n\n{one.key}".strip()
        client = self.session.client
        if one.kind == WantedKind.EPIC:
            return gitlab.create_epic(
                client, one.place, one.title, text, labels=one.labels, start=self.sow.start, due=one.due
            )
        return gitlab.create_issue(
            client, one.place, one.title, text,
            labels=one.labels, milestone=there.milestones.get(one.milestone or ""), due=one.due, assignee=one.assignee,
        )  # fmt: skip

    def _facts(self) -> dict[str, object]:
        internal = self._ref(self.sow.internal, "internal")
        return public_facts(
            self.sow, internal, self._ref(self.sow.project, "channel"), money=not self.keeps_money_apart
        )

    def _ref(self, project: str | None, part: str) -> str | None:
        iid = self._iid(project or "", part)
        return f"{project}#{iid}" if iid else None

    def _iid(self, place: str, part: str) -> int | None:
        return self.found.get(place, Found()).items.get(mark(self.sow.sow, part))

    def _is_group(self, path: str) -> bool:
        return path == self.sow.group

    def _look_once(self, path: str) -> None:
        if path not in self.found:
            self._look_at(path)

    def _look_at(self, path: str) -> None:
        client = self.session.client
        if self._is_group(path):
            state = gitlab.read_group(client, path, keys_of)
        elif any(one.kind == WantedKind.GROUP and one.place == path for one in self.wanted):
            self.found[path] = Found(gitlab.exists_group(client, path))
            return
        else:
            state = gitlab.read_project(client, path, keys_of)
        self.found[path] = Found(True, state.labels, state.milestones, state.items) if state else Found()

    def _require_epics(self) -> None:
        """A group that is still to be made has what the one above it has."""
        path = self.sow.group
        while path and not self.found.get(path, Found()).exists:
            path = path.rpartition("/")[0]
            if path and path not in self.found:
                self.found[path] = Found(gitlab.exists_group(self.session.client, path))
        if path and not gitlab.has_epics(self.session.client, path):
            advice = "Leave `group` out: the engagement is an issue of its project then."
            raise UsageError(f"{self.sow.group} has no epics here (they need Premium)", "group", advice)


def prepare(
    session: Session, sow: Sow, where: str, say: Callable[[str], None], found: dict[str, Found] | None = None
) -> SetUp:
    """What the SOW asks for, held against what stands; `found` is shared by many. Raises UsageError where it can't be done."""
    session = session.live
    if sow.internal and session.settings.audience_of(sow.internal) != Audience.INTERNAL:
        advice = "Name a project in a namespace that config.yml declares `internal`."
        raise UsageError(f"`internal` ({sow.internal}) is a place where customers read", where, advice)
    if session.settings.audience_of(sow.home) != Audience.INTERNAL and not sow.internal:
        say(f"{sow.home} is read by customers and no `internal` project is named: no internal status will be posted")
    _require_read(session, sow, where)
    wanted = wanted_of(sow, session.settings, load_template(session, sow, where))
    made = SetUp(session, sow, wanted, {} if found is None else found)
    made.look()
    for path in dict.fromkeys(one.place for one in made.wanted):
        if path == sow.internal and not made.found[path].exists:
            raise UsageError(
                f"the project {path} can't be found", where, "Make it, or name one that the token can see."
            )
    return made


def _require_read(session: Session, sow: Sow, where: str) -> None:
    """What is made where nobody looks gets no report."""
    names = session.settings.portfolio.namespaces
    if not any(f"{sow.home}/".casefold().startswith(f"{name}/".casefold()) for name in names):
        advice = f"Name a place in one of these, or add it to `portfolio.namespaces`: {', '.join(names)}."
        raise UsageError(f"{sow.home} lies in no namespace that psbot reads", where, advice)


def load_template(session: Session, sow: Sow, where: str) -> EngagementTemplate | None:
    """The template of first items that the SOW names: from the config's templates folder, else a shipped one."""
    if sow.template is None:
        return None
    folders = [session.folder / session.settings.templates.folder, shipped_folder()]
    names: set[str] = set()
    for folder in (f / "engagements" for f in folders):
        path = folder / f"{sow.template}.yml"
        if path.parent == folder and path.is_file():
            return parse_template(read_text(path), str(path))
        names |= {found.stem for found in folder.glob("*.yml")}
    advice = f"There are: {', '.join(sorted(names))}." if names else ""
    raise UsageError(f"there is no template {sow.template!r}", where, advice)
