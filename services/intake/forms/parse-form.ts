import type { Violation } from '../../../lib/errors/app-error.ts'
import { invalidRequest } from '../../../lib/errors/parse.ts'
import type { FormFields } from '../../../lib/server/rest/form-body.ts'

/*
 * How the fields of an HTML form become a lead. docs/forms.md describes it for people who write forms.
 *  - `email`, `phone`, `name`, `note` and `source` are the fields of a lead; `message` is another name of the note.
 *  - `_map[telefon]` with the value `phone` gives the form's field `telefon` that meaning.
 *  - Other fields are appended to the note, as lines `name: value`, so nothing that people wrote is lost.
 *  - Names that begin with `_` are control fields; unknown ones are ignored, since many systems add their own.
 */

export interface ParsedForm {
  /** The fields of the lead that are filled in, not validated yet. */
  readonly lead: Readonly<Partial<Record<LeadField, string>>>
  /** The form's own names of those fields, for error messages. */
  readonly names: ReadonlyMap<string, string>
  readonly idempotencyKey: string | undefined
  /** Where to send the browser afterwards; not checked yet. */
  readonly redirect: string | undefined
  /** A field that people do not see is filled in, so a program sent the form. */
  readonly isTrapped: boolean
}

const LEAD_FIELDS = ['email', 'phone', 'name', 'note', 'source'] as const
type LeadField = (typeof LEAD_FIELDS)[number]

const MEANINGS: ReadonlyMap<string, LeadField> = new Map([
  ...LEAD_FIELDS.map((field) => [field, field] as const),
  ['message', 'note'],
])
const TRAPS: ReadonlySet<string> = new Set(['_honeypot', '_gotcha'])
const MAPPING = /^_map\[(.+)\]$/s
/** Separates the values of several form fields with the same meaning, such as first and last name. */
const SEPARATORS: Readonly<Partial<Record<LeadField, string>>> = { name: ' ', note: '\n\n' }

/** @throws AppError `invalid_request` if the mapping is wrong, or if a field is given twice that can have one value */
export function parseForm(fields: FormFields): ParsedForm {
  const violations: Violation[] = []
  // an empty input is sent as well; browsers send line breaks as CRLF
  const filled = fields
    .map(([name, value]) => [name, value.replace(/\r\n?/g, '\n').trim()] as const)
    .filter(([, value]) => value !== '')
  const meanings = readMapping(filled, violations)
  const found = new Map<LeadField, string[]>()
  const names = new Map<string, string>()
  const others = new Map<string, string[]>()
  for (const [name, value] of filled) {
    if (name.startsWith('_') || name === 'idempotency_key') continue
    const field = meanings.get(name)
    if (field === undefined) append(others, label(name), value)
    else {
      append(found, field, value)
      if (!names.has(field)) names.set(field, name)
    }
  }
  const lead: Partial<Record<LeadField, string>> = {}
  for (const [field, values] of found) {
    const separator = SEPARATORS[field]
    if (values.length > 1 && separator === undefined) {
      violations.push({ path: names.get(field) ?? field, message: 'must be given once' })
    }
    lead[field] = values.join(separator)
  }
  if (violations.length > 0) throw invalidRequest(violations)
  const lines = [...others].map(([name, values]) => `${name}: ${values.join(', ')}`)
  const note = [lead.note, lines.join('\n')].filter(Boolean).join('\n\n')
  const control = new Map(filled)
  return {
    lead: { ...lead, ...(note !== '' && { note }) },
    names,
    idempotencyKey: control.get('idempotency_key'),
    redirect: control.get('_redirect'),
    isTrapped: filled.some(([name]) => TRAPS.has(name)),
  }
}

/** The meaning of each form field, by its name. */
function readMapping(filled: FormFields, violations: Violation[]): ReadonlyMap<string, LeadField> {
  const meanings = new Map(MEANINGS)
  for (const [name, value] of filled) {
    const [, formField] = MAPPING.exec(name) ?? []
    if (formField === undefined) continue
    const field = MEANINGS.get(value)
    if (field === undefined) violations.push({ path: name, message: `must be one of ${LEAD_FIELDS.join(', ')}` })
    else meanings.set(formField, field)
  }
  return meanings
}

function append<K>(lists: Map<K, string[]>, key: K, value: string): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}

/** A name in one line. */
function label(name: string): string {
  return name.replace(/\s+/g, ' ').trim()
}
