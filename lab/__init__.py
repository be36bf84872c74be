"""Everything that runs the product from outside: never shipped, and no part of the product knows it."""
