"""The JSON Schema of config.yml, for editors."""

from __future__ import annotations

from typing import Any

from bot.config.settings import Vocabulary, settings_model


def config_schema(vocabulary: Vocabulary) -> dict[str, Any]:
    """JSON Schema of config.yml, with every threshold and rule id, for editors."""
    schema = settings_model(vocabulary).model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "psbot config.yml"
    facts = schema["properties"]["engagements"]
    schema["properties"]["engagements"] = {"anyOf": [facts, {"$ref": "#/$defs/EngagementFiles"}]}
    schema["properties"]["thresholds"] = {
        "type": ["object", "null"],
        "additionalProperties": False,
        "properties": {
            name: {"type": "number", "default": t.default, "description": f"{t.meaning} ({t.unit})"}
            for name, t in sorted(vocabulary.thresholds.items())
        },
    }
    rules = {"enum": sorted(vocabulary.rules)} if vocabulary.rules else {"type": "string"}
    schema["$defs"]["RiskSettings"]["properties"]["disable"]["items"] = rules
    schema["$defs"]["RiskSettings"]["properties"]["severity"]["propertyNames"] = rules
    return _with_words(schema)


def _with_words(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with each enumeration's words where they are chosen from, as people read them there."""
    words = {f"#/$defs/{name}": found for name, found in schema["$defs"].items() if "enum" in found}
    schema["$defs"] = {name: found for name, found in schema["$defs"].items() if f"#/$defs/{name}" not in words}

    def inlined(value: Any) -> Any:
        if isinstance(value, list):
            return [inlined(inner) for inner in value]
        if not isinstance(value, dict):
            return value
        if found := words.get(value.get("$ref", "")):
            here = {k: v for k, v in value.items() if k != "$ref"}
            value = dict(sorted((here | {"enum": found["enum"], "type": "string"}).items()))
        return {key: inlined(inner) for key, inner in value.items()}

    return {key: inlined(value) for key, value in schema.items()}
