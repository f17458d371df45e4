"""RULES FOR MAIL THAT ARRIVES, and the Sieve script (RFC 5228) that they become. Pure: no sockets, no Django.

    rules       what a person can say: conditions, actions, a vacation reply, forwarding; and what is wrong with it
    abilities   what can be said to a server with these extensions
    kept        rules <-> JSON, with total reading
    language    strings and tests of Sieve, written so that no text of a person's can be anything but a string
    script      rules -> a script with a readable text and the rules in a comment; and back, when nobody has changed it
    judging     whether a rule holds for a message that we have: yes, no, or cannot be told

The server is right about what a script does; `judging` follows it, and is tested against it.
"""
