import { z } from 'zod'

/*
 * Building blocks of the schemas that use cases validate requests with. Their errors say what would be right.
 */

/** A request with these fields and no others. */
export function requestObject<S extends z.ZodRawShape>(fields: S) {
  return strictObject(fields, 'must be an object')
}

/** A request that is the body of a REST call, with these fields and no others. */
export function bodyObject<S extends z.ZodRawShape>(fields: S) {
  return strictObject(fields, 'the body must be a JSON object')
}

function strictObject<S extends z.ZodRawShape>(fields: S, expected: string) {
  const error = ({ code }: { code: string }) =>
    code === 'unrecognized_keys' ? 'is not a field of this request' : expected
  return z.strictObject(fields, { error })
}

/** One of the values of an `as const` object. */
export function oneOf<T extends Readonly<Record<string, string>>>(values: T) {
  return z.enum(values, { error: `must be one of ${Object.values(values).join(', ')}` })
}
