-- Finds other leads with the same email address or phone number as a lead: the newest 21, newest first. A phone number
-- without digits matches none.
--
-- Reads the ends of two ranges of leads_by_email and leads_by_phone, however many leads a person has. Without the
-- settings the planner would, by the average number of leads of a person, rather read and sort all of them. Constant
-- limits, because it plans a statement with other ones at each call.
create function related_leads(subject_id uuid) returns table (lead_id uuid, created_at timestamptz)
  language plpgsql stable rows 3 set enable_bitmapscan = off set enable_seqscan = off
  as $$
  begin
    return query
      with subject as materialized (select d.email, d.phone from lead_details d where d.lead_id = subject_id)
      select found.lead_id, found.created_at from (
        select same.* from subject, lateral (
          select d.lead_id, d.created_at from lead_details d
          where d.email is not null and subject_email(d.email) = subject_email(subject.email)
          order by d.created_at desc, d.lead_id desc limit 22
        ) same
        union
        select same.* from subject, lateral (
          select d.lead_id, d.created_at from lead_details d
          where d.phone is not null and subject_phone(d.phone) = nullif(subject_phone(subject.phone), '')
          order by d.created_at desc, d.lead_id desc limit 22
        ) same
      ) found
      where found.lead_id <> subject_id
      order by found.created_at desc, found.lead_id desc limit 21;
  end
  $$;
revoke execute on function related_leads from public;

do $$
begin
  grant execute on function related_leads to leadtriage_insights;
exception
  when insufficient_privilege or undefined_object then
    raise notice 'no roles of services here: the services must connect as the owner of the tables';
end
$$;
