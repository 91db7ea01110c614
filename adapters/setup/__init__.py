"""What an installation needs once, before the product starts: tables, a namespace, a bucket."""
