"""Holds the whole tree to the tidy rules, and the rules to their purpose."""

from pathlib import PurePosixPath

import pytest

from tests.architecture import tidy_rules
from tests.architecture.tidy_rules import PYTHON_RULES, Rule, machine_trace
from tests.architecture.tree import (
    ROOT,
    TOP_FOLDERS,
    Source,
    files,
    python_sources,
    source,
    top_folders,
)

LONG = "x = 1\n" * 301
LONG_FUNCTION = "def act():\n" + "    x = 1\n" * 50
PLANTED = [
    (tidy_rules.long_file, "domain/billing/bill.py", LONG),
    (tidy_rules.long_file, "tests/domain/test_bill.py", LONG + "x = 1\n" * 100),
    (tidy_rules.long_function, "domain/bill.py", LONG_FUNCTION),
    (tidy_rules.long_function, "domain/bill.py", "async " + LONG_FUNCTION),
    (tidy_rules.banned_name, "ports/refund_utils.py", ""),
    (tidy_rules.banned_name, "ports/common/refund.py", ""),
    (tidy_rules.banned_name, "interfaces/http/app.py", ""),
    (tidy_rules.banned_name, "ports/refunds.py", "class RefundManager: ..."),
    (tidy_rules.banned_name, "ports/refunds.py", "class HISServiceImpl: ..."),
    (tidy_rules.clock_call, "domain/bill.py", "datetime.now(UTC)"),
    (tidy_rules.clock_call, "domain/bill.py", "field(default_factory=datetime.datetime.utcnow)"),
    (tidy_rules.clock_call, "domain/bill.py", "date.today()"),
    (tidy_rules.clock_call, "adapters/nhsa/sign.py", "time.time()"),
    (tidy_rules.clock_call, "adapters/nhsa/sign.py", "from time import time_ns"),
    (tidy_rules.clock_call, "interfaces/rest/app.py", "uuid.uuid4()"),
    (tidy_rules.clock_call, "interfaces/rest/app.py", "from uuid import uuid4"),
    (tidy_rules.inexact_number, "application/pay.py", "float(amount)"),
    (tidy_rules.inexact_number, "domain/bill.py", "rate = 0.1"),
    (tidy_rules.machine_trace, "README.md", "see /" + "home/ann/notes"),
    (tidy_rules.machine_trace, "Makefile", "pip install --" + "index-url x"),
    (tidy_rules.machine_trace, "README.md", "https://" + "pypi" + ".org/simple"),
]
HARMLESS = [
    (tidy_rules.long_file, "simulators/his/books.py", LONG),
    (tidy_rules.long_file, "domain/billing/bill.py", "x = 1\n" * 300),
    (tidy_rules.long_function, "domain/bill.py", LONG_FUNCTION.removesuffix("    x = 1\n")),
    (tidy_rules.banned_name, "ports/database.py", "class InformationRequest: ..."),
    (tidy_rules.clock_call, "adapters/system/clock.py", "datetime.now(UTC)"),
    (tidy_rules.clock_call, "domain/bill.py", "clock.now(); time.monotonic(); func.now()"),
    (tidy_rules.inexact_number, "adapters/wire/http.py", "timeout = float(setting)"),
    (tidy_rules.inexact_number, "ports/clock.py", "TIMEOUT_SECONDS = 2.5"),
    (tidy_rules.machine_trace, "README.md", "GET https://example.com/" + "home/ and domain/home/"),
]


def _name(value: object) -> str | None:
    return value.__name__ if callable(value) else None


@pytest.mark.parametrize("rule", PYTHON_RULES, ids=_name)
def test_the_tree_is_tidy(rule: Rule) -> None:
    offences = [offence for found in python_sources() for offence in rule(found)]
    assert not offences, "\n".join(["", *offences])


def test_no_file_names_a_machine_or_a_registry() -> None:
    offences = []
    for path in files():
        try:
            found = source(path)
        except UnicodeDecodeError:  # a picture, a font
            continue
        offences += machine_trace(found)
    assert not offences, "\n".join(["", *offences])


@pytest.mark.parametrize(("rule", "path", "text"), PLANTED, ids=_name)
def test_a_planted_offence_is_found(rule: Rule, path: str, text: str) -> None:
    assert list(rule(Source(PurePosixPath(path), text)))


@pytest.mark.parametrize(("rule", "path", "text"), HARMLESS, ids=_name)
def test_harmless_code_is_left_alone(rule: Rule, path: str, text: str) -> None:
    assert not list(rule(Source(PurePosixPath(path), text)))


def test_every_folder_says_what_lives_in_it() -> None:
    silent = {name for name in top_folders() if not (ROOT / name / "README.md").is_file()}
    assert not silent


def test_no_package_lies_below_tests() -> None:
    """A package tests/domain would hide domain."""
    assert not [path for path in files(ROOT / "tests") if path.name == "__init__.py"]


def test_the_top_level_is_closed() -> None:
    assert top_folders() <= TOP_FOLDERS
    assert not list(ROOT.glob("*.py"))
