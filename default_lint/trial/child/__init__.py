"""The half of the instrument that lives in the user's interpreter.

Only the standard library, numpy and the user's own Keras may be imported here, on Python 3.9 and later, and only by
relative imports: `probe.py` loads this package under a private name where default-lint is not installed.
"""
