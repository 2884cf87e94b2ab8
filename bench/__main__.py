"""`make bench`: every benchmark, or one by name (`make bench ONLY=read`). Prints figures and what got worse; fails on none.

`python -m bench --record` adds the figures to RESULTS.md.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.figures import GATHERED, RESULTS, gathered, grown_worse, machine, new_records, read_records

BENCHMARKS = ("read", "commands", "derive", "forecast", "colours", "scale")


def main(arguments: list[str]) -> int:
    """Run the named benchmarks, or all. Returns 2 for a name that is none."""
    names = [name for name in arguments if name != "--record"]
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"no benchmark {unknown[0]!r}; there are {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "figures"
        for name in names or BENCHMARKS:
            print(f"== {name}", flush=True)
            subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False, env=os.environ | {GATHERED: str(path)})
        found = gathered(path)
    before = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else ""
    worse = grown_worse(found, read_records(before), machine())
    print("\n".join(worse) or "nothing is more than a fifth worse than the last record on such a machine")
    if "--record" in arguments and found:
        RESULTS.write_text(before + "".join(f"{record.line()}\n" for record in new_records(found)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
