"""The demo: its mailbox is believable, and both of its servers serve it."""
