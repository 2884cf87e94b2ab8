"""GitLab's full paths: letter case is ignored, and a prefix counts by whole segments."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

_ITEM = re.compile(r"(?P<path>.+?)/-/(?P<kind>epics|issues|work_items)/(?:incident/)?(?P<iid>\d+)(?:/.*)?")


def is_within(path: str, parent: str) -> bool:
    """Whether `path` is `parent` or below it. GitLab's paths ignore case; `acme/ps-internal-x` is not `acme/ps-internal`."""
    return (path.casefold() + "/").startswith(parent.casefold() + "/")


def path_part(ref: str) -> str:
    """The namespace path of a reference or path: what stands before its `#`, `&` or `%`."""
    for mark in ("#", "&", "%"):
        ref = ref.partition(mark)[0]
    return ref.strip("/")


def reference_of(text: str, url: str) -> str:
    """The reference that a web address of the GitLab at `url` stands for; any other text as it is.

    `https://gitlab.com/groups/acme/-/epics/7` → `acme&7`; `…/acme/shop/-/issues/3` → `acme/shop#3`.
    """
    address = urlsplit(text.strip())
    if address.scheme not in ("http", "https") or address.netloc.casefold() != urlsplit(url).netloc.casefold():
        return text
    root = urlsplit(url).path.strip("/")
    path = unquote(address.path).strip("/")
    if root and is_within(path, root):
        path = path[len(root) + 1 :]
    found = _ITEM.fullmatch(path)
    if found is None:
        return text
    group = found["path"].casefold().startswith("groups/")
    of_a_group = found["kind"] == "epics" or (group and found["kind"] == "work_items")
    return f"{found['path'].removeprefix('groups/')}{'&' if of_a_group else '#'}{found['iid']}"


def same_reference(one: str, other: str) -> bool:
    """GitLab's paths ignore case."""
    return one.casefold() == other.casefold()
