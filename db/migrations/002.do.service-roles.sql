-- One role for each service, with the grants its tables need and no more. They cannot log in: an operator grants
-- them to the users that the services connect as. Roles belong to the whole server, so they may be there already,
-- made by the migration of another database at this very moment.
do $$
declare
  role_name text;
begin
  foreach role_name in array array['leadtriage_intake', 'leadtriage_triage', 'leadtriage_insights'] loop
    begin
      if not exists (select from pg_roles where rolname = role_name) then
        execute format('create role %I nologin', role_name);
      end if;
    exception
      when duplicate_object or unique_violation then null; -- somebody else was quicker
    end;
  end loop;

  grant select, insert, update, delete on leads to leadtriage_intake;
  grant select, insert, update, delete on insights, dead_letters to leadtriage_triage;
  grant select on insights, dead_letters, lead_generations to leadtriage_insights;
  -- the reconciler looks for leads that triage has not finished
  grant select on insights, dead_letters to leadtriage_intake;
  -- a service checks at its start that the schema is not behind it
  grant select on schema_version to leadtriage_intake, leadtriage_triage, leadtriage_insights;
exception
  when insufficient_privilege then
    raise notice 'no right to make roles: the services must connect as the owner of the tables';
end
$$;
