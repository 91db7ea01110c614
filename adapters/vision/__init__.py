"""Animal detection in pictures."""
