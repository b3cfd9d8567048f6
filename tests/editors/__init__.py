"""default-lint in real editors."""
