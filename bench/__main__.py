"""`make bench`: every benchmark, or one by name (`make bench ONLY=read`). Prints figures; fails on none."""

from __future__ import annotations

import subprocess
import sys

BENCHMARKS = ("read", "derive", "forecast")


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all. Returns 2 for a name that is none."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"no benchmark {unknown[0]!r}; there are {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    for name in names or BENCHMARKS:
        print(f"== {name}", flush=True)
        subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
