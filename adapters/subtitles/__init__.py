"""Subtitle files that strangers send."""
