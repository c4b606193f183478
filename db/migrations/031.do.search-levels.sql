-- The search index gets another layout: segments are built small and merged to large ones, and a hash of a trigram hardly
-- ever stands for two. Insights builds the index again in the background, some minutes for five million leads: it has
-- only data that other tables have. services/insights/search/ and docs/decisions/034-search-segments.md explain it.

drop table search_postings, search_segments;

-- the last lead that is in a segment, in the order of leads_by_creation; also if it was erased since
create table search_progress (
  until_at timestamptz(3) not null,
  until_id uuid not null
);
insert into search_progress values ('epoch', '00000000-0000-0000-0000-000000000000');

create sequence search_segment_ids as int;
create table search_segments (
  id int primary key,                      -- of its contents: a merged segment has another one than its parts
  level smallint not null check (level in (1, 2)), -- 2: merged
  -- it has the leads after the first and up to the second position, which may have been erased since; null while its
  -- postings are being written
  after_at timestamptz(3),
  after_id uuid,
  until_at timestamptz(3),
  until_id uuid,
  lead_ids bytea not null,                 -- 16 bytes for each lead, in order; zeros if it was erased
  erased int not null default 0            -- leads that were erased
);
create table search_postings (
  segment int not null references search_segments on delete cascade,
  bucket smallint not null,
  keys bytea not null,                     -- services/insights/search/buckets.ts
  lists bytea not null,
  primary key (segment, bucket)
);
-- uncompressed values can be read in parts
alter table search_segments alter lead_ids set storage external;
alter table search_postings alter keys set storage external, alter lists set storage external;

-- An erasure has the time of its lead, so that insights knows the one segment that can have it. Erasures that are pending
-- now have none, and need none: their leads are in no segment that is built from now on.
alter table pending_erasures add created_at timestamptz(3);
create or replace view search_erasures as
  select lead_id, leased_until, created_at from pending_erasures where part = 'search';

-- replaced to store created_at
create or replace function erase_leads(lead_ids uuid[]) returns setof uuid
  language plpgsql set lock_timeout = '1s'
  as $$
  begin
    lock table erasure_gate in share mode;
    return query
      with locked as materialized (
        select id from leads where id = any(lead_ids) order by id for update
      ), erased as (
        delete from leads l using locked where l.id = locked.id
        returning l.id, l.created_at, sha256(convert_to(l.idempotency_key::text || ' ' || l.client_id, 'UTF8')) as key_hash
      ), unqueued as (
        delete from unsettled_leads u using erased where u.lead_id = erased.id
      ), blocked as (
        insert into erased_leads (key_hash, lead_id) select key_hash, id from erased
      ), pending as (
        insert into pending_erasures (part, lead_id, created_at)
        select part, id, created_at from erased cross join erasure_parts
      )
      select id from erased;
  end
  $$;

do $$
begin
  grant select, insert, update, delete on search_segments, search_postings to leadtriage_insights;
  grant select, update on search_progress to leadtriage_insights;
  grant usage on search_segment_ids to leadtriage_insights;
exception
  when insufficient_privilege or undefined_object then
    raise notice 'no roles of services here: the services must connect as the owner of the tables';
end
$$;
