"""Runs pytest with our plugin on made-up tests: rows are reported, an unknown row is refused."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT
from tests.requirements_plugin import ROWS, read_rows

TESTS = """
import pytest
@pytest.mark.requirement("H2.0", "H3.7")
def test_settles(): pass
@pytest.mark.requirement("H3.7")
def test_settles_twice(): assert False
@pytest.mark.requirement("H3.8")
def test_unfinished(): pytest.skip("no simulator")
@pytest.mark.requirement("H3.9")
class TestNotified:
    @pytest.fixture
    def broken(self): raise RuntimeError
    def test_acknowledged(self, broken): pass
"""


def _pytest(folder: Path, tests: str, *options: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_made_up.py").write_text(tests, encoding="utf-8")
    (folder / "pytest.toml").write_text('[pytest]\nmarkers = ["requirement(*rows): rows"]\n')
    command = [sys.executable, "-m", "pytest", "-p", "tests.requirements_plugin", "-p", "xdist"]
    command += ["-c", str(folder / "pytest.toml"), *options, str(folder)]
    # Only these two plugins: a run takes half a second instead of two.
    alone = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(command, cwd=ROOT, env=alone, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("workers", ["0", "2"])
def test_each_row_is_printed_with_its_tests_and_results(tmp_path: Path, workers: str) -> None:
    said = _pytest(tmp_path, TESTS, "--requirements", "-n", workers).stdout.splitlines()
    printed = [line.split("\t") for line in said if "\t" in line]
    verdicts = {line[0]: line[1] for line in printed if line[0]}
    assert set(verdicts) == set(read_rows())
    assert verdicts | {"H2.0": "passed", "H3.7": "failed", "H3.8": "skipped"} == verdicts
    assert verdicts["H3.9"] == "failed"
    assert set(verdicts.values()) == {"passed", "failed", "skipped", "-"}
    place = next(n for n, line in enumerate(printed) if line[0] == "H3.7")
    assert [line[1] for line in printed[place + 1 : place + 3]] == ["passed", "failed"]
    assert printed[place + 1][2].endswith("test_made_up.py::test_settles")
    assert (
        f"{len(read_rows())} rows: {len(read_rows()) - 4} -, 2 failed, 1 passed, 1 skipped" in said
    )


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_mark_that_names_no_row_is_a_collection_error(tmp_path: Path, workers: str) -> None:
    tests = "import pytest\n@pytest.mark.requirement('H3.99')\ndef test_settles(): pass\n"
    done = _pytest(tmp_path, tests, "-n", workers)
    assert done.returncode not in {0, pytest.ExitCode.NO_TESTS_COLLECTED}
    assert "test_settles: requirements.tsv has no requirement row 'H3.99'" in done.stdout
    assert "ERROR collecting" in done.stdout
    assert "passed" not in done.stdout


@pytest.mark.parametrize("mark", ["requirement", "requirement()", "requirement('H3.7', row=1)"])
def test_a_mark_without_rows_is_a_collection_error(tmp_path: Path, mark: str) -> None:
    done = _pytest(tmp_path, f"import pytest\n@pytest.mark.{mark}\ndef test_settles(): pass\n")
    assert done.returncode == pytest.ExitCode.INTERRUPTED
    assert "takes row ids, nothing else" in done.stdout


def test_without_the_option_nothing_is_printed(tmp_path: Path) -> None:
    assert "H2.0\t" not in _pytest(tmp_path, TESTS).stdout


def test_the_rows_are_those_of_the_two_documents() -> None:
    lines = ROWS.read_text(encoding="utf-8").splitlines()
    wrong = [
        line for line in lines if not re.fullmatch(r"(H\d+\.\d+|Z\d+(\.\d+[ab]?)?|X1)\t.+", line)
    ]
    assert not wrong
    assert len(read_rows()) == len(lines) == 159
