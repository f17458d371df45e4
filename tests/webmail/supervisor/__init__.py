"""The supervisor: what it prepares, and how it keeps processes running and ends them."""
