-- Erasure of leads. Intake deletes a lead and stores a tombstone in one transaction; each owner of other data about the
-- lead then erases its part and deletes its row of pending_erasures. docs/decisions/023-erasure.md explains the design.

-- Tombstones. They are kept for ever and have no personal data.
create table erased_leads (
  key_hash bytea primary key,              -- SHA-256 of '<idempotency key> <client>': blocks the key, and names neither
  lead_id uuid not null unique,
  erased_at timestamptz(3) not null default now()
);

-- what others than intake may know
create view erased_lead_ids as select lead_id from erased_leads;

-- Always empty, and used for its lock only. Every statement that stores something for a lead takes it in ROW EXCLUSIVE
-- mode (contract/erased-leads.ts), an erasure in SHARE mode until its commit. A statement gets its snapshot after its
-- locks. So it either commits before the erasure begins, which then deletes what it stored, or it sees the tombstone.
-- A table of its own, because pg_dump and autovacuum lock the others.
create table erasure_gate ();

-- What has to be erased besides the rows of intake, and by whom. A service that keeps data about leads adds its part.
create table erasure_parts (part text primary key);
insert into erasure_parts values
  ('queue'),                               -- intake: the message in the stream of leads
  ('triage');                              -- triage: its rows, and the events of insights

-- an erasure is complete when it has no rows here
create table pending_erasures (
  part text not null,
  lead_id uuid not null,
  leased_until timestamptz(3),             -- a process erases it until then
  primary key (part, lead_id)
);

-- the only rows that triage may see, lease and delete
create view triage_erasures as select lead_id, leased_until from pending_erasures where part = 'triage';

-- How a person's leads are found; services/intake/erasure/ describes it. Both sides of a comparison use the function, so
-- that they follow the same rules whatever the locale of the database is.
create function subject_email(email text) returns text
  language sql immutable parallel safe
  as $$ select lower(normalize(email, nfkc)) $$;

create function subject_phone(phone text) returns text
  language sql immutable parallel safe
  as $$
    select ltrim(
      regexp_replace(
        translate(normalize(phone, nfkc), '٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹', '01234567890123456789'), '[^0-9]', '', 'g'
      ), '0'
    )
  $$;

-- Returns the ids of the leads that it erased; ids of others are ignored. Locks rows in the order of ids, so that
-- concurrent calls cannot deadlock. New leads and insights wait meanwhile; after a second it fails instead.
create function erase_leads(lead_ids uuid[]) returns setof uuid
  language plpgsql set lock_timeout = '1s'
  as $$
  begin
    lock table erasure_gate in share mode;
    return query
      with locked as materialized (
        select id from leads where id = any(lead_ids) order by id for update
      ), erased as (
        delete from leads l using locked where l.id = locked.id
        returning l.id, sha256(convert_to(l.idempotency_key::text || ' ' || l.client_id, 'UTF8')) as key_hash
      ), unqueued as (
        delete from unsettled_leads u using erased where u.lead_id = erased.id
      ), blocked as (
        insert into erased_leads (key_hash, lead_id) select key_hash, id from erased
      ), pending as (
        insert into pending_erasures (part, lead_id) select part, id from erased cross join erasure_parts
      )
      select id from erased;
  end
  $$;

do $$
begin
  grant select, insert on erased_leads to leadtriage_intake;
  grant select on erasure_parts to leadtriage_intake;
  grant select, insert, delete on pending_erasures to leadtriage_intake;
  grant select on erased_lead_ids to leadtriage_triage;
  grant select, delete, update (leased_until) on triage_erasures to leadtriage_triage;
  grant delete on erasure_gate to leadtriage_intake, leadtriage_triage;
exception
  when insufficient_privilege or undefined_object then
    raise notice 'no roles of services here: the services must connect as the owner of the tables';
end
$$;
