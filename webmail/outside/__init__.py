"""Requests of ours to addresses that strangers chose: pictures of mail, unsubscribing, push services.

    places        where such a request may go: never into our own network, unless the operator vouches for the host
    connections   one connection to the very address that was checked, and a deadline for all that is said on it
    fetching      one answer by HTTP: redirects followed by hand and checked anew, nothing longer than it may be

Nothing here knows what mail is, sends a cookie or a referrer, or believes more than the status and the bytes.
"""
