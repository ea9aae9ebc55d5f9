"""Holds the promises of a fresh clone: everything pinned, no addresses, one place for settings."""

import re
import stat
from pathlib import Path

from alembic.config import Config
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.tree import CODE_FOLDERS, ROOT, configuration

PIN = re.compile(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.+!-]*")


def _pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    wrong = [line for line in lines if not PIN.fullmatch(line)]
    assert not wrong, "only name==version"
    return {canonicalize_name(name): version for name, version in (x.split("==") for x in lines)}


def test_every_declared_package_is_pinned_within_its_range() -> None:
    project = configuration()["project"]
    declared = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    pins = _pins()
    for text in declared:
        requirement = Requirement(text)
        pin = pins[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(pin), text


def test_the_installed_packages_and_the_type_checked_ones_are_all_of_ours() -> None:
    tool = configuration()["tool"]
    found = tool["setuptools"]["packages"]["find"]["include"]
    assert {name.removesuffix("*") for name in found} == CODE_FOLDERS
    assert set(tool["mypy"]["files"]) == CODE_FOLDERS


def test_alembic_finds_its_scripts_from_any_folder() -> None:
    location = Config(toml_file=ROOT / "pyproject.toml").get_alembic_option("script_location")
    assert Path(location) == ROOT / "adapters" / "postgres" / "migrations"


def test_ci_can_be_run() -> None:
    assert (ROOT / ".ci" / "run").stat().st_mode & stat.S_IXUSR
