"""Messages of the Official Account and the Mini Program: the door they come in by, and the calls that send them."""
