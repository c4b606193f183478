import type { NewLead } from '../../../domain/lead.ts'
import type { CaseContext, Mutation } from '../fuzzer.ts'
import { blankText, hostileText, invisibleText, textOfLength } from './hostile-text.ts'

/*
 * The lead of a request, and whether it is valid by the documented rules. The product's own schema is not used: it is
 * under test.
 */

export type FieldName = keyof NewLead
export const FIELD_NAMES: readonly FieldName[] = ['email', 'phone', 'name', 'note', 'source']
/** In code points. */
const LIMITS: Readonly<Record<FieldName, number>> = { email: 254, phone: 64, name: 200, note: 20_000, source: 100 }

export interface LeadDraft {
  /** The fields that are sent. */
  readonly fields: Map<FieldName, string | null>
  /** Fields that a mutation has changed. Each field is changed at most once. */
  readonly touched: Set<FieldName>
  valid: boolean
}

/** Returns a valid lead with a canary in every field. */
export function draftLead(context: CaseContext): LeadDraft {
  const { random } = context
  const fields = new Map<FieldName, string | null>()
  if (random.chance(0.7)) fields.set('email', `${context.token()}@example.com`)
  if (random.chance(0.5)) fields.set('phone', `+49 30 ${context.token()}`)
  if (random.chance(0.5)) fields.set('name', `Ada ${context.token()}`)
  fields.set('note', `How much is the Pro plan for 20 people? ${context.token()}`)
  if (random.chance(0.3)) fields.set('source', context.token())
  return { fields, touched: new Set(), valid: true }
}

/** Returns the lead as it must be stored; undefined if it is invalid. */
export function expectedLead({ fields, valid }: LeadDraft): NewLead | undefined {
  if (!valid) return undefined
  const of = (name: FieldName) => fields.get(name) ?? null
  return { email: of('email'), phone: of('phone'), name: of('name'), note: of('note') ?? '', source: of('source') }
}

function setText(draft: LeadDraft, field: FieldName, text: string | null, valid = true): void {
  draft.fields.set(field, text)
  draft.touched.add(field)
  if (!valid) draft.valid = false
}

function untouched(draft: LeadDraft, names: readonly FieldName[]): FieldName[] {
  return names.filter((name) => !draft.touched.has(name))
}

const FREE_TEXT: readonly FieldName[] = ['note', 'name', 'phone', 'source']
const VALID_EMAILS = ["o'brien+tag@example.co.uk", 'ольга@пример.рф', 'a@b.c', 'x_{|}~-!#$%&@sub.example.com']
const INVALID_EMAILS = [
  '',
  'plain',
  'a@b',
  '@example.com',
  'a b@example.com',
  'a@example.com\n',
  'a@@example.com',
  'a@-example.com',
  'a@exa mple.com',
  '<a@example.com>',
  'a..b@example.com',
  'a@example.com\u200b',
]

/** Invalid and unusual texts, independent of the protocol. */
export const LEAD_MUTATIONS: readonly Mutation<LeadDraft>[] = [
  {
    name: 'hostile text',
    apply: (draft, context, random) => {
      const [field] = random.shuffled(untouched(draft, FREE_TEXT))
      if (field === undefined) return false
      const text = `${hostileText(random)} ${context.token()}`
      setText(draft, field, text, [...text].length <= LIMITS[field])
    },
  },
  {
    name: 'text at its limit',
    apply: (draft, context, random) => {
      const [field] = random.shuffled(untouched(draft, FREE_TEXT))
      if (field === undefined) return false
      setText(draft, field, textOfLength(LIMITS[field], context.token(), random))
    },
  },
  {
    name: 'text over its limit',
    apply: (draft, context, random) => {
      const [field] = random.shuffled(untouched(draft, FREE_TEXT))
      if (field === undefined) return false
      setText(draft, field, textOfLength(LIMITS[field] + random.pick([1, 1, 2, 100]), context.token(), random), false)
    },
  },
  {
    name: 'blank note',
    apply: (draft, _making, random) => {
      if (draft.touched.has('note')) return false
      setText(draft, 'note', blankText(random), false)
    },
  },
  {
    name: 'invisible note',
    apply: (draft, _making, random) => {
      if (draft.touched.has('note')) return false
      setText(draft, 'note', invisibleText(random), false)
    },
  },
  {
    name: 'U+0000',
    apply: (draft, context, random) => {
      const [field] = random.shuffled(untouched(draft, FREE_TEXT))
      if (field === undefined) return false
      setText(draft, field, `${context.token()}\u0000`, false)
    },
  },
  {
    name: 'unusual email',
    apply: (draft, _making, random) => {
      if (draft.touched.has('email')) return false
      setText(draft, 'email', random.pick(VALID_EMAILS))
    },
  },
  {
    name: 'email at its limit',
    apply: (draft, context, random) => {
      if (draft.touched.has('email')) return false
      const over = random.chance(0.5)
      setText(draft, 'email', textOfEmail(LIMITS.email + (over ? 1 : 0), context.token()), !over)
    },
  },
  {
    name: 'invalid email',
    apply: (draft, _making, random) => {
      if (draft.touched.has('email')) return false
      setText(draft, 'email', random.pick(INVALID_EMAILS), false)
    },
  },
  {
    name: 'missing note',
    apply: (draft) => {
      if (draft.touched.has('note')) return false
      draft.fields.delete('note')
      draft.touched.add('note')
      draft.valid = false
    },
  },
  {
    name: 'only the note',
    apply: (draft) => {
      for (const field of untouched(draft, ['email', 'phone', 'name', 'source'])) draft.fields.delete(field)
    },
  },
]

function textOfEmail(length: number, token: string): string {
  const end = `.${token}@example.com`
  return 'a'.repeat(length - end.length) + end
}
