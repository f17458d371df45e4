"""Signing in with a provider's word instead of a mail password: OAuth 2.0 (RFC 6749) and OpenID Connect Core 1.0.

    flow        what is asked in the browser, and what may come back: state, PKCE (RFC 7636), nonce, issuer (RFC 9207)
    metadata    where a provider's doors are (OpenID Connect Discovery), and its keys
    grants      a code, or a refresh token, for tokens; and giving one back (RFC 7009)
    returning   what nobody needs any more goes back to its provider
    id_token    whose mailbox it is: a signed word, never what was typed
    door        the one way to ask a provider, within a deadline
    errors      what can go wrong

Who the providers are is read by `accounts.providers`. Makes no session and no person, and opens no connection to a mail
server: it asks the provider only, and only through the house's door to the web (`settings.WEB_DOOR`).
"""
