"""The facts of an engagement, each declared once: key, type, reader, unit, meaning, who may see it.

A field of `Facts` is the whole declaration. The JSON Schema, the table in the docs, the sample block, the faults by key
and what a customer's report may rest on follow from it: to add a fact, add a field here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from bot.domain.facts.readers import (
    MAX_TEXT,
    choice_of,
    read_date,
    read_days,
    read_flag,
    read_number,
    read_text,
)
from bot.domain.frozen import frozen
from bot.domain.messages import Phrase, Text
from bot.domain.vocabulary import BillingType, Recognition

DEFAULT_RECOGNITION = MappingProxyType(
    {
        BillingType.TIME_AND_MATERIALS: Recognition.AS_DELIVERED,
        BillingType.FIXED_PRICE: Recognition.ON_COMPLETION,
        BillingType.MILESTONE: Recognition.ON_ACCEPTANCE,
    }
)
MAX_ENTRIES = 200
Schema = Mapping[str, Any]
Lost = Callable[[int, Phrase], None]
"""Told of each entry of a list (by index) that can't be read."""


@frozen
class Kind:
    """How a value is read and what JSON Schema says of it."""

    read: Callable[[Any, Lost], Any]
    schema: Schema


@frozen
class Fact:
    """One key: what it is and means, in which unit, whether a customer's text may rest on it, and a sample value."""

    key: str
    kind: Kind
    meaning: str
    unit: str
    customer: bool
    money: bool
    sample: str | tuple[str, str]
    """Of a milestone's keys: for each of two milestones."""


@frozen
class FactFault:
    """Something of a facts block that can't be read: served without it, told as the risk `facts-invalid`."""

    key: str
    line: int
    message: Text
    ref: str = ""


def _one(read: Callable[[Any], Any], **schema: Any) -> Kind:
    return Kind(lambda value, lost: read(value), schema)


TEXT = _one(read_text, type=["string", "number"], maxLength=MAX_TEXT)
NUMBER = _one(read_number, type="number", minimum=0)
DAY = _one(read_date, type="string", format="date", pattern=r"^\d{4}-\d{2}-\d{2}$")
DAYS = _one(read_days, type="integer", minimum=0, maximum=366)
FLAG = _one(read_flag, type="boolean")


def _choice(words: type[StrEnum]) -> Kind:
    return _one(choice_of(words), type="string", enum=[word.value for word in words])


def _fact(
    kind: Kind,
    meaning: str,
    unit: str = "text",
    *,
    default: Any = None,
    customer: bool = False,
    money: bool = False,
    sample: str | tuple[str, str] = "",
) -> Any:
    declared = {"kind": kind, "meaning": meaning, "unit": unit, "customer": customer, "money": money, "sample": sample}
    return dataclasses.field(default=default, metadata={"fact": declared})


def declared_in(record: type[Any]) -> Mapping[str, Fact]:
    """The facts that a dataclass declares, by key, in their order."""
    return MappingProxyType({f.name: Fact(f.name, **f.metadata["fact"]) for f in dataclasses.fields(record)})


@frozen
class MilestoneFact:
    """What the contract says of a billing milestone (facts block, `milestones`)."""

    milestone: str = _fact(TEXT, "Title in GitLab", default="", customer=True, sample=("Discovery", "Migration wave 1"))
    due: date | None = _fact(DAY, "Baseline date", "date", customer=True, sample=("2026-09-11", "2026-10-30"))
    amount: float | None = _fact(NUMBER, "What the customer pays for it", "money", money=True)
    sign_off_sent: date | None = _fact(DAY, "Day on which acceptance was asked for", "date", customer=True)
    sign_off_received: date | None = _fact(DAY, "Day on which the customer accepted", "date", customer=True)


MILESTONE_FACTS = declared_in(MilestoneFact)


def _listed(value: Any, what: Phrase, read: Callable[[Any], Any], lost: Lost) -> tuple[Any, ...]:
    """The entries of a list one by one: a bad one costs that entry alone."""
    if not isinstance(value, list | tuple) or len(value) > MAX_ENTRIES:
        raise ValueError(what)
    found = []
    for index, entry in enumerate(value):
        try:
            found.append(read(entry))
        except ValueError as problem:
            lost(index, problem.args[0])
    return tuple(entry for entry in found if entry is not None)


def _read_references(value: Any, lost: Lost) -> tuple[str, ...] | None:
    if value is None:
        return None
    values = value if isinstance(value, list | tuple) else [value]
    return _listed(values, Phrase("must be a list of at most {n} entries", n=MAX_ENTRIES), _read_reference, lost)


