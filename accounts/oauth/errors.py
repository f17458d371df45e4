"""What can go wrong between us and a provider.

OAuthError
 ├── ProviderAway       not reached, too slow, or broken at the moment
 ├── GrantRefused       the permission has ended (`invalid_grant`): its person signs in again
 ├── Declined           the person said no, or the provider did
 ├── Untrusted          an answer that nobody asked for, or that is not from whom it should be
 ├── NoAddress          the provider vouches for no address of a domain that it may vouch for
 └── Misconfigured      the provider does not take us for a client of its own: for the operator
"""

from __future__ import annotations


class OAuthError(Exception):
    """Base of all. The message is for the log: it holds no token, no code and no address."""

    code = "provider-untrusted"


class ProviderAway(OAuthError):
    code = "provider-away"


class GrantRefused(OAuthError):
    code = "provider-ended"


class Declined(OAuthError):
    code = "provider-declined"


class Untrusted(OAuthError):
    code = "provider-untrusted"


class NoAddress(OAuthError):
    code = "provider-no-address"


class Misconfigured(OAuthError):
    code = "provider-misconfigured"
