-- Corrections of insights by people, owned by insights and append-only. docs/decisions/035-corrections.md explains the
-- design.

create table corrections (
  id uuid primary key,
  lead_id uuid not null,
  -- the complete verdict of the person
  intent text not null check (intent in ('buy', 'support', 'spam', 'job', 'other')),
  priority text not null check (priority in ('P0', 'P1', 'P2', 'P3')),
  next_action text not null check (next_action in ('call', 'email', 'qualify', 'ignore')),
  comment text,                            -- personal data
  actor text not null,                     -- as in the audit log
  created_at timestamptz(3) not null,      -- of the corrections of a lead, each is later than the one before
  -- what the analyzer had determined by then
  analyzer_intent text not null,
  analyzer_priority text not null,
  analyzer_next_action text not null,
  analyzer text not null,
  confidence double precision not null,
  generation int not null,
  -- A retry has the same request id. The hash tells whether it is the same request.
  client_id text not null,
  request_id uuid,
  request_hash text,
  published_at timestamptz(3),             -- when the stream had its event
  check (num_nulls(request_id, request_hash) in (0, 2)),
  unique (client_id, request_id)
);
create index corrections_by_lead on corrections (lead_id, created_at);
create index corrections_by_time on corrections (created_at, id);
create index corrections_unpublished on corrections (created_at) where published_at is null;

-- Stores a correction and the verdict of its insight, together. Returns nothing if the insight no longer has the intent
-- and the priority that the verdict is based on, or if there is a correction with the request id. Raises no_data_found if
-- there is no insight, or its lead was erased.
create function correct_insight(
  new_id uuid, corrected_lead_id uuid, based_on_intent text, based_on_priority text, new_intent text,
  new_priority text, new_next_action text, new_comment text, new_actor text, new_client_id text, new_request_id uuid,
  new_request_hash text
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
      or corrected.effective_priority is distinct from based_on_priority then
      return;
    end if;
    insert into corrections
      (id, lead_id, intent, priority, next_action, comment, actor, created_at, analyzer_intent, analyzer_priority,
       analyzer_next_action, analyzer, confidence, generation, client_id, request_id, request_hash)
    values
      (new_id, corrected_lead_id, new_intent, new_priority, new_next_action, new_comment, new_actor,
       -- later than the one before, even if the clock was set back
       greatest(clock_timestamp(), corrected.corrected_at + interval '1 millisecond'), corrected.intent,
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

insert into erasure_parts values ('corrections'); -- of insights

-- Erases the corrections of up to max_leads erased leads and closes their erasures. Nothing is stored for these leads any
-- more, so once is enough. Returns the number of leads.
create function erase_corrections(max_leads int) returns int
  language sql security definer set search_path = public, pg_temp
  as $$
    with closed as (
      delete from pending_erasures where part = 'corrections' and lead_id in (
        select lead_id from pending_erasures where part = 'corrections'
        order by lead_id limit max_leads for update skip locked
      )
      returning lead_id
    ), erased as (
      delete from corrections c using closed where c.lead_id = closed.lead_id
    )
    select count(*)::int from closed
  $$;

revoke execute on function correct_insight, erase_corrections from public;

do $$
begin
  grant select, update (published_at) on corrections to leadtriage_insights;
  grant execute on function correct_insight, erase_corrections to leadtriage_insights;
  -- triage writes the verdict of the analyzer, never that of a person
  revoke insert, update on insights from leadtriage_triage;
  grant insert (
    lead_id, id, generation, stage, content_hash, intent, priority, next_action, confidence, tags, reasons, language,
    analyzer, usage, created_at, updated_at, client_id, source, received_at, changed_in
  ), update (
    generation, stage, content_hash, intent, priority, next_action, confidence, tags, reasons, language, analyzer, usage,
    updated_at, client_id, source, received_at, changed_in
  ) on insights to leadtriage_triage;
exception
  when insufficient_privilege or undefined_object then
    raise notice 'no roles of services here: the services must connect as the owner of the tables';
end
$$;
