"""The bridge's warm connections: the one door through which interactive work reaches a mail server.

    pool          lends connections, signs in, sweeps           warm          the connections of one account
    parked        what a verified sign-in leaves behind         credentials   whereto, and with which secret
    opening       one log-in of an account at a time            idle          kept awake, then said goodbye to
    translation   WireError -> MailError, for everybody

Never parses mail, never writes to the index.
"""

from imapbridge.pool.pool import Pool
from imapbridge.pool.translation import translate

__all__ = ["Pool", "translate"]
