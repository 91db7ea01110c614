"""Accounts of an OpenID Connect issuer: its settings, its keys and the check of its tokens."""

from adapters.accounts.issuer_keys import IssuerKeys
from adapters.accounts.settings import OidcSettings, read_oidc
from adapters.accounts.tokens import OidcTokens

__all__ = ["IssuerKeys", "OidcSettings", "OidcTokens", "read_oidc"]
