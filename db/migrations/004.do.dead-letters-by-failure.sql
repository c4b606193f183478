-- the list of dead letters, the newest failure first
create index dead_letters_by_failure on dead_letters (last_failed_at, lead_id);
