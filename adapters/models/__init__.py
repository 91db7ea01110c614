"""Models: their settings, their files, loading once per process, and calls with a stall limit."""
