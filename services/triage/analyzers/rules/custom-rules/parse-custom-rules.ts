import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { Intent, Priority } from '../../../../../domain/vocabulary.ts'
import { parsePhrases } from '../phrases/phrase.ts'

const weightSchema = z.number().min(-5).max(5).optional()

const customRuleSchema = z.strictObject({
  /** A short statement about the sender, shown as a reason. */
  says: z.string().min(1).max(200),
  /** In the notation of `evidence.ts`. */
  phrases: z
    .string()
    .min(1)
    .superRefine((phrases, context) => {
      try {
        if (parsePhrases(phrases).length === 0) context.addIssue('must contain at least one phrase')
      } catch (error) {
        context.addIssue(error instanceof Error ? error.message : String(error))
      }
    }),
  /** Weight for an intent or a priority, in log-odds: 1 is weak, 2 is strong, 3 is nearly decisive. */
  intent: z.partialRecord(z.enum(Intent), weightSchema).optional(),
  priority: z.partialRecord(z.enum(Priority), weightSchema).optional(),
  tags: z.array(z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, { error: 'must be lower case, with hyphens' })).optional(),
  /** Whether a denial before the phrase disables the rule; default true. */
  deniable: z.boolean().optional(),
})

export type CustomRule = z.infer<typeof customRuleSchema>

/** Parses a setting with the path of a JSON file of custom rules into these rules. */
export const customRulesSetting = z
  .string()
  .transform((file, context): CustomRule[] => {
    try {
      return readCustomRules(file)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      context.addIssue(`must be the path of a valid rules file: ${message}`)
      return z.NEVER
    }
  })
  .default([])

/** @throws Error that lists every fault of the file */
function readCustomRules(file: string): CustomRule[] {
  const parsed = z.array(customRuleSchema).safeParse(JSON.parse(readFileSync(file, 'utf8')))
  if (parsed.success) return parsed.data
  throw new Error(parsed.error.issues.map(({ path, message }) => `${placeOf(path)}: ${message}`).join('; '))
}

/** For example `rule 2, phrases`, counting from 1. */
function placeOf([index, ...field]: readonly PropertyKey[]): string {
  return index === undefined ? 'the file' : [`rule ${Number(index) + 1}`, ...field.map(String)].join(', ')
}
