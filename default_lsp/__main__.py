"""`default-lsp`, `python -m default_lsp`: start the language server."""

from __future__ import annotations

import argparse
import logging
import os
import socket
import sys
import threading
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from default_lsp.server import Server

MISSING = """\
default-lint: the language server needs pygls, which is not installed for {python}
  Install it there:  {python} -m pip install "default-lint[lsp]"
"""
LOOK = 2.0  # s between two looks at the editor's process


def main(argv: Sequence[str] | None = None) -> int:
    """Run the server until the editor ends it."""
    options = _options(argv)
    if options.version:
        from default_lint import __version__

        sys.stdout.write(f"default-lsp {__version__}\n")
        return 0
    try:
        import psutil  # noqa: F401 -- it comes with the same extra
        import pygls.lsp.server  # noqa: F401
    except ImportError:
        sys.stderr.write(MISSING.format(python=sys.executable))
        return 2
    logging.basicConfig(
        stream=sys.stderr,
        level=options.log_level.upper(),
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    if options.log_level != "debug":  # it warns of every request that was canceled too late
        logging.getLogger("pygls").setLevel(logging.ERROR)
    from default_lsp.server import create

    server = create()
    try:
        if options.tcp:
            streams = _listen(*options.tcp)
            if streams is None:
                return 2
        else:
            streams = _streams()
            threading.Thread(target=_watch, args=(server,), name="parent", daemon=True).start()
        server.start_io(*streams)
    except ConnectionError as error:
        logging.getLogger(__name__).warning("the editor is gone: %s", error.strerror)
    finally:
        server.close()
        server.diagnosing.wait()
    return server.status if server.left else 0


def run() -> None:
    """The entry point of the script `default-lsp`."""
    sys.exit(main())


def _listen(host: str, port: int) -> tuple[BinaryIO, BinaryIO] | None:
    """The streams of the first client that connects, and of no other; None when there can be none."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.create_server((host, port), family=family) as listener:
            sys.stderr.write(f"default-lsp listens on {host}:{listener.getsockname()[1]}\n")
            sys.stderr.flush()
            connection, _ = listener.accept()
    except OSError as error:
        sys.stderr.write(f"default-lsp: cannot listen on {host}:{port}: {error.strerror}\n")
        return None
    with connection:  # the streams keep it open
        return connection.makefile("rb"), connection.makefile("wb")


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="default-lsp", description="The language server of default-lint: findings while you type."
    )
    parser.add_argument("--stdio", action="store_true", help="talk over standard input and output (the default)")
    parser.add_argument("--tcp", type=_address, metavar="[HOST:]PORT", help="listen for one client on a port")
    parser.add_argument(
        "--log-level", default="warning", choices=("debug", "info", "warning", "error"), help="what goes to stderr"
    )
    parser.add_argument("--clientProcessId", help=argparse.SUPPRESS)
    parser.add_argument("--version", action="store_true", help="show the version")
    return parser.parse_args(argv)


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not port.isdigit() or int(port) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port")
    return host.strip("[]") or "127.0.0.1", int(port)


def _streams() -> tuple[BinaryIO, BinaryIO]:
    """The client's streams, kept from everybody else: what is printed goes to stderr, who reads meets the end."""
    stdin = os.fdopen(os.dup(0), "rb")
    stdout = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115 -- for the life of the process
    sys.stdout = sys.stderr
    return stdin, stdout


def _watch(server: Server) -> None:
    """End when the editor has gone without a word; runs that are under way end with this process."""
    import psutil

    while True:
        time.sleep(LOOK)
        parent = server.process_id
        if parent is not None and not psutil.pid_exists(parent):
            logging.getLogger(__name__).warning("the editor (process %s) is gone", parent)
            os._exit(1)


if __name__ == "__main__":
    run()
