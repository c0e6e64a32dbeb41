"""What limits each step, as found with a profiler (docs/developer.md «Profile»); said beside its figures."""

LIMITS: dict[str, str] = {
    "people": "permissions, spine and protection of every person are computed anew",
    "purge": "every accepted log is read to find what may no longer be held",
    "hub": "every version of every row becomes episodes anew: window functions, and an HMAC in Python for each key",
    "features": "every household's features in one query over all episodes",
    "weekly-list": "dated evidence and reasons of every household, though few are listed",
    "urgent": "the hub is read whole for a handful of stops",
}
