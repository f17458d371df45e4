"""Telling a person of new mail where no page shows it (RFC 8030, Web Push): which mail, in which words, sealed for one
browser, to its push service.

    news            up to where somebody was told, and what came since
    notes           the words: sender and subject, or only that there is mail
    quiet           the hours in which nothing is told
    subscriptions   browsers that want to be told, and one delivery to one of them, once
    encryption      RFC 8291: only the browser can read it
    vapid           RFC 8292: who we are to a push service
    destinations    where a push service may be: never inside our own network
    delivery        one request to a push service

The address of a push service comes from a browser and is not trusted. What is sent is never logged or kept.
"""
