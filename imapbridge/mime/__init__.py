"""Bytes of messages to values and back: charsets, headers, structure, transfer encodings, subjects, previews.

Everything here is pure and total: no socket, no Django, and no input makes it raise or take more than linear time.
"""
