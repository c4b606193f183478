-- Roll-ups for GetStats: counts of insights by hour, computed from the table insights and recomputable at any time.
-- docs/decisions/037-roll-ups.md explains the design. Owned by insights; without personal data.

-- A row for each hour, set of dimensions, and combination of their values.
create table stats_hours (
  hour timestamptz not null,               -- of the time the lead was received
  dimensions smallint not null,            -- which of the next three the row has: 4 client_id, 2 source, 1 language
  client_id text,
  source text,
  language text,
  is_rest boolean not null,                -- together: all values beyond the most frequent ones of the hour
  leads int not null,
  keys smallint[] not null,                -- what is counted, see services/insights/stats/measures.ts
  counts int[] not null                    -- how often each key was
);
create index stats_hours_by_dimensions on stats_hours (dimensions, hour);

-- the hours that were rolled up
create table stats_rolled_hours (
  hour timestamptz primary key,
  leads int not null,
  computed_at timestamptz not null         -- everything that was committed before is counted
);

-- Hours that changed since they were rolled up. Never updated and without a unique constraint, so that marking an hour
-- never waits, and that the process that rolled an hour up deletes only the marks that its snapshot had.
create table stats_stale_hours (
  id bigint generated always as identity primary key,
  hour timestamptz not null
);

-- Which changes of insights were marked. A null snapshot marks all hours.
create table stats_progress (
  only_row boolean primary key default true check (only_row),
  snapshot pg_snapshot,
  database_id text,                        -- of the cluster that the snapshot is from
  marked_at timestamptz
);
insert into stats_progress default values;

-- Erasure deletes insights, and a deleted row has no changed_in. The lead may be what makes one of the next hour a
-- duplicate.
create function mark_stats_of_erased() returns trigger
  language plpgsql security definer set search_path = public, pg_temp
  as $$
  begin
    insert into stats_stale_hours (hour)
    select distinct date_trunc('hour', received_at, 'UTC') + make_interval(hours => following)
    from erased cross join generate_series(0, 1) as following;
    return null;
  end
  $$;
create trigger mark_stats_of_erased after delete on insights referencing old table as erased
  for each statement execute function mark_stats_of_erased();

do $$
begin
  grant select, insert, update, delete on stats_hours, stats_rolled_hours, stats_stale_hours, stats_progress
    to leadtriage_insights;
exception
  when insufficient_privilege or undefined_object then
    raise notice 'no roles of services here: the services must connect as the owner of the tables';
end
$$;
