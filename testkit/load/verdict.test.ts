import { expect, test } from 'vitest'
import type { AnsweredLead, FinalAnswer, Ledger } from './ledger.ts'
import { createLedger } from './ledger.ts'
import type { StoredLead } from './stored-leads.ts'
import { checkLedger } from './verdict.ts'

const ASKED = { email: null, phone: null, name: 'Ada', note: 'How much is it?', source: 'web' }
const OTHER = { ...ASKED, note: 'Another note' }
const LEAD: AnsweredLead = { ...ASKED, id: 'lead-1', createdAt: '2026-01-01T00:00:00.000Z' }
const STORED: StoredLead = {
  ...LEAD,
  key: 'key-1',
  insights: 1,
  insightIsOriginal: true,
  insightIsOfNote: true,
  deadLetters: 0,
  parkedLetters: 0,
}
const UNTRIAGED: StoredLead = { ...STORED, insights: 0, insightIsOriginal: false, insightIsOfNote: false }
const CREATED: FinalAnswer = { status: 201, replayed: false, lead: LEAD }
const REPLAYED: FinalAnswer = { status: 200, replayed: true, lead: LEAD }
const CONFLICT: FinalAnswer = { status: 409, replayed: false, lead: undefined }

function ledgerOf(...calls: [asked: typeof ASKED, answer: FinalAnswer | undefined][]): Ledger {
  const ledger = createLedger()
  for (const [asked, answer] of calls) ledger.open('key-1', asked).answer = answer
  return ledger
}

const NOTHING = { lost: [], duplicated: [], wrong: [], deadLetters: 0 }

test('a lead that was created, replayed and in conflict with another body is correct', () => {
  const ledger = ledgerOf([ASKED, CREATED], [ASKED, REPLAYED], [OTHER, CONFLICT])
  expect(checkLedger(ledger, [STORED], [])).toEqual(NOTHING)
})

test('a dead letter instead of an insight is not lost but wrong, because every note can be triaged', () => {
  const dead = { ...UNTRIAGED, deadLetters: 1 }
  expect(checkLedger(ledgerOf([ASKED, CREATED]), [dead], [])).toEqual({
    ...NOTHING,
    wrong: [expect.stringMatching('a dead letter without a cause')],
    deadLetters: 1,
  })
})

test.each([
  ['an acknowledged lead that is not stored', []],
  ['a lead without insight or dead letter', [UNTRIAGED]],
  ['a lead that is only parked', [{ ...UNTRIAGED, parkedLetters: 1 }]],
])('lost: %s', (_name, stored) => {
  expect(checkLedger(ledgerOf([ASKED, CREATED]), stored, [])).toMatchObject({
    lost: [expect.any(String)],
    duplicated: [],
  })
})

test.each([
  ['two leads of one key', [STORED, { ...STORED, id: 'lead-2' }], []],
  ['an insight and a dead letter', [{ ...STORED, deadLetters: 1 }], []],
  ['an insight that was replaced', [{ ...STORED, insightIsOriginal: false }], []],
  ['an insight of another note', [{ ...STORED, insightIsOfNote: false }], []],
  ['two insights', [{ ...STORED, insights: 2 }], []],
  ['an insight of a parked lead', [{ ...STORED, parkedLetters: 1 }], []],
  ['a lead that no client sent', [STORED, { ...STORED, id: 'lead-2', key: 'key-2' }], []],
  ['an insight of a lead that does not exist', [STORED], ['lead-2']],
])('duplicated: %s', (_name, stored, strays) => {
  expect(checkLedger(ledgerOf([ASKED, CREATED]), stored, strays)).toMatchObject({
    lost: [],
    duplicated: [expect.any(String)],
  })
})

type Calls = [asked: typeof ASKED, answer: FinalAnswer | undefined][]

test('wrong: a conflict with a lead that is not stored, without another response', () => {
  const { lost, wrong } = checkLedger(ledgerOf([ASKED, CONFLICT]), [], [])
  expect({ lost, wrong }).toEqual({ lost: [], wrong: [expect.stringMatching('a lead that is not stored')] })
})

test.each<[name: string, fault: RegExp, calls: Calls, stored: StoredLead]>([
  ['a call without a response', /no response/, [[ASKED, undefined]], STORED],
  ['a replay with another id', /response with lead-2/, [[ASKED, withLead({ id: 'lead-2' })]], STORED],
  ['a replay with another time', /response with/, [[ASKED, withLead({ createdAt: '2026' })]], STORED],
  ['a conflict in spite of the same body', /conflict in spite/, [[ASKED, CONFLICT]], STORED],
  ['a replay without Idempotent-Replayed', /Idempotent-Replayed/, [[ASKED, { ...REPLAYED, replayed: false }]], STORED],
  ['two creations', /2 calls got 201/, [[ASKED, CREATED]], STORED],
  ['the first lead instead of a conflict', /another lead than was sent/, [[OTHER, REPLAYED]], STORED],
  ['any other status', /status 422/, [[ASKED, { ...CONFLICT, status: 422 }]], STORED],
  ['a response that differs from what is stored', /response with/, [], { ...STORED, name: 'ada' }],
  ['content that no client sent', /differs from what was sent/, [], { ...STORED, name: 'ada' }],
])('wrong: %s', (_name, fault, calls, stored) => {
  const { wrong } = checkLedger(ledgerOf([ASKED, CREATED], ...calls), [stored], [])
  expect(wrong).toContainEqual(expect.stringMatching(fault))
})

function withLead(changes: Partial<AnsweredLead>): FinalAnswer {
  return { ...REPLAYED, lead: { ...LEAD, ...changes } }
}
