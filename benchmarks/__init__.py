"""Real data through the ordinary commands: each benchmark writes deliveries, then asks what a city would ask.

No room knows of a benchmark; a benchmark imports rooms only to look at what the commands have published.
"""
