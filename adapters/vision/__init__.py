"""How animals are found in a picture."""
