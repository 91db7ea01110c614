"""Readers of untrusted subtitle files."""
