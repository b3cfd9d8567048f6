"""A language server for default-lint."""

import default_lint  # noqa: F401 -- it sees to it that `python -m` runs no modules of the folder where it is started
