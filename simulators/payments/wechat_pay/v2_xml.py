"""API v2 bodies: flat XML with CDATA, signed with MD5 or HMAC-SHA256 (channels.md §1.7.1)."""

import hashlib
import hmac
from collections.abc import Mapping
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException, ElementTree

SIGN_TYPES = ("MD5", "HMAC-SHA256")


class BadXml(ValueError):
    """Not the flat XML of v2."""


def read(raw: bytes) -> dict[str, str]:
    """The fields of `<xml>`; raises BadXml. A document type definition is refused (XXE)."""
    try:
        root = ElementTree.fromstring(raw, forbid_dtd=True)
    except (ParseError, DefusedXmlException) as error:
        raise BadXml(str(error)) from error
    if root.tag != "xml" or any(len(child) for child in root):
        raise BadXml("the root must be <xml> with text elements")
    return {child.tag: child.text or "" for child in root}


def write(fields: Mapping[str, str]) -> bytes:
    """`<xml>` with every value in CDATA."""
    lines = "".join(
        f"<{name}><![CDATA[{_cdata(value)}]]></{name}>\n" for name, value in fields.items()
    )
    return f"<xml>{lines}</xml>".encode()


def _cdata(value: str) -> str:
    return value.replace("]]>", "]]]]><![CDATA[>")


def sign(fields: Mapping[str, str], key: str, sign_type: str) -> str:
    """Non-empty fields but `sign` in ASCII order, then the key; upper-case hex."""
    pairs = sorted((k, v) for k, v in fields.items() if k != "sign" and v)
    text = "".join(f"{name}={value}&" for name, value in pairs) + f"key={key}"
    if sign_type == "MD5":
        return hashlib.md5(text.encode()).hexdigest().upper()  # noqa: S324 - the vendor's hash
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest().upper()
