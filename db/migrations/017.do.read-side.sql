-- What lists of leads need, in one row for each insight: they filter and sort by columns of this table only.

alter table insights
  -- of the lead, copied by triage from its event
  add column client_id text not null default '',
  add column source text,
  add column received_at timestamptz(3) not null default now(),
  -- The verdict of a person, which outranks the analyzer's. In columns of its own, so that triage, which writes all the
  -- others, cannot overwrite it.
  add column corrected_intent text check (corrected_intent in ('buy', 'support', 'spam', 'job', 'other')),
  add column corrected_priority text check (corrected_priority in ('P0', 'P1', 'P2', 'P3')),
  add column corrected_next_action text check (corrected_next_action in ('call', 'email', 'qualify', 'ignore')),
  add column corrected_at timestamptz(3),
  add check (num_nulls(corrected_intent, corrected_priority, corrected_next_action, corrected_at) in (0, 4)),
  add column effective_intent text generated always as (coalesce(corrected_intent, intent)) stored,
  add column effective_priority text generated always as (coalesce(corrected_priority, priority)) stored,
  add column effective_next_action text generated always as (coalesce(corrected_next_action, next_action)) stored,
  -- The transaction that last wrote the row. Watchers ask for the rows whose transaction was not visible the last time.
  add column changed_in xid8 not null default pg_current_xact_id();

update insights i
set client_id = l.client_id, source = l.source, received_at = l.created_at
from leads l
where l.id = i.lead_id;

-- Triage of the previous version does not know these columns. It may run during an upgrade, or after a rollback.
create function complete_insight() returns trigger
  language plpgsql security definer set search_path = public, pg_temp
  as $$
  begin
    if tg_op = 'UPDATE' then
      new.changed_in := pg_current_xact_id();
    end if;
    if new.client_id = '' then
      select client_id, source, created_at into new.client_id, new.source, new.received_at
      from leads where id = new.lead_id;
      new.client_id := coalesce(new.client_id, '');
      new.received_at := coalesce(new.received_at, now());
    end if;
    return new;
  end
  $$;
create trigger complete_inserted_insight before insert on insights
  for each row when (new.client_id = '') execute function complete_insight();
create trigger complete_updated_insight before update on insights
  for each row when (new.changed_in = old.changed_in) execute function complete_insight();

-- what insights may know of a lead besides its insight: neither its key nor its hashes
create view lead_details as
  select id as lead_id, client_id, email, phone, name, note, source, generation, created_at from leads;

-- replaced to add the time of the failure
create or replace view failed_leads as
select d.lead_id, d.generation, d.reason, d.last_failed_at
from dead_letters d
join leads l on l.id = d.lead_id
where d.retry_at is null and d.generation >= l.generation;

-- Leads without an insight that triage will still produce. The reconciler's late walk has recorded every unsettled lead
-- that it passed, so the cost does not grow with the number of settled leads. Parked leads are recorded only when they
-- are due.
create view pending_leads as
with unsettled (lead_id) as (
  select l.id from leads l where (l.created_at, l.id) > (select late_at, late_id from reconciliation)
  union
  select lead_id from unsettled_leads
  union
  select lead_id from dead_letters where retry_at is not null
)
select l.id as lead_id, l.client_id, l.source, l.created_at
from unsettled u
join leads l on l.id = u.lead_id
where not exists (select from insights i where i.lead_id = l.id)
  and not exists (
    select from dead_letters d where d.lead_id = l.id and d.retry_at is null and d.generation >= l.generation
  );

do $$
begin
  grant select on lead_details, pending_leads to leadtriage_insights;
exception
  when insufficient_privilege or undefined_object then
    raise notice 'no roles of services here: the services must connect as the owner of the tables';
end
$$;
