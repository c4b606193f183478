-- Fair queue: intake's reconciler publishes due leads in turns, one share of the queue after the other.

alter table unsettled_leads
  -- whose share of the queue the lead uses: its client's, or that of all retriages
  add column share text collate "C" not null default '';

drop index unsettled_leads_due;
create index unsettled_leads_by_share on unsettled_leads (share, check_at);

-- what GetQueue of triage counts: leads that are due and wait in PostgreSQL for their turn
create view deferred_leads as
  select lead_id, check_at as due_at from unsettled_leads where published_at is null and check_at <= now();

do $$
begin
  grant select on deferred_leads to leadtriage_triage;
exception
  when insufficient_privilege or undefined_object then
    raise notice 'no roles of services here: the services must connect as the owner of the tables';
end
$$;
