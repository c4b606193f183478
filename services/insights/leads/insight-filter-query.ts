import { z } from 'zod'
import { intentField, timeField } from '../../../contract/rest-fields.ts'
import { Scope } from '../../../lib/auth/scopes.ts'
import { withQueryPaths } from '../../../lib/server/rest/query-paths.ts'
import { nextActionField, priorityField, stageField } from '../insight-body.ts'
import { LeadState } from './lead-insight.ts'

/** Parameters that may be repeated, with the names of their fields in `insightFilterSchema`. */
const LISTS = {
  priority: 'priorities',
  intent: 'intents',
  next_action: 'next_actions',
  stage: 'stages',
  tag: 'tags',
  language: 'languages',
  analyzer: 'analyzers',
  state: 'states',
  source: 'sources',
  client: 'clients',
} as const
/** Other parameters that are not text. */
const NUMBERS = ['min_confidence', 'max_confidence'] as const

function repeatable<T extends z.ZodType>(value: T, description: string) {
  return z
    .union([value, z.array(value).max(20)])
    .optional()
    .meta({ description: `${description} May be repeated.` })
}

export const stateField = z.enum(LeadState).meta({
  id: 'LeadState',
  description:
    '`pending`: the lead waits for triage and has no insight; `open`: it has one; `dead_lettered`: triage failed, and ' +
    'the lead gets no insight unless it is redriven.',
})

/** The parameters of a filter as the OpenAPI document describes them. */
export const filterQueryShape = {
  priority: repeatable(priorityField, 'How soon someone must act.'),
  intent: repeatable(intentField, 'What the sender wants.'),
  next_action: repeatable(nextActionField, 'What to do with the lead.'),
  stage: repeatable(stageField, 'Whether the insight is final.'),
  tag: repeatable(z.string(), 'A tag of the insight. If repeated, the insight has all of them.'),
  language: repeatable(z.string(), 'ISO 639-1 code, or `und`.'),
  analyzer: repeatable(z.string(), 'As name@version.'),
  min_confidence: z.number().min(0).max(1).optional().meta({ description: 'The lowest confidence, inclusive.' }),
  max_confidence: z.number().min(0).max(1).optional().meta({ description: 'The highest confidence, inclusive.' }),
  corrected: z.boolean().optional().meta({ description: 'Whether a person corrected the insight.' }),
  state: repeatable(stateField, 'The state of the lead.'),
  source: repeatable(z.string(), 'The origin of the lead.'),
  client: repeatable(z.string(), 'The client that stored the lead.'),
  created_after: timeField.optional().meta({ description: 'The lead was created at or after this time.' }),
  created_before: timeField.optional().meta({ description: 'The lead was created before this time.' }),
  email: z.string().optional().meta({ description: 'The whole email address, in any case. Needs `leads:read`.' }),
  text: z
    .string()
    .optional()
    .meta({
      description:
        'Text that the note, the name or the email address contains, in any case: 3 to 200 characters. Needs ' +
        '`leads:read`.',
    }),
}

/** The config of a route whose query has a filter. */
export const FILTERED_ROUTE = { scope: Scope.InsightsRead, listParameters: Object.keys(LISTS) }

/**
 * Splits the parameters of a query, which are strings, into the filter, in the form that `insightFilterSchema` validates,
 * and the others as they are. Unknown ones are among the others, and are rejected by the use case.
 */
export function splitQuery(query: Readonly<Record<string, unknown>>): {
  filter: Record<string, unknown>
  others: Record<string, unknown>
} {
  const others = Object.entries(query).filter(([name]) => !(name in filterQueryShape))
  return { filter: filterInputOf(query), others: Object.fromEntries(others) }
}

function filterInputOf(query: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const input: Record<string, unknown> = {}
  for (const name of Object.keys(filterQueryShape)) {
    const value = query[name]
    if (value === undefined) continue
    if (isList(name)) input[LISTS[name]] = Array.isArray(value) ? value : [value]
    else input[name] = (NUMBERS as readonly string[]).includes(name) ? numberOf(value) : value
  }
  if (input.corrected !== undefined) input.corrected = booleanOf(input.corrected)
  return input
}

function isList(name: string): name is keyof typeof LISTS {
  return name in LISTS
}

/** Anything else stays as it is and is reported as a violation. */
function numberOf(value: unknown): unknown {
  return typeof value === 'string' && /^\d*\.?\d+$/.test(value) ? Number(value) : value
}

/** Anything else stays as it is and is reported as a violation. */
export function booleanOf(value: unknown): unknown {
  if (value === 'true') return true
  return value === 'false' ? false : value
}

const FIELDS = Object.fromEntries(
  Object.keys(filterQueryShape).map((name) => [name, `filter.${isList(name) ? LISTS[name] : name}`]),
)

/** Gives violations the names of parameters instead of those of fields. */
export function withFilterPaths(error: unknown): unknown {
  return withQueryPaths(error, FIELDS)
}
