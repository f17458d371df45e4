"""Pages and answers, one file a noun."""
