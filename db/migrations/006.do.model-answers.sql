-- What the model analyzer needs: the day's spending of all workers together, and the answers that were bought before.

create table model_spending (
  day date primary key,                    -- in UTC, by the database's clock
  calls bigint not null,
  input_tokens bigint not null,
  output_tokens bigint not null,
  cost double precision not null           -- in the currency of the configured prices
);

-- only insights that a model made are ever looked up by their text
create index insights_by_answer on insights (content_hash, analyzer) where usage is not null;

do $$
begin
  grant select, insert, update, delete on model_spending to leadtriage_triage;
exception
  when insufficient_privilege or undefined_object then
    raise notice 'no roles of services here: the services must connect as the owner of the tables';
end
$$;
