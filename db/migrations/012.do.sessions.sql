-- Sessions of people who signed in, owned by insights. The other services verify a session with a view, which shows live
-- sessions only, and report uses with a function that runs as the owner of the table.

create table sessions (
  hash bytea primary key,                  -- SHA-256 of the session id, which only the browser's cookie has
  id uuid not null unique,
  client_id text not null,                 -- owns idempotency keys, like the client of an API key
  actor text not null,                     -- as in the audit log: user:<id> or key:<id>
  name text,                               -- shown to the person; personal data
  role text,                               -- viewer, agent or admin; null if signed in with an API key
  scopes text[] not null,
  key_id uuid,                             -- the API key that was used to sign in: the session ends with it
  subject text,                            -- sub of the identity provider, null if signed in with an API key
  provider_session text,                   -- sid of the identity provider, for back-channel logout
  provider_tokens bytea,                   -- encrypted with SESSION_SECRET
  checked_at timestamptz(3) not null default now(), -- when the identity provider was last asked about the person
  created_at timestamptz(3) not null default now(),
  idle_minutes int not null,
  expires_at timestamptz(3) not null,      -- moves with each use, up to ends_at
  ends_at timestamptz(3) not null,
  check ((key_id is null) <> (subject is null))
);
create index sessions_by_expiry on sessions (expires_at);
create index sessions_by_check on sessions (checked_at) where subject is not null;
create index sessions_by_subject on sessions (subject);
create index sessions_by_key on sessions (key_id);

create view session_credentials as
  select s.hash, s.id, s.client_id, s.actor, s.scopes, s.expires_at
  from sessions s
  left join api_keys k on k.id = s.key_id
  where s.expires_at > now()
    and (s.key_id is null
      or (k.id is not null and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())));

create function record_session_uses(session_ids uuid[]) returns void
  language sql security definer set search_path = public, pg_temp
  as $$
    update sessions set expires_at = least(ends_at, now() + make_interval(mins => idle_minutes))
    where id = any(session_ids) and expires_at > now()
  $$;

revoke execute on function record_session_uses from public;

do $$
begin
  grant select, insert, update, delete on sessions to leadtriage_insights;
  grant select on session_credentials to leadtriage_intake, leadtriage_triage, leadtriage_insights;
  grant execute on function record_session_uses to leadtriage_intake, leadtriage_triage, leadtriage_insights;
exception
  when insufficient_privilege or undefined_object then
    raise notice 'no roles of services here: the services must connect as the owner of the tables';
end
$$;
