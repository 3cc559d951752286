"""Corduroy: measure, plan and audit the surgery of aggressive vertebral hemangiomas.

Research software, not a medical device.
"""

__version__ = "0.1.0"