def _read_reference(value: Any) -> str | None:
    try:
        return read_text(value)
    except ValueError as problem:
        raise ValueError(Phrase("an entry of the list: {fault}", fault=problem.args[0])) from problem


def _read_milestones(value: Any, lost: Lost) -> tuple[MilestoneFact, ...] | None:
    if value is None:
        return None
    numbers = iter(range(1, MAX_ENTRIES + 1))
    what = Phrase("must be a list of milestones")
    return _listed(value, what, lambda entry: _read_milestone(entry, next(numbers)), lost)


def _read_milestone(value: Any, number: int) -> MilestoneFact:
    if not isinstance(value, Mapping):
        shape = "`{milestone: Title, due: date, amount: number}`"
        raise ValueError(Phrase("milestone {number} must be {shape}", number=number, shape=shape))
    unknown = set(value) - set(MILESTONE_FACTS)
    if unknown:
        key = repr(min(map(str, unknown)))
        raise ValueError(Phrase("milestone {number} has an unknown key {key}", number=number, key=key))
    try:
        read = {key: MILESTONE_FACTS[key].kind.read(entry, _never) for key, entry in value.items()}
    except ValueError as problem:
        raise ValueError(Phrase("milestone {number}: {fault}", number=number, fault=problem.args[0])) from problem
    if not read.get("milestone"):
        raise ValueError(Phrase("milestone {number} has no title (`milestone:`)", number=number))
    return MilestoneFact(**read)


def _never(index: int, message: Phrase) -> None:
    """Single values lose no entries."""


def or_null(schema: Schema) -> dict[str, Any]:
    """The shape, or null."""
    kinds = schema.get("type")
    if kinds is None:
        return {"anyOf": [dict(schema), {"type": "null"}]}
    widened = {**schema, "type": [*([kinds] if isinstance(kinds, str) else kinds), "null"]}
    return {**widened, "enum": [*schema["enum"], None]} if "enum" in schema else widened


def _milestone_schema() -> Schema:
    properties: dict[str, Any] = {
        key: {
            **(dict(fact.kind.schema) if key == "milestone" else or_null(fact.kind.schema)),
            "description": fact.meaning,
        }
        for key, fact in MILESTONE_FACTS.items()
    }
    properties["milestone"]["minLength"] = 1
    return {"type": "object", "additionalProperties": False, "required": ["milestone"], "properties": properties}


def _read_approvers(value: Any, lost: Lost) -> tuple[str, ...] | None:
    """`{by: [username]}`, as the contract has it; a list or one username says the same."""
    if value is None:
        return None
    if isinstance(value, Mapping):
        if set(value) != {"by"}:
            raise ValueError(Phrase("must be {wanted}", wanted="{by: [username]}"))
        value = value["by"]
    names = value if isinstance(value, list | tuple) else [value]
    return _listed(names, Phrase("must be {wanted}", wanted="{by: [username]}"), _read_username, lost)


def _read_username(value: Any) -> str | None:
    text = read_text(value)
    return text.removeprefix("@") if text else None


_NAMES: Schema = {"anyOf": [TEXT.schema, {"type": "array", "items": TEXT.schema}]}
APPROVERS = Kind(
    _read_approvers,
    {"anyOf": [*_NAMES["anyOf"], {"type": "object", "properties": {"by": _NAMES}, "additionalProperties": False}]},
)
MILESTONES = Kind(_read_milestones, {"type": "array", "maxItems": MAX_ENTRIES, "items": _milestone_schema()})
REFERENCES = Kind(_read_references, {"anyOf": [TEXT.schema, {"type": "array", "items": TEXT.schema}]})


