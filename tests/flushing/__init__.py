"""An app of the tests alone: it has Django's `flush` done sooner. Nobody who serves mail has it installed."""
