import type postgres from 'postgres'

type Element = string | number | null

/**
 * Array types of statement parameters, by OID (pg_type.dat of PostgreSQL). The driver could fetch them on every new
 * connection, but if that connection is reset during the query, the process ends with an unhandled rejection (version
 * 3.4.9). So `fetch_types` is off and the types are listed here. Select arrays in results as JSON.
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

/** An array of numbers as a PostgreSQL literal. */
function numberArrayLiteral(elements: readonly Element[]): string {
  return `{${elements.map((element) => element ?? 'NULL').join(',')}}`
}

/** An array of texts as a PostgreSQL literal: elements are quoted and escaped, except null. */
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
