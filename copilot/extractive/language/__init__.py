"""What words say: their stems and meanings, phrases, labels and amounts, in any text."""
