"""Build .venv, or bring it up to date: python .ci/install.py requirements.txt [requirements-dev.txt].

Costs nothing when there is nothing to do. Only the standard library is used, since nothing is installed yet.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
# Written last and taken away first: an installation that was killed half-way leaves none,
# and an environment without it is not repaired but made again.
STAMP = VENV / "installed"


def digest(requirements: str) -> str:
    """One line of the stamp: which file was installed, and as it was then."""
    return f"{requirements} {hashlib.sha256((ROOT / requirements).read_bytes()).hexdigest()}"


def is_usable() -> bool:
    """Whether .venv was finished and its interpreter still runs (it may have been removed or be too old)."""
    if not STAMP.exists():
        return False
    probe = "import sys, pip; sys.exit(sys.version_info < (3, 12))"
    try:
        return subprocess.run([PYTHON, "-c", probe], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def install(wanted: list[str]) -> None:
    """Make .venv hold exactly the versions that the wanted requirement files pin."""
    if not is_usable():
        print(f"Creating .venv with Python {sys.version.split()[0]}", flush=True)
        venv.create(VENV, clear=True, with_pip=True, symlinks=True)
        STAMP.unlink(missing_ok=True)
        installed: list[str] = []
    else:
        installed = STAMP.read_text().splitlines()
    missing = [name for name in wanted if digest(name) not in installed]
    if not missing:
        STAMP.touch()
        return
    STAMP.unlink(missing_ok=True)
    print(f"Installing {' and '.join(missing)} into .venv (a minute or two the first time)", flush=True)
    quiet = ["--quiet", "--quiet", "--no-input", "--disable-pip-version-check"]
    requirements = [f"--requirement={name}" for name in missing]
    # A personal "user = yes" in pip's configuration would be refused inside a virtual environment.
    environment = os.environ | {"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0"}
    command = [str(PYTHON), "-m", "pip", "install", *quiet, *requirements]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    kept = [line for line in installed if line.split()[0] not in wanted]
    STAMP.write_text("\n".join([*kept, *map(digest, wanted)]) + "\n")


def main() -> int:
    # Two makes at once take turns. The lock is on this very file, and goes with the process that holds it.
    with Path(__file__).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            install(sys.argv[1:])
        except subprocess.CalledProcessError as error:
            print(f"The installation failed: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
