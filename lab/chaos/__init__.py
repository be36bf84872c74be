"""Seeded random runs: learners, institutions, faults and clock moves against the real parts, checked at each step.

Never shipped, and no part of the product knows it. One seed is one sequence of steps: `python -m lab.chaos --seed N`
takes it again. Only the sequence repeats: jobs run in real time, so what a step meets may differ by a moment.
"""
