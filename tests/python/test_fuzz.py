"""A bounded run of schemathesis; `python tests/python/fuzz.py` makes a long one."""

import pathlib
import subprocess
import sys


def test_every_operation_answers_generated_requests_as_the_document_says():
    fuzz = pathlib.Path(__file__).with_name("fuzz.py")
    run = subprocess.run(
        [sys.executable, fuzz, "--phases", "examples,fuzzing", "--max-examples", "3", "--seed", "1"],
        capture_output=True, text=True, timeout=600,
    )
    assert run.returncode == 0, run.stdout[-20_000:] + run.stderr[-5_000:]
