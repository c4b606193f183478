-- What insights may know of dead letters: which leads will have no insight unless an operator redrives them, and why in
-- one word. A parked letter is no failure, and neither is one of an older generation than the lead has now.
create view failed_leads as
select d.lead_id, d.generation, d.reason
from dead_letters d
join leads l on l.id = d.lead_id
where d.retry_at is null and d.generation >= l.generation;

do $$
begin
  grant select on failed_leads to leadtriage_insights;
  -- a letter's text is none of its business
  revoke select on dead_letters from leadtriage_insights;
exception
  when insufficient_privilege or undefined_object then
    raise notice 'no roles of services here: the services must connect as the owner of the tables';
end
$$;
