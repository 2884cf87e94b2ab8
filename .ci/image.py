"""The Dockerfile built and tried where no registry can be reached: .venv/bin/python .ci/image.py [BASE]

Without BASE, a stand-in for the official image is made of Debian's packages (the same release, Debian's own Python). What
is built is run as containers run it: its own file system, its own user, nothing of this checkout. Needs root, buildah and,
for the stand-in, debootstrap; leaves the image as localhost/psbot:check.
"""

import json
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from bot import __version__
from bot.demo import DEMO_CONFIG, make_portfolio
from fakegitlab import DemoGitLab

ROOT = Path(__file__).resolve().parents[1]
STAND_IN, IMAGE = "localhost/psbot-base:bookworm", "localhost/psbot:check"
PACKAGES = "ca-certificates,netbase,tzdata,python3,python3-venv,python-is-python3"
USER = "10001"
MOST_MEGABYTES = 300
# Whoever needs a certificate of their own to reach an index has it among the machine's.
CERTIFICATES = "/etc/ssl/certs:/etc/ssl/certs:ro"


def told(*words: str) -> str:
    """What a command prints."""
    return subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def stand_in() -> str:
    """Debian with its own Python, as small as it is made."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["debootstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm", folder], check=True)
        archive = Path(folder).with_suffix(".tar")
        subprocess.run(["tar", "-C", folder, "-cf", str(archive), "--exclude=./var/cache/apt/*", "."], check=True)
    container = told("buildah", "from", "scratch")
    told("buildah", "add", container, str(archive), "/")
    archive.unlink()
    told("buildah", "commit", "--rm", container, STAND_IN)
    return STAND_IN


def build(base: str) -> None:
    """As the pipeline's `container` job does."""
    arguments = (f"BASE={base}", f"VERSION={__version__}")
    words = [
        "buildah",
        "build",
        "--isolation",
        "chroot",
        "--format",
        "docker",
        "--pull=never",
        "--volume",
        CERTIFICATES,
    ]
    words += [word for argument in arguments for word in ("--build-arg", argument)]
    subprocess.run([*words, "--tag", IMAGE, str(ROOT)], check=True)


class Image:
    """What was built, unpacked."""

    def __init__(self) -> None:
        self.container = told("buildah", "from", "--pull=never", IMAGE)
        self.folder = Path(told("buildah", "mount", self.container))

    def psbot(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """A command as the image's user, in its home."""
        path = "/opt/psbot/bin:/usr/local/bin:/usr/bin:/bin"
        clean = [
            "env",
            "--chdir=/work",
            "-i",
            f"PATH={path}",
            "HOME=/work",
            *(f"{k}={v}" for k, v in environment.items()),
        ]
        chroot = ["chroot", f"--userspec={USER}:{USER}", str(self.folder)]
        return subprocess.run([*chroot, *clean, *words], check=False, capture_output=True, text=True)

    def close(self) -> None:
        """Leaves the image alone."""
        told("buildah", "rm", self.container)


def look(image: Image) -> None:
    """What it holds, who runs it, how large it is."""
    configured = json.loads(told("buildah", "inspect", "--type", "image", IMAGE))["Docker"]["config"]
    assert configured["User"] == USER
    assert configured["Entrypoint"] == ["psbot"]
    assert configured["Healthcheck"]["Test"] == ["CMD", "psbot", "serve", "--probe"]
    assert image.psbot("psbot", "--version").stdout == f"psbot {__version__}\n"
    assert image.psbot("id", "-u").stdout == f"{USER}\n"
    assert image.psbot("touch", "/opt/psbot/x").returncode, "nobody changes the program"
    assert image.psbot("psbot", "demo").returncode == 2, "the simulated GitLab is none of it"
    assert not [path for path in image.folder.rglob("fakegitlab*") if "proc" not in path.parts]
    megabytes = sum(p.lstat().st_size for p in (image.folder / "opt/psbot").rglob("*") if not p.is_symlink()) / 1e6
    print(f"psbot and what it needs: {megabytes:.0f} MB")
    assert megabytes <= MOST_MEGABYTES


def dry_run(image: Image) -> None:
    """A whole run against the simulated GitLab: everything is written into the container, nothing into GitLab."""
    day = datetime.now(UTC).date()
    with DemoGitLab(make_portfolio(day)) as gitlab:
        config = image.folder / "work/config.yml"
        config.write_text(DEMO_CONFIG(day, gitlab.url), encoding="utf-8")
        done = image.psbot("psbot", "run", "--dry-run", "--out", "rendered", GITLAB_TOKEN=gitlab.token)
        assert done.returncode == 0, done.stderr
        assert not gitlab.write_requests
    rendered = [path for path in (image.folder / "work/rendered").rglob("*") if path.is_file()]
    owners = {path.stat().st_uid for path in rendered}
    print(f"a dry run from the image: {len(rendered)} files")
    assert rendered
    assert owners == {int(USER)}


def main() -> None:
    """The command."""
    os.environ.setdefault("STORAGE_DRIVER", "vfs")
    build(sys.argv[1] if len(sys.argv) > 1 else stand_in())
    image = Image()
    try:
        look(image)
        dry_run(image)
    finally:
        image.close()


if __name__ == "__main__":
    main()
