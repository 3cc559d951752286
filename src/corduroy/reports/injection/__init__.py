"""The report of an injection: fill over time, curves, leaks, what matters, what if."""
