"""Ties tests to the rows of the two source documents.

A test that proves a row carries `@pytest.mark.requirement("H3.7")`. A mark that names no row is a
collection error; `pytest --requirements` prints every row with its tests and their results.
"""

from collections import defaultdict
from collections.abc import Generator
from pathlib import Path

import pytest

ROWS = Path(__file__).with_name("requirements.tsv")
MARK = "requirement"
PROPERTY = "requirement"  # travels with each report, also from xdist's workers


def read_rows(file: Path = ROWS) -> dict[str, str]:
    """Row id -> heading, in the documents' order."""
    return dict(line.split("\t") for line in file.read_text(encoding="utf-8").splitlines())


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--requirements",
        action="store_true",
        help="after the run, print each requirement row with its tests and their results",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--requirements"):
        config.pluginmanager.register(RequirementReport(read_rows()), "requirement-report")


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    rows = read_rows()
    items = [node for node in report.result or () if isinstance(node, pytest.Item)]
    wrong = [fault for item in items for fault in _mark_on_report(item, rows)]
    if wrong:
        report.outcome = "failed"
        report.longrepr = "\n".join(wrong)
    return report


def _mark_on_report(item: pytest.Item, rows: dict[str, str]) -> list[str]:
    """Notes the item's rows for its reports; returns what is wrong with its marks."""
    wrong = []
    for mark in item.iter_markers(MARK):
        if not mark.args or mark.kwargs:
            wrong.append(f"{item.nodeid}: the requirement mark takes row ids, nothing else")
        for row in mark.args:
            if row in rows:
                item.user_properties.append((PROPERTY, row))
            else:
                wrong.append(f"{item.nodeid}: {ROWS.name} has no requirement row {row!r}")
    return wrong


class RequirementReport:
    """Collects the results of marked tests and prints them row by row."""

    def __init__(self, rows: dict[str, str]) -> None:
        self._rows = rows
        self._results: dict[str, dict[str, str]] = {row: {} for row in rows}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for name, row in report.user_properties:
            if name == PROPERTY:
                self._note(str(row), report)

    def _note(self, row: str, report: pytest.TestReport) -> None:
        """A test passes by its call; a failure or a skip in any phase decides over that."""
        tests = self._results[row]
        if report.failed or report.skipped:
            tests[report.nodeid] = report.outcome
        elif report.when == "call":
            tests.setdefault(report.nodeid, report.outcome)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section("requirements")
        count: dict[str, int] = defaultdict(int)
        for row, heading in self._rows.items():
            tests = self._results[row]
            verdict = _verdict(set(tests.values()))
            count[verdict] += 1
            terminalreporter.write_line(f"{row}\t{verdict}\t{heading}")
            for nodeid, outcome in sorted(tests.items()):
                terminalreporter.write_line(f"\t{outcome}\t{nodeid}")
        counted = ", ".join(f"{number} {verdict}" for verdict, number in sorted(count.items()))
        terminalreporter.write_line(f"{len(self._rows)} rows: {counted}")


def _verdict(outcomes: set[str]) -> str:
    """`-`: nobody tested it; a row with any failure failed; only skipped tests prove nothing."""
    for outcome in ("failed", "passed", "skipped"):
        if outcome in outcomes:
            return outcome
    return "-"
