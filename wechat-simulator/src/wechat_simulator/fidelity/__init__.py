"""How much of WeChat this simulator is, operation by operation, and what that rests on."""
