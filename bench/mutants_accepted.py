"""The changes that nobody could notice, each with its reason; everything else that survives is a missing test."""

from __future__ import annotations

from collections.abc import Mapping

ORDERED = "an equal pair was answered on the line before"
NEAR = "two positions are the same, or further apart than that"

ACCEPTED: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "finish": (
        (
            "weights = [1 / sd**2 for _, sd, _ in voices]",
            "weights = [2 / sd**2 for _, sd, _ in voices]",
            "only the ratio of the weights counts",
        ),
        *(
            (
                "low, high = (abs(math.log(max(self.left(level), 0.02 * median) / median)) / z for level in (0.1, 0.9))",
                f"low, high = (abs(math.log(max(self.left(level), 0.02 {sign} median) / median)) / z for level in (0.1, 0.9))",
                "a tenth of the cases lies that low only where the median is the least of one day",
            )
            for sign in ("/", "%")
        ),
        (
            "return self.median * np.exp(np.where(z < 0, self.low_sd, self.high_sd) * z)",
            "return self.median * np.exp(np.where(z <= 0, self.low_sd, self.high_sd) * z)",
            "either side of a score of 0 is 0",
        ),
    ),
    "acceptance": (
        (
            "stray = [_stray_view(title) for title in sorted(issues.keys() - titles)]",
            "stray = [_stray_view(title) for title in sorted(issues.keys() ^ titles)]",
            "one that no issue names is left out again below",
        ),
        (
            "if silent and (accepted_on is None or passive_on is None or passive_on < accepted_on):",
            "if silent and (accepted_on is None or passive_on is None or passive_on <= accepted_on):",
            "the same day either way",
        ),
    ),
    "change": tuple(
        (
            "return json.dumps(states, sort_keys=True, ensure_ascii=False, default=str)",
            f"return json.dumps(states, {form}, default=str)",
            "only compared with itself: any form will do that is always the same",
        )
        for form in ("sort_keys=False, ensure_ascii=False", "sort_keys=True, ensure_ascii=True")
    ),
    "terms": tuple(
        (
            f"return None if self.{what} is None else self.{what} - math.fsum({part} in self.added if day > at + 1e-9)",
            f"return None if self.{what} is None else self.{what} - math.fsum({part} in self.added if day >= at + 1e-9)",
            NEAR,
        )
        for what, part in (("value", "v for day, v, _"), ("hours", "h for day, _, h"))
    ),
    "revenue": (
        (
            "return np.zeros(1) if self.ahead is None or at <= self.now else self.ahead.hours_by(at - self.now)",
            "return np.zeros(1) if self.ahead is None or at < self.now else self.ahead.hours_by(at - self.now)",
            "in no time no hours are spent",
        ),
        (
            "inside = (terms.billed_at > span.before) & (terms.billed_at <= upto + 1e-9)",
            "inside = (terms.billed_at > span.before) & (terms.billed_at < upto + 1e-9)",
            NEAR,
        ),
        (
            "return min(float(terms.billed_money[terms.billed_at <= at + 1e-9].sum()), cap(at))",
            "return min(float(terms.billed_money[terms.billed_at < at + 1e-9].sum()), cap(at))",
            NEAR,
        ),
        (
            "inside = (at > max(span.before, outlook.now)) & (at <= span.last + 1e-9)",
            "inside = (at > max(span.before, outlook.now)) & (at < span.last + 1e-9)",
            NEAR,
        ),
        (
            "upside += amount.amount * (1 - chance) if POSSIBLE <= chance < 1 else 0.0",
            "upside += amount.amount * (1 - chance) if POSSIBLE <= chance != 1 else 0.0",
            "a chance is never more than 1",
        ),
        *(
            (
                "inside = (at > max(span.before, outlook.now)) & (at <= span.last + 1e-9)",
                f"inside = (at > max(span.before, outlook.now)) {sign} (at <= span.last + 1e-9)",
                "of two truths the same",
            )
            for sign in ("*", "//")
        ),
    ),
    "precheck": (
        (
            "copies = [p for p in own if p.marker.identity == identity and p.id < post.id]",
            "copies = [p for p in own if p.marker.identity == identity and p.id <= post.id]",
            "the post itself was left out above",
        ),
    ),
    "execute": (("while attempt < ATTEMPTS:", "while attempt != ATTEMPTS:", "attempts are counted one by one"),),
    "drafts": (
        (
            "if parts > 1 or text is None or not wish.customer_target:",
            "if parts != 1 or text is None or not wish.customer_target:",
            "a report has a part at least",
        ),
        (
            "overtaken = post.own and (post is not current or not keep_current)",
            "overtaken = post.own and (post != current or not keep_current)",
            "no two posts are equal: their numbers differ",
        ),
    ),
    "safe_text": (
        (
            'rest = url[url.index("//") + 2 :]',
            'rest = url[url.index("//") + 3 :]',
            "the first character is the host's, who has one at least",
        ),
        (
            'return match[0] if len(match[0]) > 1 else f"&#{ord(match[0])};"',
            'return match[0] if len(match[0]) != 1 else f"&#{ord(match[0])};"',
            "a match is never empty",
        ),
        (
            'return match[0] if len(match[0]) > 1 else f"&#{ord(match[0])};"',
            'return match[0] if len(match[0]) > 2 else f"&#{ord(match[0])};"',
            "an entity has three characters at least",
        ),
        (
            "return safe if len(safe) <= TITLE_LIMIT else safe[: TITLE_LIMIT - 1].rstrip() + ELLIPSIS",
            "return safe if len(safe) <= TITLE_LIMIT else safe[: TITLE_LIMIT ^ 1].rstrip() + ELLIPSIS",
            "of 255 the same",
        ),
    ),
    "loss": (
        (
            "before = self._posts(lambda o: _kind(o) == _kind(identity) and o.period < identity.period)",
            "before = self._posts(lambda o: _kind(o) == _kind(identity) and o.period <= identity.period)",
            "asked only where nothing stands for the same period",
        ),
    ),
    "planner": (
        (
            "elif keeper.marker.fingerprint == wish.fingerprint and notes == keeper.pm_notes and _same_parts(keeper, wish):",
            "elif keeper.marker.fingerprint == wish.fingerprint and notes <= keeper.pm_notes and _same_parts(keeper, wish):",
            "notes joined begin with the keeper's",
        ),
        (
            'return "keeps the PM notes of a second copy" if notes != post.pm_notes else "the number of parts changed"',
            'return "keeps the PM notes of a second copy" if notes > post.pm_notes else "the number of parts changed"',
            "notes joined begin with the keeper's",
        ),
        (
            "reason = f\"the report has {count} part{'s' if count > 1 else ''} now\"",
            "reason = f\"the report has {count} part{'s' if count != 1 else ''} now\"",
            "a report has a part at least",
        ),
        (
            "latest = max(earlier, key=lambda p: (p.marker.identity.period, -p.id), default=None)",
            "latest = max(earlier, key=lambda p: (p.marker.identity.period, ~p.id), default=None)",
            "~n is -n - 1: the same order",
        ),
    ),
    "customer": (
        (
            "if m.forecast and said and said != m.forecast:",
            "if m.forecast and said and said > m.forecast:",
            "what is promised is never earlier than what is expected",
        ),
    ),
    "axes": (
        (
            "over = max(1, subject.calendar.working_days_between(m.due, subject.day)) if m.due else 0",
            "over = max(1, subject.calendar.working_days_between(m.due, subject.day)) if m.due else 1",
            "a late milestone has a due date",
        ),
        (
            "over = max(1, subject.calendar.working_days_between(m.due, subject.day)) if m.due else 0",
            "over = max(1, subject.calendar.working_days_between(m.due, subject.day)) if m.due else -1",
            "a late milestone has a due date",
        ),
        (
            "over = subject.calendar.working_days_between(m.due, m.forecast) if m.due and m.forecast else 0",
            "over = subject.calendar.working_days_between(m.due, m.forecast) if m.due and m.forecast else -1",
            "neither is a slip",
        ),
        (
            'return Phrase("{days} late", days=days(slip)) if slip > 0 else Phrase("{days} early", days=days(-slip))',
            'return Phrase("{days} late", days=days(slip)) if slip >= 0 else Phrase("{days} early", days=days(-slip))',
            ORDERED,
        ),
        (
            'return Phrase("{days} late", days=days(slip)) if slip > 0 else Phrase("{days} early", days=days(-slip))',
            'return Phrase("{days} late", days=days(slip)) if slip > -1 else Phrase("{days} early", days=days(-slip))',
            ORDERED,
        ),
        ("if over < 0:", "if over <= 0:", ORDERED),
        ("if over < 0:", "if over < 1:", ORDERED),
        (
            "if budget.cpi is None or budget.burn is None or not _enough(subject, max(budget.burn, done or 0.0)):",
            "if budget.cpi is None or budget.burn is None or not _enough(subject, max(budget.burn, done or -1.0)):",
            "nothing done is not enough, whether it counts as nothing or as less",
        ),
        (
            "budget=hours(budget.hours_budget or 0.0),",
            "budget=hours(budget.hours_budget or 1.0),",
            "a share is spent of a budget that is known",
        ),
    ),
}
"""Target → (the line as it stands, as it became, why nobody could notice)."""


def reason_for(target: str, before: str, after: str) -> str:
    """Why this change is accepted; empty where it is not."""
    changed = (_bare(before), _bare(after))
    return next((why for old, new, why in ACCEPTED.get(target, ()) if (_bare(old), _bare(new)) == changed), "")


def _bare(line: str) -> str:
    return "".join(line.split())
