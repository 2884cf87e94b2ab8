"""Texts that are kept for a whole run, kept small."""

from __future__ import annotations

from typing import Any, overload


class PackedText:
    """A dataclass field whose text is kept in UTF-8: one emoji makes Python keep four bytes a character.

    It takes a `str` and gives it back; the dataclass has no slots. Without a default the field must be given.
    """

    __slots__ = ("default", "name")

    def __init__(self, default: str | None = None) -> None:
        self.default = default
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> str: ...

    @overload
    def __get__(self, instance: object, owner: type) -> str: ...

    def __get__(self, instance: object | None, owner: type) -> str:
        if instance is not None:
            kept = vars(instance)[self.name]
            return kept if isinstance(kept, str) else kept.decode("utf-8", "surrogatepass")
        if self.default is None:  # asked by `dataclass`: there is no default
            raise AttributeError(self.name)
        return self.default

    def __set__(self, instance: object, text: str) -> None:
        vars(instance)[self.name] = text.encode("utf-8", "surrogatepass")

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """To pydantic it is a `str`."""
        return handler(str)
