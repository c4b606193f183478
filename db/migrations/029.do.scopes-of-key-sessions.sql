-- A session that was started with an API key may do what it could when it started, and no more than the key may now.
create or replace view session_credentials as
  select s.hash, s.id, s.client_id, s.actor,
         case when s.key_id is null then s.scopes
              else array(select scope from unnest(s.scopes) scope where scope = any(k.scopes)) end as scopes,
         s.expires_at
  from sessions s
  left join api_keys k on k.id = s.key_id
  where s.expires_at > now()
    and (s.key_id is null
      or (k.id is not null and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())));
