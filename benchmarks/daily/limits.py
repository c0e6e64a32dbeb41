"""What limits each step, as found with a profiler (docs/developer.md «Profile»); said beside its figures."""

LIMITS: dict[str, str] = {
    "people": "permissions and spine of those of whom something became known this month; of everybody on its first day",
    "purge": "two columns of every accepted log are read to find what may no longer be held",
    "hub": "windows over the versions of what changed (a rebuild: of all), an HMAC each; the files that hold it",
    "features": "every household's features in one query over all episodes",
    "weekly-list": "dated evidence and reasons of every household of whom a fact is known, though few are listed",
    "urgent": "the hub is read whole for a handful of stops",
}
