"""Whole journeys over real HTTP: our server and the simulator as processes, on a real MongoDB."""
