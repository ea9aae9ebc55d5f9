"""The repository as the architecture tests see it: folders, Python sources, configuration."""

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parents[2]

# The top level is closed: a folder that is not named here escapes import-linter.
CODE_FOLDERS = frozenset(
    {
        "adapters",
        "application",
        "contracts",
        "domain",
        "interfaces",
        "loadtests",
        "ports",
        "simulators",
    }
)
TOP_FOLDERS = CODE_FOLDERS | {"tests"}
GENERATED = PurePosixPath("contracts/medsettle")
LEFTOVERS = ("__pycache__", "build", "dist")  # of tools, ignored by git


@dataclass(frozen=True)
class Source:
    """One file: its path in the repository and its text."""

    path: PurePosixPath
    text: str

    @property
    def folder(self) -> str:
        """The top-level folder it lives in; empty for a file beside pyproject.toml."""
        return self.path.parts[0] if len(self.path.parts) > 1 else ""

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, str(self.path))

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        return tuple(ast.walk(self.tree))


def top_folders() -> set[str]:
    """First-level folders with anything of ours in them; git knows no empty ones."""
    folders = (path for path in ROOT.iterdir() if path.is_dir() and path.name[0] != ".")
    return {path.name for path in folders if _is_ours(path) and any(files(path))}


def files(folder: Path = ROOT) -> Iterator[Path]:
    """Every file we write by hand, below a folder."""
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            if _is_ours(path) and path.relative_to(ROOT) != Path(GENERATED):
                yield from files(path)
        else:
            yield path


def _is_ours(folder: Path) -> bool:
    if folder.name in LEFTOVERS or folder.suffix == ".egg-info":
        return False
    return not folder.name.startswith(".") or folder.name == ".ci"


def source(path: Path) -> Source:
    return Source(PurePosixPath(path.relative_to(ROOT)), path.read_text(encoding="utf-8"))


def python_sources() -> list[Source]:
    return [source(path) for path in files() if path.suffix == ".py"]


def configuration() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
