"""Which models the product runs, where their files come from, and that each is loaded once a process."""
