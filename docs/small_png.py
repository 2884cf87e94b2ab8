"""Screenshots made small: at most 40 colours, which is all that text, tables and flat charts need. Needs Chromium."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tests.browser.chromium import drive

COLOURS = 40
STEP = 12
"""Shades that are this near to each other count as one."""
DECODE = """(async () => {{
  const image = new Image();
  image.src = "data:image/png;base64,{data}";
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height), pen = canvas.getContext("2d");
  pen.drawImage(image, 0, 0);
  const bytes = pen.getImageData(0, 0, image.width, image.height).data, parts = [];
  for (let n = 0; n < bytes.length; n += 32768) parts.push(String.fromCharCode(...bytes.subarray(n, n + 32768)));
  return [image.width, image.height, btoa(parts.join(""))];
}})()"""


def shrink(paths: Iterable[Path]) -> None:
    """Write each picture anew with a palette."""
    for path in paths:
        data = base64.b64encode(path.read_bytes()).decode()
        (answer,) = drive([{"html": "<!doctype html>", "steps": [{"eval": DECODE.format(data=data)}]}])
        width, height, pixels = answer["values"][0]
        rgba = np.frombuffer(base64.b64decode(pixels), dtype=np.uint8).reshape(height, width, 4)
        path.write_bytes(palette_png(rgba[:, :, :3]))


def palette_png(rgb: npt.NDArray[np.uint8]) -> bytes:
    """The picture as an indexed PNG: its commonest colours, every other pixel in the nearest of them."""
    height, width, _ = rgb.shape
    coarse = np.minimum(255, (rgb.reshape(-1, 3).astype(np.int32) + STEP // 2) // STEP * STEP)
    weights = np.array((65536, 256, 1), dtype=np.int32)
    codes, index, counts = np.unique(coarse @ weights, return_inverse=True, return_counts=True)
    shades = np.stack((codes >> 16, codes >> 8 & 255, codes & 255), axis=1)
    palette = _chosen(shades[np.argsort(-counts, kind="stable")])
    nearest = ((shades[:, None, :] - palette[None, :, :]) ** 2).sum(axis=2).argmin(axis=1)
    rows = nearest[index].astype(np.uint8).reshape(height, width)
    lines = np.hstack((np.zeros((height, 1), np.uint8), rows)).tobytes()
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(kind, data)
        for kind, data in (
            (b"IHDR", head),
            (b"PLTE", palette.astype(np.uint8).tobytes()),
            (b"IDAT", zlib.compress(lines, 9)),
            (b"IEND", b""),
        )
    )


def _chosen(shades: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """The palette: the commonest shades that differ clearly from each other, then finer ones while there is room."""
    chosen: list[npt.NDArray[np.int32]] = []
    for distance in (96, 48, 24, 12, 1):
        for shade in shades:
            if len(chosen) < COLOURS and all(np.abs(shade - other).max() >= distance for other in chosen):
                chosen.append(shade)
    return np.stack(chosen)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
