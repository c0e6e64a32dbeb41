"""What limits each step, as found with a profiler (docs/developer.md «Profile»); said beside its figures."""

LIMITS: dict[str, str] = {}
