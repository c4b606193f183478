-- The service of an audit event is what the login of the caller proves, and the audit log is listed by time.

-- A caller that may act as the owner of the table could write the event without this function, so the service it names
-- is believed: an installation without roles of services, the migration job, `leadtriage keys create --bootstrap`. Any
-- other caller is the service whose role it is a member of. If it is a member of several, it may name one of them.
create or replace function record_audit_event(
  service text, actor text, action text, target text, details jsonb, address text, request_id text
) returns void
  language sql security definer set search_path = public, pg_temp
  as $$
    insert into audit_events (service, actor, action, target, details, address, request_id)
    select
      case
        -- current_user is the owner of this function and of the table
        when pg_has_role(session_user, current_user, 'member') or service = any(own.services) then service
        else coalesce(array_to_string(own.services, ' or '), session_user)
      end,
      actor, action, target, details, address, request_id
    from (
      -- null without a membership; the roles may be missing, hence no pg_has_role by name
      select array_agg(substr(rolname, length('leadtriage_') + 1) order by rolname) as services
      from pg_roles
      where rolname in ('leadtriage_intake', 'leadtriage_triage', 'leadtriage_insights')
        and pg_has_role(session_user, oid, 'member')
    ) own
  $$;

-- for each filter of ListAuditEvents, in the order of its pages
create index audit_events_by_time on audit_events (occurred_at, id);
create index audit_events_by_actor on audit_events (actor, occurred_at, id);
create index audit_events_by_action on audit_events (action, occurred_at, id);
