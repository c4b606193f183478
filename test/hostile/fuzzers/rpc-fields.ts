import type { Random } from '../../../testkit/random.ts'
import type { CaseContext } from '../fuzzer.ts'
import type { Field } from '../wire/protobuf.ts'
import type { RpcCall } from './rpc-calls.ts'

/* Parts of the calls that generators make, and times at and beyond the limits of a Timestamp. */

type Shape = Pick<RpcCall, 'service' | 'method' | 'fields' | 'expected'> & { isRead?: boolean }

export const call = ({ isRead = true, ...shape }: Shape): RpcCall => ({ ...shape, leads: [], isRead })

export const id = (name: string, value: string): Field => ({ no: 1, name, value })
export const duration = (no: number, name: string, ms: number): Field => ({
  no,
  name,
  value: {
    fields: [
      { no: 1, name: 'seconds', value: Math.trunc(ms / 1000) },
      { no: 2, name: 'nanos', value: (ms % 1000) * 1e6 },
    ],
    json: `${ms / 1000}s`,
  },
})
export const time = (no: number, name: string, seconds: number): Field => ({
  no,
  name,
  value: { fields: [{ no: 1, name: 'seconds', value: seconds }], json: timeText(seconds) },
})

function timeText(seconds: number): string {
  const date = new Date(seconds * 1000)
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString()
}

/** Returns a time, and whether it is in the years 1 to 9999. */
export function anyTime(
  no: number,
  name: string,
  random: Random,
): { readonly field: Field; readonly isValid: boolean } {
  const seconds = random.pick([
    0, 1_700_000_000, -62_135_596_800, 253_402_300_799, 253_402_300_800, -62_135_596_801, 1e15,
  ])
  return { field: time(no, name, seconds), isValid: seconds >= -62_135_596_800 && seconds <= 253_402_300_799 }
}

/** Returns the fields of a page, and whether they are valid. */
export function anyPage(
  [sizeNo, tokenNo]: readonly [number, number],
  { random, token }: Pick<CaseContext, 'random' | 'token'>,
): { readonly fields: Field[]; readonly isValid: boolean } {
  const size = random.pick([0, 1, 500, 100_000, 2_147_483_647, -1, -2_147_483_648])
  const pageToken = random.pick(['', '', token(), 'W10', '!!!'])
  const fields: Field[] = [
    { no: sizeNo, name: 'pageSize', value: size },
    { no: tokenNo, name: 'pageToken', value: pageToken },
  ]
  return { fields, isValid: size >= 0 && pageToken === '' }
}
