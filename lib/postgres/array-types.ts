import type postgres from 'postgres'

/**
 * The array types that our statements take as parameters, by their OID (pg_type.dat of PostgreSQL). The driver can ask
 * the server for them on every new connection, but a connection that is reset during that question ends the process
 * with an unhandled rejection (version 3.4.9), so `fetch_types` is off and they are named here. Results carry no
 * arrays: select them as JSON.
 */
const ARRAY_OIDS = { int4: 1007, text: 1009, float8: 1022, uuid: 2951 } as const

export const arrayTypes: Record<
  string,
  postgres.PostgresType<readonly (string | number | null)[]>
> = Object.fromEntries(
  Object.entries(ARRAY_OIDS).map(([name, oid]) => [
    `${name}Array`,
    { to: oid, from: [], serialize: arrayLiteral, parse: unparsed },
  ]),
)

/** The text form of an array: every element quoted, its quotes and backslashes escaped, null without quotes. */
function arrayLiteral(elements: readonly (string | number | null)[]): string {
  return `{${elements.map((element) => (element === null ? 'NULL' : quote(String(element)))).join(',')}}`
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}

function unparsed(): never {
  throw new Error('select an array as JSON: to_jsonb(…)')
}
