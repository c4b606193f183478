import { open } from 'node:fs/promises'
import { extname } from 'node:path'
import { parseArgs } from 'node:util'

const TYPES: Readonly<Record<string, string>> = {
  '.csv': 'text/csv',
  '.ndjson': 'application/x-ndjson',
  '.jsonl': 'application/jsonl',
}
const USAGE = `Sends a file of leads to intake and tells of the progress.

  npm run leadtriage -- import FILE [--url URL] [--key UUID]

  FILE        CSV or a JSON object a line, by its ending: ${Object.keys(TYPES).join(', ')}
  --url URL   of intake; default http://127.0.0.1:8000
  --key UUID  for rows without an idempotency_key: the same file with the same key changes nothing
Prints the answer as it comes; the exit code is 0 when all rows are stored, 1 when one is not.
`

/**
 * The command `leadtriage import`: sends a file to `POST /leads:import`.
 *
 * @returns the exit code: 0, 1 when a row is not stored, 2 when an argument, the file or the connection is at fault
 */
export async function runImport(args: string[]): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        url: { type: 'string', default: 'http://127.0.0.1:8000' },
        key: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) process.stdout.write(USAGE)
    else return (await sendFile({ ...values, file: positionals[0] ?? '' })) ? 0 : 1
    return 0
  } catch (error) {
    const { message, cause } = error instanceof Error ? error : new Error(String(error))
    process.stderr.write(`${message}${cause instanceof Error ? `: ${cause.message}` : ''}\n\n${USAGE}`)
    return 2
  }
}

/** @returns whether all rows are stored */
async function sendFile({ file, url, key }: { file: string; url: string; key?: string }): Promise<boolean> {
  const type = TYPES[extname(file).toLowerCase()]
  if (type === undefined) throw new Error(`FILE must end in ${Object.keys(TYPES).join(', ')}`)
  const request = {
    method: 'POST',
    headers: { 'content-type': type, ...(key === undefined ? {} : { 'idempotency-key': key }) },
    body: (await open(file)).createReadStream(),
    duplex: 'half', // of what fetch takes, the types do not know this and streams of Node
  }
  const response = await fetch(new URL('/leads:import', url), request as unknown as RequestInit)
  let end = ''
  for await (const text of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    process.stdout.write(text)
    end = (end + text).split('\n').slice(-2).join('\n')
  }
  const { done } = JSON.parse(end || '{}') as { done?: { conflicts: number; invalid: number } }
  return done !== undefined && done.conflicts + done.invalid === 0
}
