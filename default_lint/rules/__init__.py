"""The catalogue of rules on one screen."""

from __future__ import annotations

from default_lint.rules.base import Rule

RULES: tuple[type[Rule], ...] = ()
