-- The id of an insight is made from its lead's id (UUIDv5), so it is as unique as that one, the primary key. An index of
-- random values is written all over for each insight, and the worse the larger it is.

alter table insights drop constraint insights_id_key;