@frozen
class Facts:
    """The `ps-project` facts of an engagement. None means not given."""

    customer: str | None = _fact(TEXT, "The customer", customer=True, sample="Globex")
    sow: str | None = _fact(TEXT, "Number of the statement of work, as typed", customer=True, sample="SOW-2163")
    region: str | None = _fact(TEXT, "Region, for grouping", sample="EMEA")
    partner: str | None = _fact(TEXT, "Delivery partner")
    pm: str | None = _fact(TEXT, "The project manager", "username", customer=True, sample="dana")
    architect: str | None = _fact(TEXT, "The technical architect", "username", customer=True)
    billing: BillingType | None = _fact(
        _choice(BillingType), "How the customer is billed", "choice", customer=True, sample="milestone"
    )
    recognition: Recognition | None = _fact(
        _choice(Recognition),
        "How revenue is earned; by default what goes with the billing. The accountant's choice",
        "choice",
    )
    value: float | None = _fact(NUMBER, "Contract value", "money", money=True, sample="180000")
    currency: str | None = _fact(TEXT, "Currency of the contract, such as USD", "ISO 4217")
    hours: float | None = _fact(NUMBER, "Budgeted hours", "hours", customer=True, sample="480")
    rate: float | None = _fact(NUMBER, "Hourly rate; default value ÷ hours", "money an hour", money=True, sample="250")
    start: date | None = _fact(DAY, "First day of the SOW", "date", customer=True, sample="2026-08-03")
    end: date | None = _fact(
        DAY,
        "Last day of the SOW; 9999-12-31 and the like mean that it is open",
        "date",
        customer=True,
        sample="2026-12-18",
    )
    baseline: date | None = _fact(
        DAY, "Day on which scope and dates were agreed (default `start`); what comes later is scope growth", "date"
    )
    milestones: tuple[MilestoneFact, ...] = _fact(
        MILESTONES,
        "Per milestone: title, baseline due date, amount, and when the sign-off was sent and received",
        "list",
        default=(),
        customer=True,
    )
    passive_acceptance_days: int = _fact(
        DAYS,
        "Business days until silence accepts, the day of sending being day 1; default 5, 0 for never",
        "business days",
        default=5,
        customer=True,
    )
    acceptance: tuple[str, ...] = _fact(
        APPROVERS,
        "Where the SOW allows it: who of the customer accepts a milestone by a 👍 on psbot's note about it, `{by: [username]}`",
        "usernames",
        default=(),
        customer=True,
    )
    work: tuple[str, ...] = _fact(
        REFERENCES,
        "References, or project or group paths, whose issues are the work. Default for an epic: all its descendants; "
        "for an issue: every other issue of its project",
        "list of references",
        default=(),
    )
    internal: str | None = _fact(
        TEXT,
        "The issue or epic that takes the internal status; needed where the engagement itself is in a customer's namespace",
        "reference",
        sample="acme/ps-internal/status#12",
    )
    customer_channel: str | None = _fact(
        TEXT,
        "The issue or epic that the customer reads; without it nothing is ever posted for the customer",
        "reference",
        sample="acme/customers/globex/delivery#1",
    )
    invoiced_through: date | None = _fact(
        DAY, "Day up to which Finance has invoiced all that could be; what was earned later is still to bill", "date"
    )
    key: bool = _fact(
        FLAG, "True for a key project: shown in full in the monthly summary", "true, false", default=False
    )

    @property
    def hourly_rate(self) -> float | None:
        """`rate`, else value ÷ hours."""
        if self.rate is not None:
            return self.rate
        return self.value / self.hours if self.value is not None and self.hours else None

    @property
    def recognised(self) -> Recognition | None:
        """`recognition`, else the default of the billing kind."""
        return self.recognition or (DEFAULT_RECOGNITION.get(self.billing) if self.billing else None)

    @property
    def baseline_day(self) -> date | None:
        """`baseline`, else `start`."""
        return self.baseline or self.start


FACTS = declared_in(Facts)
MONEY_KEYS = tuple(key for key, fact in FACTS.items() if fact.money)
CUSTOMER_KEYS = tuple(key for key, fact in FACTS.items() if fact.customer)
"""What a text for the customer may rest on; of milestones only what `MILESTONE_FACTS` says."""


def for_customer(facts: Facts) -> Facts:
    """What of the facts a text for the customer may rest on; everything else as if it had not been given."""
    stones = tuple(_shown(stone, MILESTONE_FACTS) for stone in facts.milestones)
    shown: Facts = dataclasses.replace(_shown(facts, FACTS), milestones=stones)
    return shown


def _shown(record: Any, declared: Mapping[str, Fact]) -> Any:
    return type(record)(**{key: getattr(record, key) for key, fact in declared.items() if fact.customer})


def sample_money() -> str:
    """The money of a contract as an entry of the config, from the samples of the declarations."""
    return "{" + ", ".join(f"{key}: {fact.sample}" for key, fact in FACTS.items() if fact.sample and fact.money) + "}"


def sample_block() -> str:
    """The YAML of a small block, from the samples of the declarations; made-up names."""
    lines = [f"{key}: {fact.sample}" for key, fact in FACTS.items() if fact.sample and not fact.money]
    stones = [
        "  - {" + ", ".join(f"{key}: {fact.sample[n]}" for key, fact in MILESTONE_FACTS.items() if fact.sample) + "}"
        for n in range(2)
    ]
    return "\n".join([*lines, "milestones:", *stones, ""])


def facts_schema() -> dict[str, Any]:
    """JSON Schema of a `ps-project` block, and of `engagements:` entries in config.yml."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "psbot facts of an engagement (ps-project)",
        "type": "object",
        "additionalProperties": False,
        "properties": {key: or_null({**fact.kind.schema, "description": fact.meaning}) for key, fact in FACTS.items()},
    }
