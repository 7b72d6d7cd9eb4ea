"""What is on file: the customer's record, their products and what the catalogue says of them."""
