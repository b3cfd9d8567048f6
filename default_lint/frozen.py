"""`dataclass` for the many records of a program: frozen for the type checker, plain when it runs.

The standard decorator compiles up to six methods for each class, which for our sixty is a tenth of the time of a run
on one file, and a frozen instance takes twice as long to make. This one compiles `__init__` (and `__eq__` if wanted).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    import dataclasses

    def dataclass(*, frozen=False, eq=True, kw_only=False):
        """As `dataclasses.dataclass`, without a check that nobody assigns to a frozen instance."""

        def make(cls):
            if "__repr__" not in cls.__dict__:
                cls.__repr__ = _repr
            return dataclasses.dataclass(cls, repr=False, eq=eq, unsafe_hash=frozen and eq, kw_only=kw_only)

        return make

    def _repr(self):
        shown = (f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr)
        return f"{type(self).__qualname__}({', '.join(shown)})"


__all__ = ["dataclass"]
