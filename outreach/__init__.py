"""Whom first, with this capacity: eligibility, slots, random draws, freeze, urgent sheet."""
