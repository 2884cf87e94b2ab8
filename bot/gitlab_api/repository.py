"""Text files of a project's repository, as its default branch has them."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from urllib.parse import quote

from bot.domain.errors import GitLabError, NotFoundError
from bot.gitlab_api.client import GitLabClient

MOST_FILES = 1_000


def read_files(client: GitLabClient, project: str, path: str, suffixes: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """(path, text) of one file, or of all files of a folder with one of the suffixes.

    Raises NotFoundError where neither is there, AccessError, GitLabError for what is no text, or for too many.
    """
    path = path.strip("/")
    base = f"/projects/{quote(project, safe='')}/repository"
    if path.endswith(suffixes):
        yield path, _text(client, base, path)
        return
    found = [
        str(entry["path"])
        for entry in client.get_all(f"{base}/tree?path={quote(path, safe='')}", ref="HEAD")
        if entry.get("type") == "blob" and str(entry["path"]).endswith(suffixes)
    ]
    if not found:
        raise NotFoundError("holds no file of facts", f"{project}/{path}", f"Name a folder with {suffixes[0]} files.")
    if len(found) > MOST_FILES:
        raise GitLabError(f"holds more than {MOST_FILES} files", f"{project}/{path}")
    for name in sorted(found):
        yield name, _text(client, base, name)


def _text(client: GitLabClient, base: str, path: str) -> str:
    answer = client.get(f"{base}/files/{quote(path, safe='')}", ref="HEAD")
    try:
        return base64.b64decode(str(answer["content"])).decode("utf-8")
    except (KeyError, TypeError, ValueError) as error:
        raise GitLabError("is not a text file", path) from error
