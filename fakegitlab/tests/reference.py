"""GitLab's own schemas, where they lie beside the checkout; tests that need them are skipped elsewhere."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLSchema, build_ast_schema, parse
from jsonschema import Draft7Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

ROOT = Path(__file__).resolve().parents[2] / ".." / "shared" / "gitlab-api"
needs_reference = pytest.mark.skipif(not ROOT.is_dir(), reason="GitLab's schemas are not beside this checkout")
SPEC = ROOT / "schemas" / "spec" / "fixtures" / "api" / "schemas" / "public_api" / "v4"
DERIVED = ROOT / "schemas" / "derived"


def _retrieve(uri: str) -> Resource[Any]:
    return Resource.from_contents(json.loads(Path(uri.removeprefix("file://")).read_text()), DRAFT7)


def check_json(path: Path, answer: Any) -> None:
    """Fail unless the answer fits the schema in that file."""
    schema = {"$ref": path.resolve().as_uri()}
    registry: Registry[Any] = Registry(retrieve=_retrieve)  # type: ignore[call-arg]
    errors = [
        f"{error.json_path}: {error.message}"
        for error in Draft7Validator(schema, registry=registry).iter_errors(answer)
    ]
    assert not errors, errors


@lru_cache
def gitlab_schema(name: str) -> GraphQLSchema:
    """GitLab's GraphQL schema from `gitlab.graphql`, `gitlab-18.5-docs.graphql` or `gitlab-ce.graphql`."""
    text = (ROOT / "graphql" / name).read_text(encoding="utf-8")
    return build_ast_schema(parse(text, no_location=True), assume_valid=True)


def sample_query(name: str) -> str:
    return (ROOT / "graphql" / "sample-queries" / name).read_text(encoding="utf-8")
