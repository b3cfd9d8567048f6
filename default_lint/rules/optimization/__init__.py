"""Rules of the family `optimization`."""
