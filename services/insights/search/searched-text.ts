import type { Sql, SqlFragment } from '../../../lib/postgres/connect.ts'

/**
 * What a search looks at: note, name and email address of a lead `l`, in lower case. `pg_c_utf8` knows the letters of
 * every script, whatever the locale of the database is. U+0001 keeps a term from matching across two fields.
 */
export function foldedText(sql: Sql): SqlFragment {
  return sql`lower(concat_ws(E'\\x01', l.note, l.name, l.email) collate pg_c_utf8)`
}

/** The UTF-8 bytes of {@link foldedText}, about, as an int. Does not read a long note. */
export function textBytes(sql: Sql): SqlFragment {
  return sql`(octet_length(l.note) + coalesce(octet_length(l.name), 0) + coalesce(octet_length(l.email), 0))`
}

/** A term in the form that {@link foldedText} contains it; null without one. */
export function foldedTerm(sql: Sql, term: string | undefined): SqlFragment {
  return sql`lower(${term?.normalize('NFC') ?? null}::text collate pg_c_utf8)`
}

/** Whether a lead `l` contains the term in any case. */
export function containsTerm(sql: Sql, term: string): SqlFragment {
  return sql`position(${foldedTerm(sql, term)} in ${foldedText(sql)}) > 0`
}
