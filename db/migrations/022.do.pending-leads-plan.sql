-- The view of pending leads, with the same rows, but one plan only: a look-up for each unsettled lead. The planner
-- expects a third of all leads after the position of the reconciler, and would read both tables as a whole.
create or replace view pending_leads as
with unsettled (lead_id) as materialized (
  select l.id from leads l where (l.created_at, l.id) > (select late_at, late_id from reconciliation)
  union
  select lead_id from unsettled_leads
  union
  select lead_id from dead_letters where retry_at is not null
)
select l.id as lead_id, l.client_id, l.source, l.created_at
from unsettled u
cross join lateral (
  -- the limit keeps the planner from joining the tables instead
  select id, client_id, source, created_at, generation from leads where id = u.lead_id limit 1
) l
where (select i.lead_id from insights i where i.lead_id = u.lead_id limit 1) is null
  and (
    select d.lead_id from dead_letters d
    where d.lead_id = u.lead_id and d.retry_at is null and d.generation >= l.generation limit 1
  ) is null;
