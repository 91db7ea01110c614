"""Player page for browsers; `api/routes/pages/player.py` serves it."""
