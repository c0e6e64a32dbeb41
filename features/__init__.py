"""What was known about a household on a day: declared definitions and the as-of cut."""
