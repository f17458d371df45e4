"""What lives only here. No foreign key into the mirror, so that it stays disposable."""
