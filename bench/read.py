"""Cold and warm reads of a large portfolio: seconds, requests, bytes, beside a plain sequential python-gitlab reader.

`python -m bench.read` (or `make bench ONLY=read`); `--items`, `--engagements` and `--big` change the sizes. The demo
GitLab runs in a process of its own, without latency and with 50 ms an answer.

The plain reader gets the same facts the usual way: lists of a hundred, then links, notes and label events item by item.
"""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path

import gitlab

from bench.figures import tell
from bot.config import Settings, Vocabulary, parse_config
from bot.demo.large import LARGE_CONFIG, make_large
from bot.domain.frozen import frozen
from bot.gitlab_api.cache import Cache
from bot.gitlab_api.client import GitLabClient
from bot.gitlab_api.reading import read_portfolio
from fakegitlab.server import DemoGitLab

TODAY = date(2026, 11, 20)
LATENCIES = (0.0, 0.05)


@frozen
class Cost:
    """What one read took. `plain` requests are those that no history needed."""

    name: str
    seconds: float
    requests: int
    histories: int
    bytes: int
    items: int
    cpu: float = 0.0

    def __str__(self) -> str:
        return (
            f"  {self.name:24}{self.seconds:9.2f} s{self.requests:8} requests ({self.histories} for histories)"
            f"{self.bytes / 2**20:9.1f} MiB{self.items:8} items"
        )


def _serve(pipe: Connection, engagements: int, items: int, latency: float) -> None:
    with DemoGitLab(make_large(engagements, items)) as server:
        server.faults.latency = latency
        pipe.send((server.url, server.token))
        pipe.recv()


@contextmanager
def demo(engagements: int, items: int, latency: float) -> Iterator[tuple[str, str]]:
    """URL and token of a demo GitLab in another process."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=_serve, args=(theirs, engagements, items, latency), daemon=True
    )
    process.start()
    try:
        yield ours.recv()
    finally:
        ours.send("end")
        process.join(5)
        process.terminate()


def measure(name: str, url: str, token: str, settings: Settings, path: Path) -> Cost:
    """One read by psbot with the cache at `path`."""
    client = GitLabClient(url, token, concurrency=settings.gitlab.concurrency)
    start, cpu = time.perf_counter(), time.process_time()
    with Cache.open(path, url, client.user.id) as cache:
        portfolio = read_portfolio(client, settings, today=TODAY, cache=cache)
    seconds, counts = time.perf_counter() - start, client.counts
    assert not portfolio.failures, portfolio.failures
    items = sum(len(e.items) for e in portfolio.engagements)
    used = time.process_time() - cpu
    return Cost(name, seconds, counts.requests, counts.history_requests, counts.bytes, items, used)


def measure_plain(url: str, token: str, settings: Settings) -> Cost:
    """The same facts by python-gitlab, one request after the other."""
    gl = gitlab.Gitlab(url, private_token=token, timeout=60, keep_base_url=True)
    sizes: list[int] = []
    gl.session.hooks["response"].append(lambda answer, *_, **__: sizes.append(len(answer.content)))
    start, items, before = time.perf_counter(), 0, 0
    for path in settings.portfolio.namespaces:
        group = gl.groups.get(path)
        for listed in (group.members_all, group.epics, group.milestones):
            list(listed.list(iterator=True, per_page=100))
        for project in group.projects.list(iterator=True, per_page=100, include_subgroups=True):
            list(gl.projects.get(project.id, lazy=True).milestones.list(iterator=True, per_page=100))
        issues = list(group.issues.list(iterator=True, per_page=100, state="all", scope="all"))
        before += len(sizes)
        for found in issues:
            issue = gl.projects.get(found.project_id, lazy=True).issues.get(found.iid, lazy=True)
            for of_issue in (issue.links, issue.notes, issue.resourcelabelevents):
                list(of_issue.list(iterator=True, per_page=100))
        before -= len(sizes)
        items += len(issues)
    return Cost("plain python-gitlab", time.perf_counter() - start, len(sizes), -before, sum(sizes), items)


def compare(engagements: int, items: int, latency: float, *, plain: bool) -> None:
    """Cold, warm and (where asked) plain, with ratios."""
    print(f"{engagements} engagements, {items} items, {latency * 1000:.0f} ms an answer")
    with demo(engagements, items, latency) as (url, token), tempfile.TemporaryDirectory() as folder:
        settings = parse_config(LARGE_CONFIG(url), "bench", Vocabulary())
        path = Path(folder) / "cache"
        cold = measure("psbot, cold", url, token, settings, path)
        warm = measure("psbot, warm", url, token, settings, path)
        print(cold, warm, sep="\n")
        budget = 1.5 * items / 100 + 6 * len(settings.portfolio.namespaces) + 3 * engagements
        for cost in (cold, warm):
            told = f"{cost.name}, {engagements} × {items // engagements}, {latency * 1000:.0f} ms"
            tell(f"{told}: requests", cost.requests, "requests")
            tell(f"{told}: CPU", cost.cpu, "s")
        floor = cold.requests * latency / settings.gitlab.concurrency
        if floor:
            print(
                f"  cold wall: {cold.seconds / floor:.1f} × the floor of {floor:.2f} s (requests × latency ÷ concurrency)"
            )
        print(f"  cold requests without histories: {cold.requests - cold.histories} of {budget:.0f} allowed")
        if plain:
            usual = measure_plain(url, token, settings)
            print(usual)
            for ours in (cold, warm):
                times, fewer = usual.seconds / ours.seconds, usual.requests / ours.requests
                print(f"  {ours.name}: {times:.1f} times as fast, {fewer:.1f} times fewer requests than plain")


def main(arguments: list[str] | None = None) -> None:
    """Print everything."""
    parser = argparse.ArgumentParser(prog="bench.read", description=__doc__)
    parser.add_argument("--items", type=int, default=400, help="items of the comparison")
    parser.add_argument("--engagements", type=int, default=10)
    parser.add_argument("--big", type=int, default=10_000, help="items of psbot's own large read; 0 leaves it out")
    options = parser.parse_args(arguments)
    for latency in LATENCIES:
        compare(options.engagements, options.items, latency, plain=True)
        if options.big:
            compare(max(1, options.big // 100), options.big, latency, plain=False)


if __name__ == "__main__":
    main()
