"""GitLab's full paths: letter case is ignored, and a prefix counts by whole segments."""

from __future__ import annotations


def is_within(path: str, parent: str) -> bool:
    """Whether `path` is `parent` or below it. GitLab's paths ignore case; `acme/ps-internal-x` is not `acme/ps-internal`."""
    return (path.casefold() + "/").startswith(parent.casefold() + "/")


def path_part(ref: str) -> str:
    """The namespace path of a reference or path: what stands before its `#`, `&` or `%`."""
    for mark in ("#", "&", "%"):
        ref = ref.partition(mark)[0]
    return ref.strip("/")
