"""What may not be told, or not to this customer: each guard says it of a sentence."""
