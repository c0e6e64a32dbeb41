"""Stretches of days: pieces of days that overlap or touch are one («gaps and islands»), said once for all of SQL.

`pieces` is SQL for a table (a name or a query in brackets) with the columns `by` and f, u: first and last day of a
piece, both inclusive, f ≤ u.
"""


def numbered(pieces: str, by: str) -> str:
    """SQL: the pieces, with the number (`stretch`, per `by`) of the stretch that each belongs to."""
    return f"""(select * exclude (reach), sum(case when reach is null or f > reach + 1 then 1 else 0 end)
        over (partition by {by} order by f, u) as stretch
      from (select *, max(u) over (partition by {by} order by f, u
        rows between unbounded preceding and 1 preceding) as reach from {pieces}))"""


def stretches(pieces: str, by: str) -> str:
    """SQL: columns `by`, f, u of every stretch. Who has a single piece – nearly everybody – is not sorted."""
    several = f"(from pieces semi join (from bounds where n > 1) using ({by}))"
    return f"""(with pieces as (from {pieces}),
      bounds as (select {by}, min(f) as f, max(u) as u, count(*) as n from pieces group by {by})
      select {by}, f, u from bounds where n = 1
      union all
      select {by}, min(f), max(u) from {numbered(several, by)} group by {by}, stretch)"""


def unbroken(pieces: str, by: str, first: str, last: str) -> str:
    """SQL: columns `by` of what held on every day from `first` to `last`.

    What ended and was permitted anew is not what was permitted before: the facts from before are deleted.
    """
    return f"(select {by} from {stretches(pieces, by)} where f <= {first} and u >= {last})"
