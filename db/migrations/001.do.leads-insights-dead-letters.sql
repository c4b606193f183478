-- The three tables of the main job. Each has one writer: leads is intake's, the other two are triage's.
-- The vocabulary stands in check constraints, so that no other word can be stored.

create table leads (
  id uuid primary key,                     -- UUIDv7, made by intake: in order of creation, good for the index
  client_id text not null,
  idempotency_key uuid not null,
  request_hash bytea not null,             -- SHA-256 of what was asked for: tells a repeat from a conflict
  generation int not null default 1 check (generation >= 1),
  email text,
  phone text,
  name text,
  note text not null,
  source text,
  content_hash text not null,              -- SHA-256 of the note, hex
  created_at timestamptz(3) not null default now(),
  -- the first layer against duplicates: holds for ever, across replicas and restarts
  unique (client_id, idempotency_key)
);

create table insights (
  lead_id uuid primary key,                -- no foreign key: triage reads no table of intake
  id uuid not null unique,                 -- UUIDv5 of lead_id
  generation int not null,
  stage text not null check (stage in ('provisional', 'final')),
  content_hash text not null,
  intent text not null check (intent in ('buy', 'support', 'spam', 'job', 'other')),
  priority text not null check (priority in ('P0', 'P1', 'P2', 'P3')),
  next_action text not null check (next_action in ('call', 'email', 'qualify', 'ignore')),
  confidence double precision not null check (confidence between 0 and 1),
  tags text[] not null,
  reasons jsonb not null,
  language text not null,
  analyzer text not null,                  -- name@version
  usage jsonb,                             -- model, tokens, cost, ms; null when no model was asked
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now()
);

create table dead_letters (
  lead_id uuid primary key,
  generation int not null,
  reason text not null,
  error text not null,
  attempts int not null,
  first_failed_at timestamptz(3) not null default now(),
  last_failed_at timestamptz(3) not null default now(),
  retry_at timestamptz(3)                  -- set: parked until then, not dead
);

-- What others than intake may know of a lead: that it is there, and its generation.
create view lead_generations as select id as lead_id, generation from leads;
