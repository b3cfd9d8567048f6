"""Driving Emacs from a test."""
