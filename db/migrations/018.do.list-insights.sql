-- Indexes for ListInsights; services/insights/leads/ explains how they are used. They cost about 30 µs of CPU per lead.

create index insights_by_time on insights (received_at, lead_id);
create index insights_by_urgency on insights (effective_priority, received_at, lead_id);

-- What a list can be filtered by, as one array, so that one GIN index finds any combination. Tags have no prefix: a tag
-- that looks like another facet only adds candidates, which the statement checks by column. The day limits how many
-- matches are read at once. The high cost keeps the planner from computing facets row by row instead.
create function insight_facets(
  intent text, priority text, next_action text, stage text, language text, source text, analyzer text, client_id text,
  tags text[], corrected boolean, confidence double precision, received_at timestamptz
) returns text[]
  language sql immutable parallel safe cost 10000
  as $$
    select array[
      'i:' || intent, 'p:' || priority, 'n:' || next_action, 's:' || stage, 'l:' || language, 'o:' || source,
      'a:' || analyzer, 'c:' || client_id, case when corrected then 'k:1' else 'k:0' end,
      'q:' || floor(confidence * 10)::int, 'd:' || floor(extract(epoch from received_at) / 86400)::int
    ] || tags
  $$;
create index insights_by_facet on insights using gin (insight_facets(
  effective_intent, effective_priority, effective_next_action, stage, language, source, analyzer, client_id, tags,
  corrected_at is not null, confidence, received_at
));

-- Leads of a person, in order. Also used by EraseSubject. Not hash indexes: a bucket with many leads of the same person
-- would make each insert read all of them.
create index leads_by_email on leads (subject_email(email), created_at, id) where email is not null;
create index leads_by_phone on leads (subject_phone(phone), created_at, id) where phone is not null;
