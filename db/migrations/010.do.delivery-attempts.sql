-- How the deliveries of a lead's message ended, for leads that were not triaged in the first one. The server counts
-- deliveries only; what waited for capacity is no attempt, and what ended without an answer may have killed its worker.
-- Takes the place of suspects, which the version before this one still writes to.
create table delivery_attempts (
  lead_id uuid primary key,
  message text not null,                   -- which message: its sequence in the stream and when it was stored
  delivery int not null,                   -- the last delivery that was answered, as the consumer counts them
  answered int not null,                   -- how many deliveries ended with an answer
  failures int not null,                   -- how many of these were failures of the handler
  begun int not null,                      -- how many handlings of a poison message began and have no answer
  begun_delivery int not null              -- the delivery of the last of them
);

do $$
begin
  grant select, insert, update, delete on delivery_attempts to leadtriage_triage;
exception
  when insufficient_privilege or undefined_object then
    raise notice 'no roles of services here: the services must connect as the owner of the tables';
end
$$;
