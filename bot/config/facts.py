"""Where facts stand: in GitLab's custom fields, or in files of their own."""

from __future__ import annotations

import difflib

from pydantic import Field, field_validator

from bot.config.section import Section
from bot.domain.facts import FACTS


class FactSettings(Section):
    fields: dict[str, str] = Field(
        {}, description="Facts in custom fields (Premium, Ultimate) by the field's name, such as {SOW value: value}"
    )

    @field_validator("fields")
    @classmethod
    def _known(cls, value: dict[str, str]) -> dict[str, str]:
        for name, key in value.items():
            if key not in FACTS or FACTS[key].unit == "list":
                near = difflib.get_close_matches(key, FACTS, 1)
                hint = f", did you mean {near[0]!r}?" if near else ""
                raise ValueError(f"{name!r}: {key!r} is not a fact of one value{hint}")
        return value


class EngagementFiles(Section):
    """Where the facts stand, in place of `engagements:` by reference."""

    path: str = Field(min_length=1, description="A file of facts by reference, or a folder of such *.yml files")
    project: str | None = Field(
        None, description="The private GitLab project whose repository holds them; else the config's folder"
    )
