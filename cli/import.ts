import { open } from 'node:fs/promises'
import { extname } from 'node:path'
import { parseArgs } from 'node:util'
import { credentialHeader, DEFAULT_URL } from './call-service.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.csv': 'text/csv',
  '.ndjson': 'application/x-ndjson',
  '.jsonl': 'application/jsonl',
}
const USAGE = `Sends a file of leads to intake and prints the progress.

  npm run leadtriage -- import FILE [--url URL] [--key UUID]

  FILE        CSV, or one JSON object per line; extension ${Object.keys(TYPES).join(', ')}
  --url URL   base URL of intake; default ${DEFAULT_URL}
  --key UUID  idempotency key of the file, for rows without an idempotency_key: a retry with the same key creates no
              duplicates

LEADTRIAGE_API_KEY (or LEADTRIAGE_API_KEY_FILE) is the key for the call, with the scope leads:write.

Exit codes:
  0  all rows are stored
  1  intake rejected a row or the request: fix what the output names
  2  nothing was sent: an argument is invalid or the file cannot be read
  3  the import was interrupted, or intake is unreachable or overloaded: retry the file with the same key
`

export const ExitCode = { Stored: 0, NotStored: 1, NotSent: 2, Retry: 3 } as const
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode]

interface Upload {
  readonly request: Request
  /** The error that ended reading the file, if any. */
  readonly fileError: () => Error | undefined
}

/** The last line of an NDJSON response from intake. */
interface LastLine {
  readonly done?: { readonly conflicts: number; readonly erased: number; readonly invalid: number }
  readonly failed?: { readonly status: number }
}

/** The command `leadtriage import`: sends a file to `POST /leads:import` and prints the response as it arrives. */
export async function runImport(args: string[]): Promise<ExitCode> {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        url: { type: 'string', default: DEFAULT_URL },
        key: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) {
      process.stdout.write(USAGE)
      return ExitCode.Stored
    }
    return await sendFile(await openFile({ ...values, file: positionals[0] ?? '' }))
  } catch (error) {
    process.stderr.write(`${toText(error)}\n\n${USAGE}`)
    return ExitCode.NotSent
  }
}

/** @throws Error when an argument is invalid or the file cannot be opened */
async function openFile({ file, url, key }: { file: string; url: string; key?: string }): Promise<Upload> {
  const type = TYPES[extname(file).toLowerCase()]
  if (type === undefined) throw new Error(`FILE must end in ${Object.keys(TYPES).join(', ')}`)
  const target = new URL('/leads:import', url)
  if (!/^https?:$/.test(target.protocol)) throw new Error('--url must begin with http:// or https://')
  const headers = new Headers({
    ...credentialHeader(process.env),
    'content-type': type,
    ...(key === undefined ? {} : { 'idempotency-key': key }),
  })
  const body = (await open(file)).createReadStream()
  let fileError: Error | undefined
  body.once('error', (error) => {
    fileError = error
  })
  const init = {
    method: 'POST',
    headers,
    body,
    duplex: 'half', // fetch accepts this option and Node streams as body; its types do not
  }
  return { request: new Request(target, init as unknown as RequestInit), fileError: () => fileError }
}

/** @throws Error when the file cannot be read */
async function sendFile({ request, fileError }: Upload): Promise<ExitCode> {
  try {
    const response = await fetch(request)
    if (!isFromIntake(response)) return reportForeignResponse(request, response)
    const line = await printResponse(response)
    if (!response.ok) return exitCodeForError(response.status)
    if (line.done !== undefined) {
      const { conflicts, erased, invalid } = line.done
      return conflicts + erased + invalid === 0 ? ExitCode.Stored : ExitCode.NotStored
    }
    if (line.failed !== undefined) return exitCodeForError(line.failed.status)
    return adviseRetry('the response was cut off')
  } catch (error) {
    const cause = fileError()
    if (cause !== undefined) throw cause
    return adviseRetry(`the connection to ${request.url} failed: ${toText(error)}`)
  }
}

/** Intake responds with one of these two content types. */
function isFromIntake({ headers }: Response): boolean {
  return /^application\/(x-ndjson|problem\+json)\b/.test(headers.get('content-type') ?? '')
}

/** For example the error page of a gateway. */
function reportForeignResponse({ url }: Request, { status, headers }: Response): ExitCode {
  const type = headers.get('content-type') ?? 'no content type'
  process.stderr.write(
    `${url} responded ${status} with ${type}, which is not a response of intake. Check --url and any proxy in between.\n`,
  )
  return exitCodeForError(status)
}

/** Prints the response as it arrives. @returns the last line */
async function printResponse({ body }: Response): Promise<LastLine> {
  let end = ''
  for await (const text of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    process.stdout.write(text)
    end = (end + text).split('\n').slice(-2).join('\n')
  }
  try {
    return JSON.parse(end) as LastLine
  } catch {
    return {} // cut off in the middle of a line
  }
}

/** Server errors, timeouts (408, 499), 425 and rate limits (429) are worth a retry. */
function exitCodeForError(status: number): ExitCode {
  return status >= 500 || [408, 425, 429, 499].includes(status)
    ? adviseRetry(`the import failed with status ${status}`)
    : ExitCode.NotStored
}

function adviseRetry(why: string): ExitCode {
  process.stderr.write(`${why}: retry the file with the same key\n`)
  return ExitCode.Retry
}

function toText(error: unknown): string {
  const { message, cause } = error instanceof Error ? error : new Error(String(error))
  return cause instanceof Error ? `${message}: ${cause.message}` : message
}
