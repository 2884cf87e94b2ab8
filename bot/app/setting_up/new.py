"""`psbot new`: look, plan, make what is missing; killed anywhere, the next run makes the rest and nothing twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from bot.app.session import Session, read_text
from bot.app.setting_up.wanted import (
    Found,
    SetUpStep,
    Wanted,
    as_yaml,
    mark,
    part_of,
    private_facts,
    public_facts,
    steps_of,
    wanted_of,
    with_facts,
)
from bot.config.sow import EngagementTemplate, Sow, parse_template
from bot.domain.errors import UncertainWriteError, UsageError
from bot.gitlab_api import set_up as gitlab
from bot.gitlab_api.access_report import create_labels
from bot.gitlab_api.rights import require_write
from bot.report.environment import shipped_folder

ATTEMPTS = 3


@dataclass
class SetUp:
    """One SOW being set up. `found` is what stands, by project, and grows with what is made."""

    session: Session
    sow: Sow
    wanted: tuple[Wanted, ...]
    found: dict[str, Found] = field(default_factory=dict)

    def look(self) -> None:
        """Read every project that is concerned."""
        for path in dict.fromkeys(one.place for one in self.wanted):
            self._look_at(path)

    def steps(self) -> tuple[SetUpStep, ...]:
        """What is to be made and what stands, as things are now."""
        return steps_of(self.wanted, self.found)

    def carry_out(self) -> Iterator[SetUpStep]:
        """Make what is missing, one step after the other; each is yielded when it stands."""
        require_write(self.session.client)
        for one in self.wanted:
            step = steps_of([one], self.found)[0]
            if step.action == "create":
                self._make_surely(one)
            yield step

    @property
    def reference(self) -> str | None:
        """The engagement's reference once its root stands."""
        iid = self.found.get(self.sow.project, Found()).issues.get("root")
        return f"{self.sow.project}#{iid}" if iid else None

    @property
    def keeps_money_apart(self) -> bool:
        """Whether customers can read where the engagement stands."""
        return self.session.settings.audience_of(self.sow.project) != "internal"

    def config_lines(self) -> str:
        """The lines for `engagements:` in config.yml: the facts that must not stand where a customer reads."""
        facts = private_facts(self.sow) if self.keeps_money_apart else {}
        return as_yaml({"engagements": {self.reference: facts}}) if facts and self.reference else ""

    # -- making

    def _make_surely(self, one: Wanted) -> None:
        """A lost answer leads to a new look, never to a blind repeat."""
        for attempt in range(ATTEMPTS):
            try:
                self._make(one)
                return
            except UncertainWriteError:
                self._look_at(one.place)
                if steps_of([one], self.found)[0].action == "keep":
                    return
                if attempt == ATTEMPTS - 1:
                    raise

    def _make(self, one: Wanted) -> None:
        client, there = self.session.client, self.found.get(one.place, Found())
        if one.kind == "project":
            gitlab.create_project(client, one.place, one.title)
            self._look_at(one.place)
        elif one.kind == "label":
            create_labels(client, one.place, [one.title], kind="project")
            self.found[one.place] = replace(there, labels=there.labels | {one.title})
        elif one.kind == "milestone":
            number = gitlab.create_milestone(client, one.place, one.title, one.due)
            self.found[one.place] = replace(there, milestones={**there.milestones, one.title: number})
        else:
            self.found[one.place] = replace(there, issues={**there.issues, one.part: self._make_issue(one, there)})

    def _make_issue(self, one: Wanted, there: Found) -> int:
        one = with_facts(one, self._facts()) if one.part == "root" else one
        return gitlab.create_issue(
            self.session.client,
            one.place,
            one.title,
            f"{one.body}\n\n{mark(self.sow.sow, one.part)}".strip(),
            labels=one.labels,
            milestone=there.milestones.get(one.milestone or ""),
            due=one.due,
            assignee=one.assignee,
        )

    def _facts(self) -> dict[str, object]:
        internal = self._ref(self.sow.internal, "internal")
        return public_facts(
            self.sow, internal, self._ref(self.sow.project, "channel"), money=not self.keeps_money_apart
        )

    def _ref(self, project: str | None, part: str) -> str | None:
        iid = self.found.get(project or "", Found()).issues.get(part)
        return f"{project}#{iid}" if iid else None

    def _look_at(self, path: str) -> None:
        state = gitlab.read_project(self.session.client, path, self._part)
        self.found[path] = Found(True, state.labels, state.milestones, state.issues) if state else Found()

    def _part(self, description: str) -> str | None:
        return part_of(description, self.sow.sow)


def prepare(session: Session, sow: Sow, where: str, say: Callable[[str], None]) -> SetUp:
    """What the SOW asks for, held against what stands. Raises UsageError where it can't be done as asked."""
    session = session.live
    if sow.internal and session.settings.audience_of(sow.internal) != "internal":
        advice = "Name a project in a namespace that config.yml declares `internal`."
        raise UsageError(f"`internal` ({sow.internal}) is a place where customers read", where, advice)
    if session.settings.audience_of(sow.project) != "internal" and not sow.internal:
        say(f"{sow.project} is read by customers and no `internal` project is named: no internal status will be posted")
    made = SetUp(session, sow, wanted_of(sow, session.settings, load_template(session, sow, where)))
    made.look()
    for path in dict.fromkeys(one.place for one in made.wanted):
        if not made.found[path].exists and path != sow.project:
            raise UsageError(
                f"the project {path} can't be found", where, "Make it, or name one that the token can see."
            )
    return made


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
