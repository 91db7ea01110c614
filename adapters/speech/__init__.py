"""How spoken words and their language are found."""
