import type { Problem } from '../../../lib/server/rest/error.ts'
import type { ImportedList } from './import-leads.ts'
import { NOTHING_IMPORTED } from './import-leads.ts'

/**
 * The response to an import as newline-delimited JSON: for each list its violations and the progress, then a last line
 * with the outcome.
 *
 * @param fail converts an error of the import to a problem
 */
export async function* responseLines(
  first: IteratorResult<ImportedList, void>,
  others: AsyncGenerator<ImportedList, void>,
  fail: (thrown: unknown) => Problem,
): AsyncGenerator<string> {
  let progress = NOTHING_IMPORTED
  try {
    for (let list = first; !list.done; list = await others.next()) {
      progress = list.value.progress
      yield toLines([...list.value.faults, { progress }])
    }
    yield toLines([{ done: progress }])
  } catch (error) {
    yield toLines([{ failed: fail(error), progress }])
  } finally {
    await others.return()
  }
}

function toLines(values: readonly object[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('')
}
