"""Driving Neovim from a test."""
