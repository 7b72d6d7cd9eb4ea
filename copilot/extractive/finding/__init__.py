"""Which sentences answer a question: those that answer it at all, ranked, and the best chosen."""
