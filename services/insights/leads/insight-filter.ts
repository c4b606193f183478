import { z } from 'zod'
import { timeSchema } from '../../../contract/time.ts'
import { Stage } from '../../../domain/insight.ts'
import { Intent, NextAction, Priority } from '../../../domain/vocabulary.ts'
import type { Principal } from '../../../lib/auth/principal.ts'
import { AppError, ErrorCode } from '../../../lib/errors/app-error.ts'
import { oneOf } from '../../../lib/errors/request-schema.ts'
import { LeadState, mayReadPersonalData } from './lead-insight.ts'

/**
 * Selects leads that match every given field. An empty list, like undefined, does not filter. What a person corrected
 * counts instead of what the analyzer determined.
 */
export type InsightFilter = z.output<typeof insightFilterSchema>

const MAX_VALUES = 20
const MAX_VALUE_LENGTH = 200
const MIN_TEXT_LENGTH = 3

function anyOf<T extends z.ZodType>(value: T) {
  return z
    .array(value, { error: 'must be a list' })
    .max(MAX_VALUES, { error: `must have at most ${MAX_VALUES} values` })
    .default([])
}

const text = z
  .string({ error: 'must be a string' })
  .min(1, { error: 'must not be empty' })
  .max(MAX_VALUE_LENGTH, { error: `must be at most ${MAX_VALUE_LENGTH} characters` })
  .refine(isStorable, { error: 'must be valid Unicode, without the null character U+0000' })

/** Other text is in no column of PostgreSQL. */
function isStorable(value: string): boolean {
  return value.isWellFormed() && !value.includes('\u0000')
}

const confidence = z.number({ error: 'must be a number' }).min(0, { error: 'must be 0 to 1' }).max(1, {
  error: 'must be 0 to 1',
})

/** The fields of a filter, with the names that the protobuf message has. */
export const insightFilterSchema = z
  .strictObject(
    {
      priorities: anyOf(oneOf(Priority)),
      intents: anyOf(oneOf(Intent)),
      next_actions: anyOf(oneOf(NextAction)),
      stages: anyOf(oneOf(Stage)),
      /** An insight must have all of them. */
      tags: anyOf(text),
      languages: anyOf(text),
      analyzers: anyOf(text),
      min_confidence: confidence.optional(),
      max_confidence: confidence.optional(),
      corrected: z.boolean({ error: 'must be true or false' }).optional(),
      states: anyOf(oneOf(LeadState)),
      sources: anyOf(text),
      clients: anyOf(text),
      created_after: timeSchema.optional(),
      created_before: timeSchema.optional(),
      email: text.optional(),
      /** Contained in the note, the name or the email address, in any case. */
      text: text
        .refine((value) => [...value].length >= MIN_TEXT_LENGTH, {
          error: `must have at least ${MIN_TEXT_LENGTH} characters`,
        })
        .optional(),
    },
    { error: (issue) => (issue.code === 'unrecognized_keys' ? 'is not a field of the filter' : 'must be an object') },
  )
  .refine(({ min_confidence: min = 0, max_confidence: max = 1 }) => min <= max, {
    path: ['max_confidence'],
    error: 'must not be less than min_confidence',
  })
  .refine(({ created_after: after, created_before: before }) => !after || !before || after < before, {
    path: ['created_before'],
    error: 'must be after created_after',
  })
  .transform((fields) => ({
    priorities: fields.priorities,
    intents: fields.intents,
    nextActions: fields.next_actions,
    stages: fields.stages,
    tags: fields.tags,
    languages: fields.languages,
    analyzers: fields.analyzers,
    minConfidence: fields.min_confidence,
    maxConfidence: fields.max_confidence,
    corrected: fields.corrected,
    states: fields.states,
    sources: fields.sources,
    clients: fields.clients,
    createdAfter: fields.created_after,
    createdBefore: fields.created_before,
    email: fields.email,
    text: fields.text,
  }))

/**
 * Whether only leads with an insight can match, because the filter has a field of the insight.
 */
export function needsInsight(filter: InsightFilter): boolean {
  const { priorities, intents, nextActions, stages, tags, languages, analyzers } = filter
  if ([priorities, intents, nextActions, stages, tags, languages, analyzers].some(({ length }) => length > 0))
    return true
  return [filter.minConfidence, filter.maxConfidence, filter.corrected].some((value) => value !== undefined)
}

/**
 * A caller that may not read personal data must not find it out by filtering either.
 *
 * @throws AppError `permission_denied`
 */
export function assertMayFilter({ email, text }: InsightFilter, principal: Principal): void {
  if ((email === undefined && text === undefined) || mayReadPersonalData(principal)) return
  throw new AppError(ErrorCode.PermissionDenied, 'To filter by email or text, the credential needs leads:read.')
}
