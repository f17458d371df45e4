"""Requests of ours to addresses that strangers chose: pictures of mail, unsubscribing, push
services; and of people: their address books.

    places        where such a request may go: never into our own network, unless the operator vouches for the host
    connections   one connection to the very address that was checked, and a deadline for all that is said on it
    asking        one request and its answer, in time and no longer than it may be
    fetching      one answer by HTTP: redirects followed by hand and checked anew

Nothing here knows what mail is, sends a cookie or a referrer, or believes more than the status and the bytes.
"""
