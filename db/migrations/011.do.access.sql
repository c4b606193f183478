-- API keys and the audit log, both owned by intake. The other services verify keys with a view. They report uses of keys
-- and administrative acts with functions that run as the owner of the tables, so that none of them can change a key or an
-- audit event.

create table api_keys (
  id uuid primary key,
  hash bytea not null unique,              -- SHA-256 of the key, which is not stored
  hint text not null,                      -- the first characters of the key, to tell it from others
  kind text not null check (kind in ('secret', 'publishable')),
  name text not null,
  client_id text not null,                 -- owns idempotency keys; several keys may belong to one client
  scopes text[] not null,
  origins text[] not null default '{}',    -- of a publishable key: where its forms may be
  created_at timestamptz(3) not null default now(),
  created_by text not null,                -- an actor, as in the audit log
  expires_at timestamptz(3),
  revoked_at timestamptz(3),
  last_used_at timestamptz(3),
  check (kind = 'secret' or scopes = array['leads:write']),
  check (kind = 'publishable' or origins = '{}')
);
create index api_keys_by_creation on api_keys (created_at, id);

create view api_key_credentials as
  select id, hash, kind, client_id, scopes, origins, expires_at, revoked_at from api_keys;

create function record_key_uses(key_ids uuid[], used_at timestamptz) returns void
  language sql security definer set search_path = public, pg_temp
  as $$
    update api_keys set last_used_at = greatest(last_used_at, used_at) where id = any(key_ids)
  $$;

create table audit_events (
  id bigint generated always as identity primary key,
  occurred_at timestamptz(3) not null default now(),
  service text not null,
  actor text not null,                     -- key:<id>, jwt:<subject>, user:<id>, cli or anonymous
  action text not null,                    -- for example keys.create
  target text not null,                    -- what was acted on: ids and numbers, never personal data
  details jsonb not null default '{}',
  address text,                            -- where the call came from
  request_id text
);

create function record_audit_event(
  service text, actor text, action text, target text, details jsonb, address text, request_id text
) returns void
  language sql security definer set search_path = public, pg_temp
  as $$
    insert into audit_events (service, actor, action, target, details, address, request_id)
    values (service, actor, action, target, details, address, request_id)
  $$;

revoke execute on function record_key_uses, record_audit_event from public;

do $$
begin
  grant select, insert, update on api_keys to leadtriage_intake;
  grant select on audit_events to leadtriage_intake;
  grant select on api_key_credentials to leadtriage_intake, leadtriage_triage, leadtriage_insights;
  grant execute on function record_key_uses, record_audit_event
    to leadtriage_intake, leadtriage_triage, leadtriage_insights;
exception
  when insufficient_privilege or undefined_object then
    raise notice 'no roles of services here: the services must connect as the owner of the tables';
end
$$;
