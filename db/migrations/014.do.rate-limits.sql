-- Token buckets that the processes of a service share when LIMITS_STORE=postgres. They are lost in a crash and on a
-- failover, after which every bucket is full; in return they cost no WAL.

create unlogged table rate_limits (
  key text primary key,                    -- service, limit and client
  full_at timestamptz not null             -- when the bucket will be full again
);

do $$
begin
  grant select, insert, update, delete on rate_limits
    to leadtriage_intake, leadtriage_triage, leadtriage_insights;
exception
  when insufficient_privilege or undefined_object then
    raise notice 'no roles of services here: the services must connect as the owner of the tables';
end
$$;
