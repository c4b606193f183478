-- Leads whose event was delivered more than twice without an answer: how often a worker has begun with them since. A
-- note that kills its process is told by that from its neighbours, which were delivered as often and never begun.
create table suspects (
  lead_id uuid primary key,
  generation int not null,
  begun int not null
);

do $$
begin
  grant select, insert, update, delete on suspects to leadtriage_triage;
exception
  when insufficient_privilege or undefined_object then
    raise notice 'no roles of services here: the services must connect as the owner of the tables';
end
$$;
