import { parseArgs } from 'node:util'
import { CallError, createCaller } from './call-service.ts'

const DEFAULT_URL = 'http://127.0.0.1:8001'

const USAGE = `Exports corrections of insights, the latest of each lead, with their notes.

  npm run --silent leadtriage -- corrections export [--after TIME] [--before TIME] [--url URL] > FILE

  --after TIME   corrections made at or after this time, such as 2026-01-31T12:00:00Z
  --before TIME  corrections made before this time
  --url URL      base URL of insights; default ${DEFAULT_URL}

Writes a JSON object per line, oldest first, with what the person determined (intent, priority), what the analyzer had
(analyzer, analyzer_intent, analyzer_priority, confidence), and the note. "npm run eval -- --corrections FILE" measures
the agreement, "npm run learn -- --corrections FILE" learns from it. The file contains personal data.

LEADTRIAGE_API_KEY (or LEADTRIAGE_API_KEY_FILE) is the key for the calls, with the scopes insights:read and leads:read.

Exit codes:
  0  done
  1  refused: fix what the output names
  2  nothing was done: an argument or a setting is invalid
  3  insights or the database is unreachable or overloaded: retry
`

interface Verdict {
  readonly intent: string
  readonly priority: string
}

interface Page {
  readonly corrections: readonly {
    readonly correction: {
      readonly id: string
      readonly verdict: Verdict
      readonly analyzer_verdict: Verdict
      readonly analyzer: string
      readonly confidence: number
      readonly created_at: string
    }
    readonly note: string
    readonly language: string
    readonly received_at: string
    readonly tags: readonly string[]
  }[]
  readonly next_page_token: string | null
}

/** The command `leadtriage corrections`. Returns the exit code. */
export async function runCorrections([name = '', ...args]: string[]): Promise<number> {
  try {
    const { values } = parseArgs({
      args,
      options: {
        url: { type: 'string', default: DEFAULT_URL },
        after: { type: 'string' },
        before: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help || name === '--help') process.stdout.write(USAGE)
    else if (name !== 'export') throw new Error('the first argument must be export')
    else await exportAll(values)
    return 0
  } catch (error) {
    if (error instanceof CallError) {
      process.stderr.write(`${error.message}\n`)
      return error.mayRetry ? 3 : 1
    }
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
    return 2
  }
}

async function exportAll({ url, after, before }: { url: string; after?: string; before?: string }): Promise<void> {
  const call = createCaller({
    url,
    env: process.env,
    service: 'insights',
    scopes: 'the scopes insights:read and leads:read',
  })
  const query = new URLSearchParams({ page_size: '500' })
  if (after !== undefined) query.set('created_after', after)
  if (before !== undefined) query.set('created_before', before)
  for (let token: string | null = ''; token !== null; ) {
    query.set('page_token', token)
    const page: Page = await call<Page>('GET', `/corrections?${query}`)
    for (const { correction, note, language, tags, received_at: received } of page.corrections) {
      if (note === '') throw new CallError('The key must have the scope leads:read, to read notes.', false)
      const { id, verdict, analyzer_verdict: had, analyzer, confidence, created_at: corrected } = correction
      const line = {
        ...{ id, note, lang: language, received, intent: verdict.intent, priority: verdict.priority, tags, corrected },
        ...{ analyzer, analyzer_intent: had.intent, analyzer_priority: had.priority, confidence },
      }
      if (!process.stdout.write(`${JSON.stringify(line)}\n`)) {
        await new Promise((resolve) => process.stdout.once('drain', resolve))
      }
    }
    token = page.next_page_token
  }
}
