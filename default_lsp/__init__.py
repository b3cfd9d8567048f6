"""A language server for default-lint."""

import os
import sys

if sys.argv[:1] == ["-m"] and sys.path:
    # `python -m` looks for modules first where it is started, which for many editors is the folder that is edited: a
    # `logging.py` there would be run in place of Python's own.
    _here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if sys.path[0] != _here and (not sys.path[0] or os.path.realpath(sys.path[0]) == os.path.realpath(os.curdir)):
        del sys.path[0]
