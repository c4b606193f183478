import type { ParseArgsOptionsConfig } from 'node:util'
import { parseArgs } from 'node:util'
import { createBootstrapKey } from './bootstrap-key.ts'
import type { CallService } from './call-service.ts'
import { CallError, createCaller, DEFAULT_URL } from './call-service.ts'
import type { CreatedKey, Key, RotatedKey } from './print-keys.ts'
import { printKeys, printNewKey } from './print-keys.ts'

const USAGE = `Manages API keys, by a running intake or, for the first key, in the database.

  npm run leadtriage -- keys create --name NAME --client CLIENT --scope SCOPES [--expires TIME]
  npm run leadtriage -- keys create --publishable --name NAME --client CLIENT --origin ORIGIN... [--expires TIME]
  npm run leadtriage -- keys create --bootstrap [--force]
  npm run leadtriage -- keys list
  npm run leadtriage -- keys revoke ID
  npm run leadtriage -- keys rotate ID [--overlap SECONDS] [--expires TIME]

  --name NAME        what the key is for
  --client CLIENT    owner of idempotency keys and limits, such as website
  --scope SCOPES     what the key permits, such as leads:write,leads:read; may be repeated
  --publishable      a key for web forms, which may only store leads
  --origin ORIGIN    where such a form may be, such as https://www.example.com; may be repeated
  --expires TIME     such as 2027-01-31 or 2027-01-31T12:00:00Z; without it the key does not expire
  --overlap SECONDS  how long the rotated key remains valid; default 86400, one day
  --bootstrap        migrates the database at DATABASE_URL if necessary, and creates a key with all scopes there, unless
                     there is one that can manage keys
  --force            with --bootstrap: creates one in any case
  --url URL          base URL of intake; default ${DEFAULT_URL}
  --json             prints the response of intake

LEADTRIAGE_API_KEY (or LEADTRIAGE_API_KEY_FILE) is the key for the call, with the scope keys:admin.
The text of a new key is printed once, alone on standard output; what else is known of it goes to standard error. To
capture it, call npm run with --silent.

Exit codes:
  0  done
  1  refused: fix what the output names
  2  nothing was done: an argument or a setting is invalid
  3  intake or the database is unreachable or overloaded: retry; a key may have been created, see "keys list"
`

export const ExitCode = { Done: 0, Refused: 1, NotSent: 2, Retry: 3 } as const
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode]

const COMMON = {
  url: { type: 'string', default: DEFAULT_URL },
  json: { type: 'boolean', default: false },
} as const satisfies ParseArgsOptionsConfig
const EXPIRES = { expires: { type: 'string' } } as const satisfies ParseArgsOptionsConfig

const COMMANDS: Readonly<Record<string, (args: string[]) => Promise<ExitCode>>> = { create, list, revoke, rotate }

/** The command `leadtriage keys`. */
export async function runKeys([name = '', ...args]: string[]): Promise<ExitCode> {
  if ([name, ...args].includes('--help')) {
    process.stdout.write(USAGE)
    return ExitCode.Done
  }
  try {
    const command = COMMANDS[name]
    if (command === undefined) throw new Error(`the first argument must be one of ${Object.keys(COMMANDS).join(', ')}`)
    return await command(args)
  } catch (error) {
    if (error instanceof CallError) {
      process.stderr.write(`${error.message}\n`)
      return error.mayRetry ? ExitCode.Retry : ExitCode.Refused
    }
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
    return ExitCode.NotSent
  }
}

function callerOf(url: string): CallService {
  return createCaller({ url, env: process.env, service: 'intake', scopes: 'the scope keys:admin' })
}

async function create(args: string[]): Promise<ExitCode> {
  if (args.includes('--bootstrap')) return bootstrap(args)
  const { values } = parseArgs({
    args,
    options: {
      ...COMMON,
      ...EXPIRES,
      name: { type: 'string' },
      client: { type: 'string' },
      scope: { type: 'string', multiple: true, default: [] },
      publishable: { type: 'boolean', default: false },
      origin: { type: 'string', multiple: true, default: [] },
    },
  })
  const { name, client, publishable, url, json } = values
  if (name === undefined || client === undefined) throw new Error('--name and --client are required')
  const created = await callerOf(url)<CreatedKey>('POST', '/keys', {
    kind: publishable ? 'publishable' : 'secret',
    name,
    client_id: client,
    scopes: values.scope.flatMap((scopes) => scopes.split(',')),
    origins: values.origin,
    ...expiryOf(values.expires),
  })
  printNewKey(created, json)
  return ExitCode.Done
}

async function bootstrap(args: string[]): Promise<ExitCode> {
  const options = { bootstrap: { type: 'boolean' }, force: { type: 'boolean', default: false } } as const
  const { values } = parseArgs({ args, options })
  process.stdout.write(`${await createBootstrapKey(process.env, { force: values.force })}\n`)
  return ExitCode.Done
}

async function list(args: string[]): Promise<ExitCode> {
  const { values } = parseArgs({ args, options: COMMON })
  printKeys(await allKeys(callerOf(values.url)), values.json)
  return ExitCode.Done
}

async function allKeys(call: CallService): Promise<Key[]> {
  const keys: Key[] = []
  for (let token = ''; ; ) {
    const query = new URLSearchParams({ page_size: '500', page_token: token })
    const page = await call<{ keys: Key[]; next_page_token: string | null }>('GET', `/keys?${query}`)
    keys.push(...page.keys)
    if (page.next_page_token === null) return keys
    token = page.next_page_token
  }
}

async function revoke(args: string[]): Promise<ExitCode> {
  const { values, positionals } = parseArgs({ args, options: COMMON, allowPositionals: true })
  const path = `/keys/${idOf(positionals)}:revoke`
  printKeys([await callerOf(values.url)<Key>('POST', path)], values.json)
  return ExitCode.Done
}

async function rotate(args: string[]): Promise<ExitCode> {
  const { values, positionals } = parseArgs({
    args,
    options: { ...COMMON, ...EXPIRES, overlap: { type: 'string' } },
    allowPositionals: true,
  })
  const path = `/keys/${idOf(positionals)}:rotate`
  const { url, json, overlap } = values
  if (overlap !== undefined && !/^\d{1,9}$/.test(overlap)) throw new Error('--overlap must be a number of seconds')
  const body = { ...expiryOf(values.expires), ...(overlap !== undefined && { overlap_seconds: Number(overlap) }) }
  printNewKey(await callerOf(url)<RotatedKey>('POST', path, body), json)
  return ExitCode.Done
}

function idOf(positionals: readonly string[]): string {
  const [id, ...others] = positionals
  if (id === undefined || others.length > 0) throw new Error('exactly one ID of a key is required')
  if (!/^[0-9a-f-]{36}$/i.test(id)) throw new Error('ID must be the id of a key, as "keys list" shows it')
  return id
}

/** A day without a time begins at midnight in UTC. */
function expiryOf(time: string | undefined): { expires_at?: string } {
  if (time === undefined) return {}
  return { expires_at: /^\d{4}-\d{2}-\d{2}$/.test(time) ? `${time}T00:00:00Z` : time }
}
