"""The pages that browsers are sent; `api/routes/pages/player.py` serves them."""
