"""The field's words as small frozen types. Imports nothing of ours, and neither Django nor a socket."""
