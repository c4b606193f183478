-- Leads without an insight, in the order of their creation. A list reads the next few of them, so its cost does not grow
-- with how many leads are pending or dead-lettered. There is an index for each of the four places where they are: leads
-- behind the position of the reconciler (leads_by_creation), unsettled leads, parked letters and dead letters.

alter table unsettled_leads add column waiting_since timestamptz(3);
alter table dead_letters add column waiting_since timestamptz(3);

-- When the lead was received, if it had no insight when the row was stored. A lead never loses its insight, so a row
-- without this time is that of a lead which waits for another insight only, for example after a retriage of all leads.
create function set_waiting_since() returns trigger
  language plpgsql security definer set search_path = public, pg_temp
  as $$
  begin
    select l.created_at into new.waiting_since from leads l
    where l.id = new.lead_id and not exists (select from insights i where i.lead_id = new.lead_id);
    return new;
  end
  $$;
create trigger set_waiting_since before insert on unsettled_leads for each row execute function set_waiting_since();
create trigger set_waiting_since before insert on dead_letters for each row execute function set_waiting_since();

update unsettled_leads u set waiting_since = l.created_at
from leads l where l.id = u.lead_id and not exists (select from insights i where i.lead_id = u.lead_id);
update dead_letters d set waiting_since = l.created_at
from leads l where l.id = d.lead_id and not exists (select from insights i where i.lead_id = d.lead_id);

create index unsettled_leads_waiting on unsettled_leads (waiting_since, lead_id) where waiting_since is not null;
create index parked_letters_waiting on dead_letters (waiting_since, lead_id) where retry_at is not null;
create index dead_letters_waiting on dead_letters (waiting_since, lead_id) where retry_at is null;

-- Together they have every pending lead, maybe more than once, and others. Not one view: the planner would not read its
-- parts in the order of an index.
create view recent_leads as
  select id as lead_id, created_at as received_at from leads
  where (created_at, id) > (select late_at, late_id from reconciliation);
create view recorded_leads as
  select lead_id, waiting_since as received_at from unsettled_leads where waiting_since is not null;
create view parked_leads as
  select lead_id, waiting_since as received_at from dead_letters where retry_at is not null;

-- replaced to add the time when the lead was received; null if it had an insight
create or replace view failed_leads as
select d.lead_id, d.generation, d.reason, d.last_failed_at, d.waiting_since as received_at
from dead_letters d
join leads l on l.id = d.lead_id
where d.retry_at is null and d.generation >= l.generation;

do $$
begin
  grant select on recent_leads, recorded_leads, parked_leads to leadtriage_insights;
exception
  when insufficient_privilege or undefined_object then
    raise notice 'no roles of services here: the services must connect as the owner of the tables';
end
$$;
