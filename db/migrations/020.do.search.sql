-- The index for searching text, owned by insights and built in the background from segments of leads. It has all
-- trigrams of any script, which pg_trgm has not, and costs nothing when a lead is stored. services/insights/search/
-- explains it.

create table search_segments (
  number int primary key,                  -- from 1, without gaps
  -- the last lead, in the order of leads_by_creation; also if it was erased since
  until_at timestamptz(3) not null,
  until_id uuid not null,
  lead_ids bytea not null                  -- 16 bytes for each lead, in order
);
create table search_postings (
  segment int not null,
  bucket int not null,
  postings bytea not null,                 -- services/insights/search/postings.ts
  primary key (segment, bucket)
);
-- uncompressed values can be read in parts
alter table search_segments alter lead_ids set storage external;
alter table search_postings alter postings set storage external;

insert into erasure_parts values ('search'); -- insights: the trigrams of the lead
-- the only rows that insights may see, lease and delete
create view search_erasures as select lead_id, leased_until from pending_erasures where part = 'search';

do $$
begin
  grant select, insert, update, delete on search_segments, search_postings to leadtriage_insights;
  grant select, delete, update (leased_until) on search_erasures to leadtriage_insights;
  grant select on erased_lead_ids to leadtriage_insights;
  grant delete on erasure_gate to leadtriage_insights;
exception
  when insufficient_privilege or undefined_object then
    raise notice 'no roles of services here: the services must connect as the owner of the tables';
end
$$;
