"""One-time setup of an installation: tables, a Temporal namespace, a bucket."""
