"""A domain that the operator did not name -> its mail servers, as its owner publishes them (WEBMAIL_AUTODISCOVERY).

    names           what the domain name system says: SRV records (RFC 6186, 8314, 5804), and addresses of hosts
    client_config   what a configuration file (autoconfig) says
    searching       both asked at once, within one deadline; what is found is weighed and remembered for some minutes

All of it is the word of strangers. Only what is encrypted, on the ports of mail and at public addresses is of use; it
is shown before a password goes there, and looked at again whenever it is connected to. Knows no person and no request.
"""

from __future__ import annotations

from accounts.discovery.searching import Found, NothingFound, look

__all__ = ["Found", "NothingFound", "look"]
