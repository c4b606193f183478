import { readFileSync } from 'node:fs'
import type { ZodType } from 'zod'
import { bootstrapSettings } from '../db/bootstrap-key.ts'
import { passwordSettings } from '../db/service-logins.ts'
import { jwtSettings } from '../lib/auth/jwt-settings.ts'
import { commonSettings } from '../lib/config/load-config.ts'
import { isSecretSetting } from '../lib/config/secret-settings.ts'
import { insightsSettings } from '../services/insights/config.ts'
import { signInSettings } from '../services/insights/sign-in/settings.ts'
import { intakeSettings } from '../services/intake/config.ts'
import { llmSettings } from '../services/triage/analyzers/llm/settings.ts'
import { triageSettings } from '../services/triage/config.ts'

const PAGE = 'docs/settings.md'
/** A row of a table: the variable in code type, its default, its meaning. */
const ROW = /^\| `([A-Z_]+)` \| ([^|]+) \| [^|]+ \|$/gm

type Schemas = Readonly<Record<string, ZodType>>

const everyService = { ...commonSettings, ...jwtSettings }

/** The sections of the page, and the schemas that each documents. */
const SECTIONS: Readonly<Record<string, Schemas>> = {
  'All services': commonSettings,
  Tokens: jwtSettings,
  Intake: without(intakeSettings, everyService),
  Triage: without(triageSettings, { ...everyService, ...llmSettings }),
  Model: llmSettings,
  'Sign-in': signInSettings,
  Insights: without(insightsSettings, { ...everyService, ...signInSettings }),
}

/** The sentence that lists the settings with a file. */
const SECRETS = /^These settings are secret: ([^.]*)\./m

/**
 * Finds settings whose name or default differs between docs/settings.md and the schemas, in both directions, and
 * differences in the list of secrets.
 */
export function checkSettings(): string[] {
  const page = readFileSync(PAGE, 'utf8')
  return [...checkSecrets(page), ...checkTables(page)]
}

function checkSecrets(page: string): string[] {
  const listed: readonly string[] = SECRETS.exec(page)?.[1]?.match(/[A-Z_]+/g) ?? []
  const all: Schemas = {
    ...intakeSettings,
    ...triageSettings,
    ...insightsSettings,
    ...passwordSettings,
    ...bootstrapSettings,
  }
  const secret = Object.keys(all).filter((name) => isSecretSetting(all[name]))
  return [
    ...secret.filter((name) => !listed.includes(name)).map((name) => `${PAGE} does not list the secret ${name}`),
    ...listed.filter((name) => !secret.includes(name)).map((name) => `${PAGE} lists ${name}, which is no secret`),
  ]
}

function checkTables(page: string): string[] {
  const sections = page.split(/^## /m)
  return Object.entries(SECTIONS).flatMap(([title, schemas]) => {
    const section = sections.find((text) => text.startsWith(`${title}\n`)) ?? ''
    const documented = new Map([...section.matchAll(ROW)].map(([, name = '', value = '']) => [name, value]))
    const names = new Set([...documented.keys(), ...Object.keys(schemas)])
    return [...names].flatMap((name) => {
      const [found, expected] = [documented.get(name), defaultOf(schemas[name])]
      if (found === expected) return []
      if (expected === undefined) return `${PAGE} has ${name} under "${title}", which no schema has`
      return `${PAGE} has ${found ?? 'no row'} for ${name} under "${title}", expected the default ${expected}`
    })
  })
}

/** The default as the page shows it; undefined when there is no such setting. */
function defaultOf(schema: ZodType | undefined): string | undefined {
  if (schema === undefined) return undefined
  const { success, data } = schema.safeParse(undefined)
  if (!success) return 'required'
  const isEmpty = data === undefined || (Array.isArray(data) && data.length === 0)
  return isEmpty ? 'none' : `\`${String(data)}\``
}

function without(all: Schemas, others: Schemas): Schemas {
  return Object.fromEntries(Object.entries(all).filter(([name]) => !(name in others)))
}
