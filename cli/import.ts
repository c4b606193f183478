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
Prints the answer as it comes. The exit code:
  0  all rows are stored
  1  a row is not, or intake refuses the request: mend what the answer names
  2  nothing was sent: an argument or the file is at fault
  3  it was cut off, or intake is away or busy: send the same again, with the same key
`

export const ExitCode = { Stored: 0, NotStored: 1, NotSent: 2, SendAgain: 3 } as const
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode]

/** A file on its way. */
interface Sending {
  readonly request: Request
  /** What is wrong with the file, once reading it has failed. */
  readonly fileFault: () => Error | undefined
}

/** What intake says at the end. */
interface LastLine {
  readonly done?: { readonly conflicts: number; readonly invalid: number }
  readonly failed?: { readonly status: number }
}

/** The command `leadtriage import`: sends a file to `POST /leads:import`, and tells by its exit code what to do then. */
export async function runImport(args: string[]): Promise<ExitCode> {
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

/** @throws Error what is wrong with an argument or the file */
async function openFile({ file, url, key }: { file: string; url: string; key?: string }): Promise<Sending> {
  const type = TYPES[extname(file).toLowerCase()]
  if (type === undefined) throw new Error(`FILE must end in ${Object.keys(TYPES).join(', ')}`)
  const target = new URL('/leads:import', url)
  if (!/^https?:$/.test(target.protocol)) throw new Error('--url must begin with http:// or https://')
  const headers = new Headers({ 'content-type': type, ...(key === undefined ? {} : { 'idempotency-key': key }) })
  const body = (await open(file)).createReadStream()
  let fault: Error | undefined
  body.once('error', (error) => {
    fault = error
  })
  const init = {
    method: 'POST',
    headers,
    body,
    duplex: 'half', // of what fetch takes, the types do not know this and streams of Node
  }
  return { request: new Request(target, init as unknown as RequestInit), fileFault: () => fault }
}

/** @throws Error when the file cannot be read */
async function sendFile({ request, fileFault }: Sending): Promise<ExitCode> {
  try {
    const response = await fetch(request)
    if (!isIntakes(response)) return tellOfStranger(request, response)
    const line = await printAnswer(response)
    if (!response.ok) return afterRefusal(response.status)
    if (line.done !== undefined) {
      return line.done.conflicts + line.done.invalid === 0 ? ExitCode.Stored : ExitCode.NotStored
    }
    if (line.failed !== undefined) return afterRefusal(line.failed.status)
    return sendAgain('the answer was cut off')
  } catch (error) {
    const fault = fileFault()
    if (fault !== undefined) throw fault
    return sendAgain(`the connection to ${request.url} failed: ${toText(error)}`)
  }
}

/** Whether intake itself has answered: an answer of its own is of one of two kinds. */
function isIntakes({ headers }: Response): boolean {
  return /^application\/(x-ndjson|problem\+json)\b/.test(headers.get('content-type') ?? '')
}

/** A gateway, for example, with a page of its own. */
function tellOfStranger({ url }: Request, { status, headers }: Response): ExitCode {
  const type = headers.get('content-type') ?? 'no content type'
  process.stderr.write(
    `${url} answers ${status} with ${type}: that is not intake. Look at --url and what is in between.\n`,
  )
  return afterRefusal(status)
}

/** Prints the lines as they come. @returns the last one */
async function printAnswer({ body }: Response): Promise<LastLine> {
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

/** By the statuses that pass: too slow, too early, too many, and whatever is the other side's fault. */
function afterRefusal(status: number): ExitCode {
  return status >= 500 || [408, 425, 429, 499].includes(status)
    ? sendAgain(`the answer ends with status ${status}`)
    : ExitCode.NotStored
}

function sendAgain(why: string): ExitCode {
  process.stderr.write(`${why}: send the same again, with the same key\n`)
  return ExitCode.SendAgain
}

function toText(error: unknown): string {
  const { message, cause } = error instanceof Error ? error : new Error(String(error))
  return cause instanceof Error ? `${message}: ${cause.message}` : message
}
