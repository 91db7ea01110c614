"""The pages that browsers are sent; `api/routes/player.py` serves them."""
