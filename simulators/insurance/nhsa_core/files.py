"""9101 文件上传 and 9102 文件下载, and the file format: a ZIP of one TXT, columns by TAB."""

import base64
import binascii
import io
import zipfile
from datetime import timedelta

from simulators.insurance.nhsa_core.books import StoredFile
from simulators.insurance.nhsa_core.centre import Call, Centre, FileAnswer, Output
from simulators.insurance.nhsa_core.input_rows import DATETIME
from simulators.insurance.nhsa_core.refusals import Refusal, badly_written, missing_field, not_there

KEPT = timedelta(days=7)  # until dld_endtime; the text gives no figure
EMPTY_CELL = "null"
BYTE = range(-128, 256)  # a Java client prints signed bytes
FIXED_DATE = (1980, 1, 1, 0, 0, 0)


def upload(centre: Centre, call: Call) -> Output:
    """9101: content in `fsUploadIn.in` (form 1) or as the multipart part `file` (form 2)."""
    row = call.row("fsUploadIn")
    _require_own(centre, row["fixmedins_code"])
    content = call.file
    if content is None:
        content = _bytes_of(call.input["fsUploadIn"].get("in"))
    if not content:
        raise missing_field("in")
    stored = store(centre, row["filename"], content)
    return {
        "file_qury_no": stored.file_qury_no,
        "filename": stored.filename,
        "fixmedins_code": row["fixmedins_code"],
        "dld_endtime": stored.until.strftime(DATETIME),
    }


def download(centre: Centre, call: Call) -> FileAnswer:
    """9102: the bytes themselves, not an envelope."""
    row = call.row("fsDownloadIn")
    _require_own(centre, row["fixmedins_code"])
    stored = stored_file(centre, row["file_qury_no"])
    if stored.filename != row["filename"]:
        raise Refusal(f"文件名称[{row['filename']}]与文件查询号不符")
    return FileAnswer(stored.content)


def store(centre: Centre, filename: str, content: bytes) -> StoredFile:
    """Keeps a file under a new number."""
    stored = StoredFile(centre.new_number(), filename, content, centre.now() + KEPT)
    centre.books.files[stored.file_qury_no] = stored
    return stored


def stored_file(centre: Centre, file_qury_no: str) -> StoredFile:
    """The file of that number, unless its time has passed."""
    stored = centre.books.files.get(file_qury_no)
    if stored is None or stored.until < centre.now():
        raise not_there("文件查询号", file_qury_no)
    return stored


def zipped(filename: str, rows: list[list[str]]) -> bytes:
    """A ZIP of one TXT. The same rows give the same bytes."""
    text = "".join("\t".join(cell or EMPTY_CELL for cell in row) + "\n" for row in rows)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        entry = zipfile.ZipInfo(filename, FIXED_DATE)
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, text.encode())
    return buffer.getvalue()


def unzipped(content: bytes, columns: int) -> list[list[str]]:
    """The rows of a ZIP of one TXT; a cell `null` is empty."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            if len(names) != 1:
                raise Refusal("压缩文件内必须有且只有一个TXT文件")
            text = archive.read(names[0]).decode()
    except (zipfile.BadZipFile, UnicodeDecodeError) as error:
        raise Refusal("文件不是有效的ZIP文件或TXT不是UTF-8编码") from error
    rows = [line.rstrip("\r").split("\t") for line in text.split("\n") if line.strip()]
    for line_number, row in enumerate(rows, 1):
        if len(row) != columns:
            raise Refusal(f"文件第{line_number}行应有{columns}列，实有{len(row)}列")
    return [["" if cell == EMPTY_CELL else cell for cell in row] for row in rows]


def _bytes_of(value: object) -> bytes:
    """A JSON array of bytes; Base64 text is taken too (how most JSON libraries print bytes)."""
    if isinstance(value, list) and all(type(one) is int and one in BYTE for one in value):
        return bytes(one & 0xFF for one in value)
    if isinstance(value, str):
        try:
            return base64.b64decode(value, validate=True)
        except binascii.Error as error:
            raise badly_written("in", value[:20]) from error
    raise missing_field("in")


def _require_own(centre: Centre, fixmedins_code: str) -> None:
    if fixmedins_code != centre.settings.fixmedins_code:
        raise Refusal(f"定点医药机构编号[{fixmedins_code}]不存在")
