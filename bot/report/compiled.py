"""Compiled templates for all environments of a process: compiling takes longer than what most reports need to be filled."""

from __future__ import annotations

from typing import Any

import jinja2
from jinja2.bccache import Bucket


class Compiled(jinja2.BytecodeCache):
    """Code by template and file, for environments that differ in words and filters only.

    Their `finalize` must ask for the context and `optimized` be off: then Jinja leaves constants to be formatted when a
    template is rendered, and the code holds nothing of a language.
    """

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, Any]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """The code of that very source, if it is there."""
        checksum, code = self._kept.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it."""
        self._kept[bucket.key] = bucket.checksum, bucket.code
