"""Generates contracts/medsettle/** from contracts/proto/**; `--check` only compares them.

protoc writes absolute imports (`from medsettle.his.v1 import …`); our package root is `contracts`,
so those imports get that prefix. Nothing else in the generated text is touched.
"""

import argparse
import re
import sys
import tempfile
from importlib import resources
from pathlib import Path

from grpc_tools import protoc

CONTRACTS = Path(__file__).parent
PROTO_ROOT = CONTRACTS / "proto"
IMPORT = re.compile(r"^(from|import) medsettle\.", flags=re.MULTILINE)


def generate(target: Path) -> None:
    """Writes the generated tree below target (target/medsettle/<area>/v1/*.py, *.pyi)."""
    protos = sorted(str(path.relative_to(PROTO_ROOT)) for path in PROTO_ROOT.rglob("*.proto"))
    well_known = str(resources.files("grpc_tools") / "_proto")
    arguments = [
        "protoc",
        f"-I{PROTO_ROOT}",
        f"-I{well_known}",
        f"--python_out={target}",
        f"--pyi_out={target}",
        f"--grpc_python_out={target}",
        *protos,
    ]
    if protoc.main(arguments) != 0:
        raise SystemExit("protoc refused the protos; its message stands above")
    for path in (*target.rglob("*.py"), *target.rglob("*.pyi")):
        path.write_text(IMPORT.sub(r"\1 contracts.medsettle.", path.read_text()))


def stale(target: Path) -> list[str]:
    """Names of generated files that differ from those checked in."""
    fresh = {
        path.relative_to(target): path.read_text() for path in sorted(target.rglob("*_pb2*.py*"))
    }
    kept = {
        path.relative_to(CONTRACTS): path.read_text()
        for path in sorted((CONTRACTS / "medsettle").rglob("*_pb2*.py*"))
    }
    names = fresh.keys() | kept.keys()
    return sorted(str(name) for name in names if fresh.get(name) != kept.get(name))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="exit 1 if the checked-in code is stale"
    )
    if parser.parse_args().check:
        with tempfile.TemporaryDirectory() as folder:
            generate(Path(folder))
            names = stale(Path(folder))
        if names:
            sys.exit("stale, run `make protos`: " + ", ".join(names))
    else:
        generate(CONTRACTS)


if __name__ == "__main__":
    main()
