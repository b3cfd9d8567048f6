"""A language server for default-lint."""
