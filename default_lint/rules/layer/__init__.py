"""Rules of the family `layer`."""
