"""The protocol as pygls speaks it, but for this: every request is answered, also one that comes too early or too late
or that cannot be read.
"""

from __future__ import annotations

from typing import Any

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol


class Protocol(LanguageServerProtocol):
    """The server's side of the protocol."""

    def structure_message(self, data: dict[str, Any]) -> Any:
        """The message in its type; who sent a request that cannot be read is told, and who waits for such an answer."""
        try:
            return super().structure_message(data)
        except JsonRpcException as error:
            if "id" in data and "method" in data:
                self._send_response(data["id"], error=error.to_response_error())
            elif "id" in data:
                waiting = self._request_futures.pop(data["id"], None)
                if waiting is not None and not waiting.done():
                    waiting.set_exception(error)
            raise

    def handle_message(self, message: Any) -> None:
        """Handle a message, unless it is not the time for it."""
        method = getattr(message, "method", None)
        if method == lsp.SHUTDOWN:  # pygls fails when a command that waits for the client is among them
            for future in list(self._request_futures.values()):
                future.cancel()
        if method not in (None, lsp.EXIT):
            if self._workspace is None and method != lsp.INITIALIZE:
                self._refuse(message, lsp.ErrorCodes.ServerNotInitialized, "the server is not initialized")
                return
            if self._shutdown:
                self._refuse(message, lsp.ErrorCodes.InvalidRequest, "the server is shut down")
                return
        super().handle_message(message)

    def _refuse(self, message: Any, code: lsp.ErrorCodes, reason: str) -> None:
        number = getattr(message, "id", None)  # a notification has none
        if number is not None:
            self._send_response(number, error=lsp.ResponseError(code.value, reason))
