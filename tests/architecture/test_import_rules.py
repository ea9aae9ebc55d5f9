"""Guards import-linter: its rules must be complete, spelt right, and must bite.

A misspelt module in a rule passes silently, a folder that is not listed is never looked at, and a
folder without `__init__.py` is skipped.
"""

import ast
import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import (
    CODE_FOLDERS,
    GENERATED,
    ROOT,
    Source,
    configuration,
    python_sources,
)

RULES = configuration()["tool"]["importlinter"]
CONTRACTS = {contract["id"]: contract for contract in RULES["contracts"]}

# contract id -> the files that break it; the first is the culprit
PLANTED = {
    "layers": {"domain/planted_layers.py": "import ports"},
    "container": {"interfaces/planted_container.py": "import adapters"},
    "frameworks": {"application/planted_frameworks.py": "from contracts.medsettle.his import v1"},
    "adapters": {
        "adapters/planted_adapters/__init__.py": "import adapters.planted_other",
        "adapters/planted_other/__init__.py": "",
    },
    "siblings": {
        "adapters/payments/planted_siblings/__init__.py": "import adapters.payments.planted_other",
        "adapters/payments/planted_other/__init__.py": "",
    },
    "contracts": {"contracts/planted_contracts.py": "import ports"},
    "simulators": {"simulators/planted_simulators.py": "import domain"},
    "loadtests": {"loadtests/planted_loadtests.py": "import simulators"},
    "platform": {"ports/planted_platform.py": "import simulators"},
}
STANDARD_LIBRARY = sys.stdlib_module_names
CORE_IMPORTS = {
    "domain": {"domain"},
    "ports": {"domain", "ports"},
    "application": {"domain", "ports", "application", "structlog"},
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The sources and the rules, with an empty package for each folder that is not there yet."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for source in python_sources():
        if source.folder in CODE_FOLDERS:
            _write(tmp_path / source.path, source.text)
    for folder in CODE_FOLDERS:
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / "__init__.py").touch()
    for module in ("interfaces/container.py", "adapters/payments/__init__.py"):
        (tmp_path / module).parent.mkdir(exist_ok=True)
        (tmp_path / module).touch()
    return tmp_path


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _lint(folder: Path) -> tuple[int, str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_the_tree_keeps_the_import_rules(copy: Path) -> None:
    code, said = _lint(copy)
    assert code == 0, said


def test_each_rule_is_broken_by_what_it_forbids(copy: Path) -> None:
    for planted in PLANTED.values():
        for path, text in planted.items():
            _write(copy / path, text)
    code, said = _lint(copy)
    assert code == 1, said
    kept = [rule["name"] for rule in CONTRACTS.values() if f"{rule['name']} KEPT" in said]
    assert not kept
    details = said.partition("Broken contracts")[2]
    for contract, planted in PLANTED.items():
        culprit = next(iter(planted)).removesuffix(".py").removesuffix("/__init__")
        section = details.partition(f"\n{CONTRACTS[contract]['name']}\n---")[2]
        assert culprit.replace("/", ".") in section.partition("\n---")[0]


def test_every_rule_has_a_planted_violation() -> None:
    assert set(PLANTED) == set(CONTRACTS)


def test_every_folder_is_analysed() -> None:
    assert set(RULES["root_packages"]) == CODE_FOLDERS


def test_every_package_can_be_seen() -> None:
    unseen = {
        str(source.path.parent)
        for source in python_sources()
        if source.folder in CODE_FOLDERS
        and not (ROOT / source.path.parent / "__init__.py").is_file()
    }
    assert not unseen


def _named_modules() -> set[str]:
    """Modules the rules name; a misspelt exception only makes a rule stricter."""
    fields = ("layers", "modules", "source_modules", "forbidden_modules")
    fields += ("protected_modules", "allowed_importers")
    entries = {
        entry
        for contract in CONTRACTS.values()
        for field in fields
        for entry in contract.get(field, [])
    }
    return {name for entry in entries for name in re.split(r"[\s|:()]+", entry) if name}


def test_every_module_in_a_rule_exists() -> None:
    names = {name for name in _named_modules() if "*" not in name}
    begun = {source.folder for source in python_sources()}
    missing = {
        name
        for name in names
        if name.partition(".")[0] in begun | (names - CODE_FOLDERS) and not _exists(name)
    }
    assert not missing


def _exists(module: str) -> bool:
    if module.partition(".")[0] not in CODE_FOLDERS:
        return importlib.util.find_spec(module) is not None
    path = ROOT / module.replace(".", "/")
    return path.is_dir() or path.with_suffix(".py").is_file()


def test_every_family_of_adapters_is_in_the_siblings_rule() -> None:
    """A family is a folder with adapters in folders of their own and no module beside them."""
    families = {
        folder.name
        for folder in (ROOT / "adapters").iterdir()
        if list(folder.glob("*/__init__.py"))
        and {path.name for path in folder.glob("*.py")} <= {"__init__.py"}
    }
    assert {f"adapters.{family}.*" for family in families} <= set(CONTRACTS["siblings"]["modules"])


def _imported(source: Source) -> set[str]:
    """Names of the top-level packages a source imports; a relative import is its own."""
    names = set()
    for node in source.nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0] if not node.level else source.folder)
    return names


@pytest.mark.parametrize("layer", CORE_IMPORTS)
def test_the_core_needs_nothing_but_the_standard_library(layer: str) -> None:
    foreign = {
        f"{source.path}: {name}"
        for source in python_sources()
        if source.folder == layer
        for name in _imported(source) - CORE_IMPORTS[layer] - STANDARD_LIBRARY
    }
    assert not foreign


def test_generated_code_is_where_the_rules_expect_it() -> None:
    assert (ROOT / GENERATED).is_dir()
