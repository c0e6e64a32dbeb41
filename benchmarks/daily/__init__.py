"""How long the daily way takes in a city of a given size (`make bench`): each command its own process, measured from
outside; nothing here is asserted. What it measured is told by `docs/benchmarks/speed.md`, printed from the JSON.
"""
