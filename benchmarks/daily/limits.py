"""What limits each step, as found with a profiler (docs/developer.md «Profile»); said beside its figures."""

LIMITS: dict[str, str] = {
    "people": "permissions and spine of those of whom something became known this month; of everybody on its first day",
    "purge": "two columns of every accepted log are read to find what may no longer be held; files that hold it anew",
    "hub": "a day: two columns of every log to find its keys, files in which something differs; a rebuild: the log in "
    "slices that fit in memory, beliefs merged by hashing, an HMAC (four SHA-256 blocks) for each episode",
    "features": "every fact within reach joined to its household by a text key; everybody's permissions (scope)",
    "weekly-list": "a draw (HMAC) and a place for every household; evidence of a few reads all facts within reach",
    "urgent": "who is in scope and may be met, for a handful of stops",
}
