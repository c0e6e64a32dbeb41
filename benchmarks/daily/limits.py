"""What limits each step, as found with a profiler (docs/developer.md «Profile»); said beside its figures."""

LIMITS: dict[str, str] = {
    "people": "permissions and spine of those of whom something became known this month; of everybody on its first day",
    "purge": "two columns of every accepted log are read to find what may no longer be held; files that hold it anew",
    "hub": "a day: two columns of every log to find its keys, files in which something differs; a rebuild: the log is "
    "read once, beliefs are merged by hashing, an HMAC (four SHA-256 blocks) for each episode",
    "features": "two aggregations over all facts within reach, bound by random access to their groups; the scope",
    "weekly-list": "dated evidence and reasons of every household of whom a fact is known, though few are listed",
    "urgent": "the hub is read whole for a handful of stops",
}
