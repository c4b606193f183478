-- Replaced, so that a correction is based on the next action as well: it stays when intent and priority stay. A correction
-- that changed only the next action would else be undone by one that was derived before it.
drop function correct_insight;

-- Stores a correction and the verdict of its insight, together. Returns nothing if the insight no longer has the verdict
-- that the new one is based on, or if there is a correction with the request id. Raises no_data_found if there is no
-- insight, or its lead was erased.
--
-- The times of corrections increase strictly in the order of their commits, over all leads.
create function correct_insight(
  new_id uuid, corrected_lead_id uuid, based_on_intent text, based_on_priority text, based_on_next_action text,
  new_intent text, new_priority text, new_next_action text, new_comment text, new_actor text, new_client_id text,
  new_request_id uuid, new_request_hash text
) returns setof corrections
  language plpgsql security definer set search_path = public, pg_temp
  as $$
  declare
    corrected insights;
    correction corrections;
  begin
    -- the gate of contract/erased-leads.ts; the next statement has a snapshot of its own
    delete from erasure_gate where false;
    -- the lock serializes the corrections of a lead, also with the upserts of triage
    select i.* into corrected from insights i
    where i.lead_id = corrected_lead_id
      and not exists (select from erased_leads e where e.lead_id = corrected_lead_id)
    for update;
    if not found then
      raise no_data_found;
    end if;
    if corrected.effective_intent is distinct from based_on_intent
      or corrected.effective_priority is distinct from based_on_priority
      or corrected.effective_next_action is distinct from based_on_next_action then
      return;
    end if;
    -- Until the commit: the next correction sees this one. It comes last, so that its holder waits for no other lock.
    perform pg_advisory_xact_lock(hashtextextended('corrections', 0));
    insert into corrections
      (id, lead_id, intent, priority, next_action, comment, actor, created_at, analyzer_intent, analyzer_priority,
       analyzer_next_action, analyzer, confidence, generation, client_id, request_id, request_hash)
    values
      (new_id, corrected_lead_id, new_intent, new_priority, new_next_action, new_comment, new_actor,
       -- later than all before, even if the clock was set back
       greatest(
         clock_timestamp(), corrected.corrected_at + interval '1 millisecond',
         (select max(created_at) from corrections) + interval '1 millisecond'
       ), corrected.intent,
       corrected.priority, corrected.next_action, corrected.analyzer, corrected.confidence, corrected.generation,
       new_client_id, new_request_id, new_request_hash)
    on conflict (client_id, request_id) do nothing
    returning * into correction;
    if correction.id is null then
      return;
    end if;
    update insights
    set corrected_intent = new_intent, corrected_priority = new_priority, corrected_next_action = new_next_action,
        corrected_at = correction.created_at, changed_in = pg_current_xact_id()
    where lead_id = corrected_lead_id;
    return next correction;
  end
  $$;
revoke execute on function correct_insight from public;

do $$
begin
  grant execute on function correct_insight to leadtriage_insights;
exception
  when insufficient_privilege or undefined_object then
    raise notice 'no roles of services here: the services must connect as the owner of the tables';
end
$$;
