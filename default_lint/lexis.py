"""Regular expressions for comments and strings in source that need not parse; an open string ends where it must."""

from __future__ import annotations

COMMENT = r"\#[^\r\n]*"
STRING = (
    r'"{3}(?:[^"\\]|\\.|"(?!""))*(?:"{3}|\\?\Z)'
    r"|'{3}(?:[^'\\]|\\.|'(?!''))*(?:'{3}|\\?\Z)"
    r'|"(?:\\(?:\r\n|.)|[^"\\\r\n])*"?'
    r"|'(?:\\(?:\r\n|.)|[^'\\\r\n])*'?"
)
