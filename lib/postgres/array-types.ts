import type postgres from 'postgres'

type Element = string | number | null

/**
 * The array types that our statements take as parameters, by their OID (pg_type.dat of PostgreSQL). The driver can ask
 * the server for them on every new connection, but a connection that is reset during that question ends the process
 * with an unhandled rejection (version 3.4.9), so `fetch_types` is off and they are named here. Results carry no
 * arrays: select them as JSON.
 */
export const arrayTypes: Record<string, postgres.PostgresType<readonly Element[]>> = {
  int4Array: arrayType(1007, numberArrayLiteral),
  float8Array: arrayType(1022, numberArrayLiteral),
  textArray: arrayType(1009, textArrayLiteral),
  uuidArray: arrayType(2951, textArrayLiteral),
}

function arrayType(to: number, serialize: (elements: readonly Element[]) => string) {
  return { to, from: [], serialize, parse: unparsed }
}

/** The text form of an array of numbers. */
function numberArrayLiteral(elements: readonly Element[]): string {
  return `{${elements.map((element) => element ?? 'NULL').join(',')}}`
}

/** The text form of an array of texts: every one quoted, its quotes and backslashes escaped, null without quotes. */
export function textArrayLiteral(elements: readonly Element[]): string {
  return `{${elements.map((element) => (element === null ? 'NULL' : quote(String(element)))).join(',')}}`
}

function quote(text: string): string {
  return `"${SPECIAL.test(text) ? text.replace(ALL_SPECIAL, '\\$&') : text}"`
}

const SPECIAL = /["\\]/
const ALL_SPECIAL = /["\\]/g

function unparsed(): never {
  throw new Error('select an array as JSON: to_jsonb(…)')
}
