"""One module per layout; each has ``draw(bill, sheet)``."""
