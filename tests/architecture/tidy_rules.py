"""The tidy rules: each takes one source and yields what is wrong in it, with the way out."""

import ast
import re
from collections.abc import Callable, Iterator

from tests.architecture.tree import Source

Rule = Callable[[Source], Iterator[str]]

FILE_LINES = {"simulators": 400, "tests": 400}
FILE_LINES_ELSEWHERE = 300
FUNCTION_LINES = 50

ADVICE = {
    "manager": "say what it does: keeper, registry, schedule",
    "helper": "say what it helps with, or put it beside its only caller",
    "util": "name the subject: money_text, business_days",
    "common": "name what is shared",
    "misc": "split it by subject",
    "base": "name the idea, or use a function instead of inheritance",
    "types": "name the subject; a type lives beside the code that gives it meaning",
    "handler": "name the act: accept_callback, post_settlement",
    "processor": "name the act",
    "impl": "lead with the technology: PostgresRefunds",
    "data": "name the record: statement, charge, snapshot",
    "info": "name the record",
    "service": "use cases are verbs of the business, ports are capabilities",
}
BANNED = ADVICE | {
    "managers": ADVICE["manager"],
    "helpers": ADVICE["helper"],
    "utils": ADVICE["util"],
    "utility": ADVICE["util"],
    "utilities": ADVICE["util"],
    "handlers": ADVICE["handler"],
    "processors": ADVICE["processor"],
    "infos": ADVICE["info"],
    "services": ADVICE["service"],
}
# Folders that would hide a library of that name when a script inside their parent is run.
HIDING_FOLDERS = frozenset({"http", "grpc"})

CLOCK_FOLDERS = ("adapters/system/", "simulators/", "tests/", "loadtests/")
CLOCKS = {
    "now": {"datetime"},
    "utcnow": {"datetime"},
    "today": {"datetime", "date"},
    "time": {"time"},
    "time_ns": {"time"},
    "uuid1": {"uuid"},
    "uuid4": {"uuid"},
}
CORE = frozenset({"domain", "ports", "application"})

# The bracketed letters keep the patterns from finding themselves.
MACHINE = re.compile(
    r"(?<![\w.:/-])/(?:[w]ork|[h]ome|[r]oot|[U]sers)/"
    r"|[p]ypi\.org|files\.[p]ythonhosted|registry\.[n]pmjs|[c]rates\.io|proxy\.[g]olang"
    r"|repo\d?\.[m]aven|deb\.[d]ebian|--(?:extra-)?[i]ndex-url"
)


def long_file(source: Source) -> Iterator[str]:
    allowed = FILE_LINES.get(source.folder, FILE_LINES_ELSEWHERE)
    lines = len(source.text.splitlines())
    if lines > allowed:
        yield f"{source.path}: {lines} lines, {allowed} allowed; two ideas in one room?"


def long_function(source: Source) -> Iterator[str]:
    if "migrations" in source.path.parts:  # a migration is one list of statements
        return
    for node in source.nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield (
                    f"{source.path}:{node.lineno}: {node.name} has {lines} lines,"
                    f" {FUNCTION_LINES} allowed"
                )


def banned_name(source: Source) -> Iterator[str]:
    for part in source.path.with_suffix("").parts:
        if part in HIDING_FOLDERS:
            yield f"{source.path}: a folder {part}/ hides the library; rest/, rpc/"
        yield from _banned_words(part, str(source.path))
    for node in source.nodes:
        if isinstance(node, ast.ClassDef):
            yield from _banned_words(node.name, f"{source.path}:{node.lineno}")


def _banned_words(name: str, place: str) -> Iterator[str]:
    for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name):
        if advice := BANNED.get(word.lower()):
            yield f"{place}: {name} contains {word!r}; {advice}"


def clock_call(source: Source) -> Iterator[str]:
    if str(source.path).startswith(CLOCK_FOLDERS):
        return
    for node in source.nodes:
        for name in _clock_names(node):
            yield f"{source.path}:{node.lineno}: {name}; time and ids come in as arguments"


def _clock_names(node: ast.AST) -> Iterator[str]:
    """Every way to say it: datetime.now, datetime.datetime.now, from uuid import uuid4."""
    if isinstance(node, ast.Attribute):
        owner = ast.unparse(node.value).rpartition(".")[2]
        if owner in CLOCKS.get(node.attr, ()):
            yield ast.unparse(node)
    elif isinstance(node, ast.ImportFrom) and node.module in {"time", "uuid"}:
        for alias in node.names:
            if node.module in CLOCKS.get(alias.name, ()):
                yield f"{node.module}.{alias.name}"


def inexact_number(source: Source) -> Iterator[str]:
    """No float() in the core; in the domain not even a literal."""
    for node in source.nodes if source.folder in CORE else ():
        match node:
            case ast.Call(func=ast.Name("float")):
                yield f"{source.path}:{node.lineno}: float(); money is fen, a rate is Decimal"
            case ast.Constant(float(value)) if source.folder == "domain":
                yield f"{source.path}:{node.lineno}: {value}; write Decimal('{value}')"


def machine_trace(source: Source) -> Iterator[str]:
    """For every kind of text file, not only Python."""
    for number, line in enumerate(source.text.splitlines(), start=1):
        if found := MACHINE.search(line):
            yield f"{source.path}:{number}: {found[0]}; nothing of one machine or registry"


PYTHON_RULES: tuple[Rule, ...] = (
    long_file,
    long_function,
    banned_name,
    clock_call,
    inexact_number,
)
