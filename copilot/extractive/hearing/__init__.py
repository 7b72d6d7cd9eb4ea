"""What a customer says: what they ask, wish, tell of having done or sent, and say in parting."""
