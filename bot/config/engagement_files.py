"""Facts of engagements in files of their own: `engagements: {path: engagements/}`, or in a private project's repository.

A file holds what would stand under `engagements:`: facts by reference. A folder holds any number of such files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bot.config.settings import Settings, Vocabulary
from bot.config.values import Reference
from bot.domain.errors import ConfigError, Fault
from bot.domain.frozen import frozen
from bot.domain.yaml_text import YamlDocument, YamlProblem, load_yaml

_REFERENCE: TypeAdapter[str] = TypeAdapter(Reference)
SUFFIXES = (".yml", ".yaml")


@frozen
class FactFile:
    """A file's name, for faults, and its text."""

    name: str
    text: str


def with_files(settings: Settings, files: Iterable[FactFile], vocabulary: Vocabulary) -> Settings:
    """The settings with the facts of the files. Raises ConfigError with file and line of every mistake."""
    found: dict[str, dict[str, Any]] = {}
    places: dict[str, str] = {}
    faults: list[Fault] = []
    for file in sorted(files, key=lambda file: file.name):
        document = _document(file, faults)
        if document is None:
            continue
        for ref, facts in document.value.items():
            here = _faults_of(document, file.name, ref, facts, vocabulary)
            if ref in places:
                here = [Fault(f"{ref} stands in {places[ref]} too", file.name, *document.place((ref,)))]
            faults += here
            if not here:
                places[ref], found[ref] = file.name, facts
    if faults:
        advice = "Nothing was read or written; correct these and run `psbot check`."
        count = f"{len(faults)} mistake{'s' if len(faults) > 1 else ''} in the facts of engagements"
        raise ConfigError(count, faults[0].where, advice, tuple(faults))
    return settings.model_copy(update={"engagements": found, "engagement_files": None})


def _document(file: FactFile, faults: list[Fault]) -> YamlDocument | None:
    try:
        document = load_yaml(file.text, ())
    except YamlProblem as problem:
        faults.append(Fault(f"not readable as YAML: {problem}", file.name, problem.line, problem.column))
        return None
    if document.value is None:
        return None
    if not isinstance(document.value, dict):
        faults.append(Fault("must be facts by reference, such as `group&7: {value: 180000}`", file.name, 1))
        return None
    return document


def _faults_of(document: YamlDocument, name: str, ref: Any, facts: Any, vocabulary: Vocabulary) -> list[Fault]:
    try:
        _REFERENCE.validate_python(str(ref))
    except ValidationError as error:
        return [Fault(str(error.errors()[0]["ctx"]["error"]), name, *document.place((ref,)))]
    if not isinstance(facts, Mapping):
        return [Fault(f"{ref}: must be facts: lines of `key: value` below it", name, *document.place((ref,)))]
    return [
        Fault(f"{ref}.{key}: {message}", name, *document.place((ref, key)))
        for key, message in vocabulary.check_facts(facts)
    ]
