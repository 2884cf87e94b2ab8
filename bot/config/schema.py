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
    return schema
