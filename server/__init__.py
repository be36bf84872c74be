"""Wiring: builds everything once and knows everyone."""
