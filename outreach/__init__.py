"""Whom first, with this capacity: eligibility, carry-over, ranked and random slots, the urgent sheet."""
