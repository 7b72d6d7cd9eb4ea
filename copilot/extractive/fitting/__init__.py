"""How well a sentence or a row fits a question: by its words, its kind and what it denies."""
