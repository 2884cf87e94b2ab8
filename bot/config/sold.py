"""A PSA system's export of what was sold → SOWs, by the names of its columns. Pure.

Certinia and Kantata are known by the headers of their reports; a sheet of one's own may use ours. Every mistake is told
with its line and column before anything is made.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from bot.config.sow import Sow
from bot.domain.frozen import frozen
from bot.domain.mistakes import nearest

HEADERS: Mapping[str, tuple[str, ...]] = {
    "customer": ("customer", "customer name", "account name", "account", "client name", "client", "company",
                 "project account", "pse__Account__r.Name"),
    "sow": ("sow", "sow number", "project id", "project number", "pse__Project_ID__c", "workspace id",
            "external reference", "external id", "contract number"),
    "title": ("title", "project name", "project title", "project", "workspace title", "name"),
    "billing": ("billing", "billing type", "pse__Billing_Type__c", "price model", "pricing model", "contract type"),
    "value": ("value", "contract value", "total contract value", "bookings", "total bookings", "pse__Bookings__c",
              "project value", "price", "fixed fee", "project budget", "total budget", "budget", "amount"),
    "currency": ("currency", "project currency", "currency code", "currencyIsoCode"),
    "hours": ("hours", "contracted hours", "sold hours", "planned hours", "pse__Planned_Hours__c", "budgeted hours",
              "budget hours", "estimated hours", "total estimated hours", "scheduled hours"),
    "rate": ("rate", "hourly rate", "bill rate", "average bill rate"),
    "start": ("start", "start date", "project start date", "pse__Start_Date__c", "project start"),
    "end": ("end", "end date", "project end date", "pse__End_Date__c", "due date", "project due date", "project end"),
    "pm": ("pm", "project manager", "pse__Project_Manager__r.Name", "project lead", "provider lead"),
    "architect": ("architect", "solution architect", "technical lead"),
    "region": ("region", "region name", "pse__Region__r.Name"),
    "partner": ("partner", "partner name"),
    "project": ("gitlab project", "gitlab path"),
    "group": ("gitlab group",),
    "internal": ("internal",),
    "template": ("template",),
}  # fmt: skip
"""Our key → what its column is called, the first that is there counts."""
NEEDED = ("customer", "billing", "start", "end")
BILLING: Mapping[str, str] = {
    "timeandmaterials": "time_and_materials", "timematerials": "time_and_materials", "timeandmaterial": "time_and_materials",
    "timematerial": "time_and_materials", "tm": "time_and_materials", "tandm": "time_and_materials",
    "hourly": "time_and_materials",
    "fixedprice": "fixed_price", "fixedfee": "fixed_price", "fixed": "fixed_price", "fixedbid": "fixed_price",
    "milestone": "milestone", "milestones": "milestone", "milestonebased": "milestone",
}  # fmt: skip
SYMBOLS: Mapping[str, str] = {"€": "EUR", "£": "GBP", "₹": "INR", "zł": "PLN"}
NOTHING = frozenset(["", "-", "–", "—", "n/a", "none"])
USERNAME = re.compile(r"@?[A-Za-z0-9_][A-Za-z0-9_.-]*")


@frozen
class Pattern:
    """What the rows leave open: where a project stands (`acme/{customer}/{sow}`), and what all have in common."""

    project: str | None = None
    group: str | None = None
    internal: str | None = None
    template: str | None = None


class CellProblem(ValueError):
    """A value that can't be used, by our key."""

    def __init__(self, key: str, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.key = key
        self.advice = advice


def columns_of(header: Iterable[str]) -> dict[str, int]:
    """Our key → the place of its column. Of several that may be meant the first of our list counts."""
    folded = [letters(name) for name in header]
    # Salesforce reports put the object before the field: `Project: Start Date`.
    short = [letters(name.partition(":")[2]) for name in header]
    found: dict[str, int] = {}
    for key, names in HEADERS.items():
        for name in map(letters, names):
            place = next((n for n, one in enumerate(folded) if one == name), None)
            place = next((n for n, one in enumerate(short) if one == name), None) if place is None else place
            if place is not None and place not in found.values():
                found[key] = place
                break
    return found


def unknown_columns(missing: Iterable[str]) -> Iterator[str]:
    """What to say of a column that is needed and not there."""
    for key in missing:
        yield f"no column for `{key}`: one of {', '.join(HEADERS[key][:5])}"


def make_sow(cells: Mapping[str, Any], pattern: Pattern) -> Sow:
    """A SOW of a row whose dates and numbers are read. Raises CellProblem."""
    values = {key: value for key, value in cells.items() if value not in (None, "")}
    values["billing"] = billing_of(str(values.get("billing", "")))
    values.setdefault("sow", values.get("title", ""))
    if not values["sow"]:
        raise CellProblem("sow", "is empty, and there is no title to take for it")
    if not USERNAME.fullmatch(str(values.get("pm", "x"))):
        del values["pm"]  # a name as people say it; GitLab knows usernames
    if not USERNAME.fullmatch(str(values.get("architect", "x"))):
        del values["architect"]
    for key in ("project", "group"):
        asked = getattr(pattern, key)
        if key not in values and asked:
            values[key] = filled(asked, values)
    for key in ("internal", "template"):
        if key not in values and getattr(pattern, key):
            values[key] = getattr(pattern, key)
    if "project" not in values:
        raise CellProblem(
            "project", "has no place in GitLab", "Say where: --project 'acme/customers/{customer}/{sow}'."
        )
    try:
        return Sow.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        key = str(first["loc"][0]) if first["loc"] else "end"
        raise CellProblem(key, str(first["msg"]).removeprefix("Value error, ")) from error


def filled(pattern: str, values: Mapping[str, Any]) -> str:
    """A path with `{customer}`, `{sow}` and `{title}` filled in as GitLab writes paths."""

    def word(match: re.Match[str]) -> str:
        name = match[1]
        if name not in ("customer", "sow", "title"):
            raise CellProblem("project", f"{{{name}}} is not known", "Use {customer}, {sow} or {title}.")
        slug = slug_of(str(values.get(name, "")))
        if not slug:
            raise CellProblem(name, f"has no letters for a path (given: {str(values.get(name, ''))[:40]!r})")
        return slug

    return re.sub(r"\{(\w+)\}", word, pattern)


def slug_of(text: str) -> str:
    """As GitLab makes a path of a name."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode().casefold()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:100].rstrip("-")


def billing_of(text: str) -> str:
    """Our word for a billing type. Raises CellProblem."""
    if (known := BILLING.get(letters(text.replace("&", "and")))) or text in BILLING.values():
        return known or text
    kinds = sorted(set(BILLING.values()))
    raise CellProblem("billing", f"must be one of {', '.join(kinds)} (given: {text[:40]!r})", nearest(text, kinds))


def letters(text: str) -> str:
    """What is left of a name for comparing."""
    return "".join(c for c in text.casefold() if c.isalnum())


def read_amount(text: str, key: str, decimal: str | None) -> float | None:
    """A number as people write money; `decimal` is the column's decimal sign where it is known. Raises CellProblem."""
    plain = re.sub(r"[\s\u00a0\u202f'’]|^[^\d(+.,-]+|[^\d).,]+$", "", text.strip())
    if not plain and text.strip().casefold() in NOTHING:
        return None
    if plain.startswith(("-", "(")):
        raise CellProblem(key, f"must not be negative (given: {text[:40]!r})")
    if not re.fullmatch(r"\d{1,15}([.,]\d{3})*([.,]\d+)?|[.,]\d+", plain):
        raise CellProblem(key, f"must be a number such as 120000 (given: {text[:40]!r})")
    if decimal and re.fullmatch(rf"[1-9]\d{{0,2}}{re.escape(decimal)}\d{{3}}", plain):
        advice = f"Elsewhere in this column {decimal!r} is the decimal sign; write it without separators."
        raise CellProblem(key, f"may be thousands or a fraction (given: {text[:40]!r})", advice)
    sign = decimal_sign(plain)
    whole, _, fraction = plain.rpartition(sign) if sign else (plain, "", "")
    return float(f"{re.sub('[.,]', '', whole) or 0}.{fraction or 0}")


def decimal_sign(plain: str) -> str | None:
    """What is certainly the decimal sign of a number: the last of two kinds, or one that no three digits follow."""
    marks = re.findall(r"[.,]", plain)
    if not marks:
        return None
    if len(set(marks)) == 2:
        return str(marks[-1])
    after = len(plain) - 1 - plain.rfind(marks[0])
    certain = len(marks) == 1 and (after != 3 or plain.startswith(("0", marks[0])))
    return str(marks[0]) if certain else None


def column_sign(cells: Iterable[str]) -> str | None:
    """The decimal sign that a column's cells agree on; None where they don't tell."""
    found = {sign for cell in cells if (sign := decimal_sign(re.sub(r"[^\d.,]", "", cell)))}
    return found.pop() if len(found) == 1 else None


def currency_of(text: str) -> str | None:
    """The currency that an amount names by its code or by a sign that only one has."""
    if code := re.search(r"\b[A-Z]{3}\b", text):
        return str(code.group())
    return next((name for sign, name in SYMBOLS.items() if sign in text), None)
