"""Statement files: a ZIP of one TXT, UTF-8, columns by TAB, `null` for an empty cell (§1.8)."""

import io
import zipfile
import zlib
from collections.abc import Iterable, Sequence

from adapters.insurance.nhsa_core.translation.nodes import EMPTY, unreadable

EMPTY_CELL = "null"
LARGEST_TEXT = 64 * 1024 * 1024  # bytes once unpacked; a day of one hospital is far below


def packed(name: str, rows: Iterable[Sequence[str]]) -> bytes:
    """The ZIP of one TXT called `name`."""
    text = "".join("\t".join(cell or EMPTY_CELL for cell in row) + "\n" for row in rows)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text.encode())
    return content.getvalue()


def unpacked(content: bytes) -> tuple[tuple[str, ...], ...]:
    """The rows of a ZIP of one TXT; an empty cell is empty."""
    try:
        text = _only_member(content).decode()
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, UnicodeDecodeError) as error:
        raise unreadable("file", type(error).__name__) from error
    lines = (line.removesuffix("\r") for line in text.split("\n"))
    return tuple(
        tuple("" if cell in EMPTY else cell for cell in line.split("\t")) for line in lines if line
    )


def _only_member(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        if len(members) != 1 or members[0].file_size > LARGEST_TEXT:
            raise unreadable("file", f"{len(members)} members")
        return archive.read(members[0])
