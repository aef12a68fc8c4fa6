"""`python -m bench [name]`: runs the benches, each in a process of its own with an empty SQLite database."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path

from bench import ROOT, NotMeasured
from project.environment import SECRET_NAMES
from project.first_run import fresh_key


def names() -> list[str]:
    return sorted(path.stem for path in ROOT.glob("[!_]*.py"))


def run(name: str) -> int:
    """One bench, here. Settings are read from the environment, so it is laid out before Django wakes."""
    with tempfile.TemporaryDirectory(prefix="welfare-posts-bench-") as folder:
        os.environ.update(
            {
                **{secret: fresh_key() for secret in SECRET_NAMES},
                "DJANGO_SETTINGS_MODULE": "project.settings",
                "VAR_DIR": folder,
                "DATABASE_URL": f"sqlite:///{Path(folder) / 'bench.sqlite3'}",
                "DEMO": "1",
            }
        )
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        try:
            for figure, number in import_module(f"bench.{name}").figures():
                print(f"{name}.{figure} = {shown(number)}", flush=True)
        except NotMeasured as error:
            print(f"{name}: {error}", file=sys.stderr)
    return 0


def shown(number: float) -> str:
    """Three places that count, never an exponent."""
    return f"{number:.0f}" if abs(number) >= 100 else f"{number:.3g}"


def main(wanted: list[str]) -> int:
    if unknown := sorted(set(wanted) - set(names())):
        print(f"没有这项测量：{'、'.join(unknown)}；现有：{'、'.join(names())}", file=sys.stderr)
        return 2
    if len(wanted) == 1:
        return run(wanted[0])
    failed = [
        name
        for name in wanted or names()
        if subprocess.run([sys.executable, "-m", "bench", name], check=False).returncode
    ]
    if failed:
        print(f"没有量完：{'、'.join(failed)}", file=sys.stderr)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
