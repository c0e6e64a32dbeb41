"""The SQL behind the basis gate.

Hundreds of thousands of people say one of a few things, so what a register allows is worked out once for each
different *combination* of ledger rows (`combo`), and for all uses (source × purpose) that the same rows speak of at
once (`class`); only days are looked at person by person.
"""

# One row per version of a ledger row: who speaks, from which day on facts are covered (0001-01-01 = all), and what is
# said but the days (`sig`). What is said is numbered once for each thing said: lists are slow to sort.
LEDGER = """
create or replace temp table spoken as
with forms as (
  select c.* exclude (covers_from),
    case coalesce(capacity, '本人') when '本人' then 'own' when '成年後見人等' then 'representative'
      when '親権者' then 'guardian' when '未成年後見人' then 'guardian' end as voice,
    case when covers_from is not null then covers_from
      when form.form_version is null then given_on
      when form.months is null then date '0001-01-01'
      else (given_on - to_months(form.months))::date end as covers
  from consents c left join form using (form_version))
select resident_id, given_by, voice, basis, covers, given_on, ends_on, withdrawn_on, known_from, known_until,
  sources, purposes, given_on is not null as dated,
  coalesce(case when voice = 'own' then given_by is null or given_by = resident_id
    else given_by <> resident_id end, false) as fits
from forms;
create or replace temp table sigs as
select *, row_number() over (order by sources, purposes, basis, dated, fits) as sig
from (select distinct sources, purposes, basis, dated, fits from spoken);
create or replace temp table ledger as
select resident_id, given_by, voice, covers, given_on, ends_on, withdrawn_on, known_from, known_until, sig,
  row_number() over (partition by resident_id order by known_from, given_on) as place
from spoken l join sigs s on l.dated = s.dated and l.fits = s.fits and l.basis is not distinct from s.basis
  and l.sources is not distinct from s.sources and l.purposes is not distinct from s.purposes;
drop table spoken;
create or replace temp table combos as
with several as (select resident_id from ledger where place = 2),
said as (
  select resident_id, [sig] as sigs from ledger anti join several using (resident_id)
  union all
  select resident_id, list(sig order by place) from ledger semi join several using (resident_id)
  group by resident_id),
numbered as (select sigs, row_number() over (order by sigs) as combo from (select distinct sigs from said))
select resident_id, combo, sigs from said join numbered using (sigs)
"""
# What each `sig` speaks of, and which entries of the register (`b`) allow it.
USES = """
create or replace temp table uses as
with spoken as (
  select sig, purposes, basis, case when dated then date '2000-01-01' end as given_on, fits,
    unnest(sources) as source
  from sigs),
asked as (
  select distinct sig, source, source in (select unnest($secret)) as tax_secret, unnest(purposes) as purpose,
    basis, given_on, fits
  from spoken where $sources::varchar[] is null or list_contains($sources::varchar[], source))
select sig, source, purpose, entry from asked
left join (select distinct c.sig, c.source, c.purpose, b.entry from asked c join bases b on {rows})
  using (sig, source, purpose)
"""
# Uses of which the same rows speak, under the same entries, are one class of a combination.
CLASSES = """
create or replace temp table class_uses as
with places as (
  select combo, unnest(sigs) as sig, unnest(range(1, len(sigs) + 1)) as place
  from (select distinct combo, sigs from combos)),
spoken as (
  select combo, source, purpose, list({'place': place, 'entry': entry} order by place, entry) as how
  from places join uses using (sig) group by all),
numbered as (select *, dense_rank() over (partition by combo order by how) as class from spoken),
by_purpose as (
  select combo, class, any_value(how) as how, purpose, string_agg(source, '|' order by source) as sources
  from numbered group by combo, class, purpose)
select combo, class, any_value(how) as how, sources, string_agg(purpose, '|' order by purpose) as purposes
from by_purpose group by combo, class, sources;
create or replace temp table classes as
select combo, class, unnest(how, recursive := true) from (
  select combo, class, unnest(any_value(how)) as how from class_uses group by combo, class)
"""
# The days on which a row holds under an entry; and the refusals: a guardian's row from its withdrawal on.
SAID = """
create or replace temp table said as
select * from (
  select c.resident_id, k.class, c.voice, c.given_by, c.given_on, c.covers,
    greatest({starts}) as f, least({ends}) as u
  from combos r join classes k using (combo) join ledger c on c.resident_id = r.resident_id and c.place = k.place
  join (select distinct entry, valid_from, valid_to from bases) b on b.entry = k.entry)
where f <= u;
create or replace temp table refused as
select distinct c.resident_id, k.class, c.given_by, c.given_on, c.withdrawn_on,
  greatest(c.known_from, c.withdrawn_on) as f, coalesce(c.known_until - 1, forever()) as u
from combos r join classes k using (combo) join ledger c on c.resident_id = r.resident_id and c.place = k.place
where c.voice = 'guardian' and c.withdrawn_on is not null
"""
# An adult's only row needs no timeline; nearly all rows are of this kind.
PLAIN = """
create or replace temp table plain as
with single as (
  select resident_id, class, any_value(voice) as voice, min(f) as f, max(u) as u, min(covers) as covers
  from said group by all having count(*) = 1)
select s.* exclude (voice) from single s join ages a using (resident_id)
where voice in ('own', 'representative') and s.f >= age_18 and s.f >= known_f and s.u <= known_u
"""
JUDGED = """
create or replace temp table judged as
with live as (
  select * from said anti join plain using (resident_id, class)),
subject as (select distinct resident_id, class from live),
turns as (
  select resident_id, class, f as day from live
  union select resident_id, class, u + 1 from live where u < forever()
  union select s.*, unnest([r.f, case when r.u < forever() then r.u + 1 end])
    from subject s join refused r using (resident_id, class)
  union select s.*, unnest([age_12, age_16, age_18, known_f, case when known_u < forever() then known_u + 1 end])
    from subject s join ages using (resident_id)),
spans as (
  select *, lead(day) over (partition by resident_id, class order by day) - 1 as u from turns where day is not null),
speaking as (
  select s.resident_id, s.class, s.day as f, s.u, p.voice, p.covers, age_12, age_16, age_18
  from spans s
  join live p on p.resident_id = s.resident_id and p.class = s.class and p.f <= s.day and s.day <= p.u
  left join ages a on a.resident_id = s.resident_id and known_f <= s.day and s.day <= known_u),
heard as (
  select resident_id, class, f, any_value(u) as u, any_value(age_12) as age_12, any_value(age_16) as age_16,
    any_value(age_18) as age_18,
    bool_or(voice = 'own') as own, min(covers) filter (voice = 'own') as c_own,
    bool_or(voice = 'guardian') as guardian, min(covers) filter (voice = 'guardian') as c_guardian,
    bool_or(voice = 'representative') as representative,
    min(covers) filter (voice = 'representative') as c_representative
  from speaking group by resident_id, class, f),
standing as (
  select distinct s.resident_id, s.class, s.day as f
  from spans s join refused r on r.resident_id = s.resident_id and r.class = s.class and r.f <= s.day and s.day <= r.u
  where not exists (
    select 1 from live p where p.resident_id = r.resident_id and p.class = r.class
      and p.voice = 'guardian' and p.given_by = r.given_by
      and p.given_on > r.given_on and p.given_on >= r.withdrawn_on
      and p.f <= s.day and s.day <= p.u)),
asked as (
  select h.*, st.f is not null as refused from heard h left join standing st using (resident_id, class, f))
select *, case
    when age_12 is not null and f < age_12 then c_guardian
    when age_16 is not null and f < age_16 then greatest(c_own, c_guardian)
    when age_18 is not null and f < age_18 then c_own
    when age_18 is not null then least(c_own, c_representative)
    when own and guardian then least(greatest(c_own, c_guardian), c_representative) else c_representative end as covers
from asked where {persons}
"""
RESULT = """
create or replace temp table permission as
with marked as (
  select *, lag(u) over w is distinct from f - 1 or lag(covers) over w is distinct from covers as fresh
  from judged window w as (partition by resident_id, class order by f)),
runs as (
  select *, sum(fresh::int) over (partition by resident_id, class order by f rows unbounded preceding) as run
  from marked),
joined as (
  select resident_id, class, min(f) as f, max(coalesce(u, forever())) as u, any_value(covers) as covers
  from runs group by resident_id, class, run
  union all select resident_id, class, f, u, covers from plain)
select resident_id, sources, purposes, f as "from", nullif(u, forever()) as "until",
  nullif(covers, date '0001-01-01') as covers_from
from joined join combos using (resident_id) join class_uses using (combo, class)
"""
