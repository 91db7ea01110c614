"""Accounts: whom an OpenID Connect issuer vouches for."""

from adapters.accounts.issuer_keys import IssuerKeys
from adapters.accounts.settings import OidcSettings, read_oidc
from adapters.accounts.tokens import OidcTokens

__all__ = ["IssuerKeys", "OidcSettings", "OidcTokens", "read_oidc"]
