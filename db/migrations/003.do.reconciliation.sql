-- What intake's reconciler remembers. It finds leads that triage has not settled (no final insight of the lead's
-- generation, no dead letter) at a cost that does not grow with the number of settled ones: it walks over the leads
-- once, in the order of their creation, and keeps those that are unsettled in a table of their own.

create index leads_by_creation on leads (created_at, id);

create table reconciliation (
  only_row boolean primary key default true check (only_row),
  -- how far each of the two walks has come; see services/intake/reconciler/
  early_at timestamptz(3) not null default 'epoch',
  early_id uuid not null default '00000000-0000-0000-0000-000000000000',
  late_at timestamptz(3) not null default 'epoch',
  late_id uuid not null default '00000000-0000-0000-0000-000000000000'
);
insert into reconciliation default values;

create table unsettled_leads (
  lead_id uuid primary key,
  check_at timestamptz(3) not null,        -- when to look at it, and to publish it if it is still unsettled
  publishes int not null default 0,
  published_at timestamptz(3)              -- the last time, by the database's clock
);
create index unsettled_leads_due on unsettled_leads (check_at);

-- parked letters that are due
create index dead_letters_due on dead_letters (retry_at) where retry_at is not null;

do $$
begin
  grant select, insert, update, delete on reconciliation, unsettled_leads to leadtriage_intake;
exception
  when insufficient_privilege or undefined_object then
    raise notice 'no roles of services here: the services must connect as the owner of the tables';
end
$$;
