import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { Intent, Priority } from '../../../../../domain/vocabulary.ts'
import { parsePhrases } from '../phrase.ts'

const weightSchema = z.number().min(-5).max(5).optional()

const customRuleSchema = z.strictObject({
  /** A plain sentence about the sender, shown as a reason. */
  says: z.string().min(1).max(200),
  /** In the notation of `evidence.ts`. */
  phrases: z
    .string()
    .min(1)
    .superRefine((phrases, context) => {
      try {
        if (parsePhrases(phrases).length === 0) context.addIssue('must hold at least one phrase')
      } catch (error) {
        context.addIssue(error instanceof Error ? error.message : String(error))
      }
    }),
  /** How much it speaks for an intent or a priority, in log-odds: 1 leans, 2 speaks, 3 nearly settles it. */
  intent: z.partialRecord(z.enum(Intent), weightSchema).optional(),
  priority: z.partialRecord(z.enum(Priority), weightSchema).optional(),
  tags: z.array(z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, { error: 'must be lower case, with hyphens' })).optional(),
  /** Whether a denial in front of the phrase silences the rule; default true. */
  deniable: z.boolean().optional(),
})

export type CustomRule = z.infer<typeof customRuleSchema>

/** The path of a file of house rules, a JSON array, as an environment variable gives it; becomes the rules in it. */
export const customRulesSetting = z
  .string()
  .transform((file, context): CustomRule[] => {
    try {
      return readCustomRules(file)
    } catch (error) {
      context.addIssue(`must name a file of rules: ${error instanceof Error ? error.message : String(error)}`)
      return z.NEVER
    }
  })
  .default([])

/** @throws Error that tells every fault of the file */
function readCustomRules(file: string): CustomRule[] {
  const parsed = z.array(customRuleSchema).safeParse(JSON.parse(readFileSync(file, 'utf8')))
  if (parsed.success) return parsed.data
  throw new Error(parsed.error.issues.map(({ path, message }) => `${placeOf(path)}: ${message}`).join('; '))
}

/** `rule 2, phrases`: people count from one. */
function placeOf([index, ...field]: readonly PropertyKey[]): string {
  return index === undefined ? 'the file' : [`rule ${Number(index) + 1}`, ...field.map(String)].join(', ')
}
