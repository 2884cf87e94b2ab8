"""The health label of an engagement: set only where the config says so, and only psbot's own is replaced. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.config import Settings
from bot.domain.vocabulary import Audience
from bot.publish.forms import PostForm
from bot.publish.marker import Identity
from bot.publish.posts import HealthStanding, Standing
from bot.publish.steps import Step


def health_steps(colours: Mapping[str, str], standing: Standing, settings: Settings) -> Iterator[Step]:
    """One step an engagement whose health labels were read; no colour (`unknown`) takes psbot's own label away."""
    names = settings.labels.health
    labels = {"green": names.green, "yellow": names.yellow, "red": names.red}
    for engagement, colour in sorted(colours.items()):
        present, place = standing.health.get(engagement), standing.places.get(engagement)
        if present is None or place is None:
            continue
        if settings.audience_of(place.path) != Audience.INTERNAL:
            yield _step(engagement, "skip", "customers can read its labels", standing)
            continue
        yield _health_step(engagement, labels.get(colour), present, standing)


def _health_step(engagement: str, wanted: str | None, labels: HealthStanding, standing: Standing) -> Step:
    others = tuple(label for label in labels.present if label not in labels.own)
    gone = tuple(label for label in labels.own if label != wanted)
    add = (wanted,) if wanted and wanted not in labels.present else ()
    if others:
        return _step(engagement, "skip", f"a person set {', '.join(others)}, which stays", standing)
    if not add and not gone:
        return _step(
            engagement, "skip", "carries the right health label" if wanted else "has no status to show", standing
        )
    return _step(engagement, "label", "the status changed", standing, add, gone)


def _step(
    engagement: str, action: str, reason: str, standing: Standing, add: tuple[str, ...] = (), gone: tuple[str, ...] = ()
) -> Step:
    place = standing.places.get(engagement)
    return Step(
        action=action,  # type: ignore[arg-type]
        form=PostForm.LABELS,
        identity=Identity("health", Audience.INTERNAL, engagement, ""),
        target=engagement,
        reason=reason,
        engagement=engagement,
        path=place.path if place else "",
        labels=add,
        remove_labels=gone,
        diff="\n".join([*(f"-{label}" for label in gone), *(f"+{label}" for label in add)]),
    )
