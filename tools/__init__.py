"""What `run` needs before any environment exists. The standard library only."""
