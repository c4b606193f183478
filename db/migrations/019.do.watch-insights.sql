-- What WatchInsights needs (docs/decisions/033-watch-follows-postgresql.md): the changes of insights in the order of the
-- transactions that made them.

create index insights_by_change on insights (changed_in, lead_id);
