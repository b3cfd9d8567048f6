"""Names of documents: from a URI to the path that settings and messages know, and back."""

from __future__ import annotations

import os
import re
from urllib.parse import quote, unquote, urlsplit

_DRIVE = re.compile(r"/([A-Za-z]):(?=/|$)")


def to_path(uri: str, windows: bool = os.name == "nt") -> str | None:
    """The path of a `file:` URI in the form of the system, drive letters in lower case; None for other schemes."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    if parts.scheme != "file":
        return None
    path = unquote(parts.path)
    for mark, rest in (("?", parts.query), ("#", parts.fragment)):  # a client that did not quote them
        path += mark + unquote(rest) if rest else ""
    if windows:
        drive = _DRIVE.match(path)
        if drive is not None:
            path = f"{drive[1].lower()}:{path[drive.end() :] or '/'}"
        elif parts.netloc:
            path = f"//{parts.netloc}{path}"
        return path.replace("/", "\\")
    return f"//{parts.netloc}{path}" if parts.netloc not in ("", "localhost") else path


def to_uri(path: str, windows: bool = os.name == "nt") -> str:
    """The `file:` URI of an absolute path, as editors write it."""
    if windows:
        path = path.replace("\\", "/")
        if path.startswith("//"):
            return "file:" + quote(path)
        path = f"/{path[0].lower()}{path[1:]}" if path[1:2] == ":" else path
    return "file://" + quote(path)


def name_of(uri: str) -> str:
    """What people call a document that is no file: `Untitled-1`."""
    return unquote(uri.rpartition("/")[2] or uri).rpartition(":")[2] or "untitled"
