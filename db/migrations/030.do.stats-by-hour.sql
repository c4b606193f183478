-- Roll-ups for GetStats, now one row for each hour, which cannot be doubled: counts as bytes, which are added up many
-- times faster than rows of arrays. docs/decisions/041-packed-roll-ups.md explains the design.

create table stats_by_hour (
  hour timestamptz primary key,            -- of the time the lead was received
  computed_at timestamptz not null,        -- everything that was committed before is counted
  names json not null,                     -- of clients, sources and languages, which the bytes have numbers of
  counts bytea not null,                   -- by client, source and language: services/insights/stats/pack-counts.ts
  total bytea not null                     -- of all leads
);
-- not compressed, as that would take longer than reading the bytes
alter table stats_by_hour alter column counts set storage external;

-- Leads without an insight, by hour. Kept up to date only while there are too many to count them for each call.
create table stats_unsettled (
  hour timestamptz primary key,
  names json not null,
  counts bytea not null
);
alter table stats_progress add column unsettled_at timestamptz;

drop table stats_hours, stats_rolled_hours;
truncate stats_stale_hours;
update stats_progress set snapshot = null;

do $$
begin
  grant select, insert, update, delete on stats_by_hour, stats_unsettled to leadtriage_insights;
exception
  when insufficient_privilege or undefined_object then
    raise notice 'no roles of services here: the services must connect as the owner of the tables';
end
$$;
