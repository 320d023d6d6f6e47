"""The booth's protocol, bundled once and run by Node."""

import json
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
Booth = Callable[[Sequence[dict[str, Any]]], list[dict[str, Any]]]


@pytest.fixture(scope="session")
def booth(tmp_path_factory: pytest.TempPathFactory) -> Booth:
    """Ask the booth's code a list of tasks (booth/tests/twin-cli.ts); each is answered by its result or its refusal."""
    esbuild = ROOT / "booth/node_modules/.bin/esbuild"
    if not esbuild.exists():
        pytest.fail("the booth's packages are not installed: cd booth && npm ci")
    program = tmp_path_factory.mktemp("twin") / "twin.mjs"
    source = ROOT / "booth/tests/twin-cli.ts"
    subprocess.run(
        [esbuild, source, "--bundle", "--platform=node", "--format=esm", "--keep-names", f"--outfile={program}", "--log-level=warning"],
        check=True,
        cwd=ROOT / "booth",
    )

    def ask(tasks: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        done = subprocess.run(["node", program], input=json.dumps(tasks), capture_output=True, text=True, timeout=300)
        assert done.stderr == ""
        assert done.returncode == 0
        answers: list[dict[str, Any]] = json.loads(done.stdout)
        assert len(answers) == len(tasks)
        return answers

    return ask
