"""What a closed issue says at its end: where the report stands instead, or goes on. One text, one write. Pure."""

from __future__ import annotations

from dataclasses import replace

from bot.publish.marker import read_marker, signed, unsigned
from bot.publish.posts import Post


def closed_text(post: Post, other: Post) -> str:
    """The description of `post`, closed for `other`: its text, a line with the link, and the fact in its marker."""
    marker = read_marker(post.body)
    if marker is None:
        raise ValueError(f"issue {post.id} carries no marker")
    if other.marker.identity == post.marker.identity:
        line = f"**A second copy, made by two runs at once. The report stands in #{other.id}.**"
        return signed(f"{line}\n\n{unsigned(post.body)}", replace(marker, duplicate_of=str(other.id)))
    line = f"Continued in #{other.id}."
    return signed(f"{unsigned(post.body)}\n\n{line}", replace(marker, followed_by=str(other.id)))
