-- The incarnation of the queue that the reconciler last published into. Another one may have nothing of what was
-- published before, so all of that is due at once.
alter table reconciliation add column queue_incarnation text;
