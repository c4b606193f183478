import { beforeAll, describe, expect, it } from 'vitest'
import type { Analysis } from '../../domain/analysis.ts'
import { Intent, Priority } from '../../domain/vocabulary.ts'
import type { Analyzer, ReceivedNote } from '../../services/triage/analyzers/analyzer.ts'

/**
 * CPU time, so that a busy machine does not fail the test. A rule analyzer needs 20 ms; a worker tolerates far more
 * than this.
 */
const MAX_CPU_MS = 250

const MAX_NOTE = 20_000

/** Notes that tend to break text processing. Their lengths are accepted by intake, except that of the empty one. */
const AWKWARD_NOTES: readonly (readonly [name: string, note: string])[] = [
  ['an empty note', ''],
  ['a single letter', 'a'],
  ['a single lone surrogate', '\ud83d'],
  ['lone surrogates among words', 'we \udc00 need\ud800 a \ud83d quote \udfff'],
  ['right-to-left marks', '\u202eecirp\u202c \u200fprice\u200e for \u2067ten\u2069 seats'],
  ['Arabic and Hebrew', 'مرحبا، أريد عرض سعر. שלום, כמה זה עולה?'],
  ['zero-width characters inside words', 'u\u200brg\u200cent pri\u200dce for 5\ufeff0 se\u2060ats'],
  ['10,000 combining marks on one letter', `e${'\u0301\u0323'.repeat(5000)} price`],
  ['joined emoji and flags', '👩‍👩‍👧‍👦🏳️‍🌈🇩🇪👍🏽 need a demo 👨🏿‍🚀'],
  ['control characters', 'need\u0000a\u0007quote\u001b[31m now\r\n\t\v'],
  ['mathematical and full-width letters', '𝐅𝐫𝐞𝐞 𝓶𝓸𝓷𝓮𝔂 ｐｒｉｃｅ ﷺ ﬃ'],
  ['prototype names', '__proto__ constructor toString hasOwnProperty valueOf'],
  ['one letter 20,000 times', 'a'.repeat(MAX_NOTE)],
  ['one digit 20,000 times', '7'.repeat(MAX_NOTE)],
  ['10,000 one-letter words', 'a '.repeat(MAX_NOTE / 2)],
  ['10,000 blank lines', '\n \n'.repeat(6000)],
  ['20,000 spaces before a word', `${' '.repeat(MAX_NOTE - 5)}price`],
  ['many near-matches of phrases', 'how much what we would want to '.repeat(640)],
  ['many negations', 'not no never not urgent without '.repeat(620)],
  ['many quoted lines', '> quote\n'.repeat(2500)],
  ['one dash 20,000 times', '-'.repeat(MAX_NOTE)],
  ['many dashes of a reply header', '----\n'.repeat(4000)],
  ['many currency signs', '$€£₽%'.repeat(4000)],
  ['many astral letters', '𝐚'.repeat(MAX_NOTE / 2)],
  ['a long ordinary note', 'We need a price for 20 seats by Friday. Не могу войти в кабинет, ошибка. '.repeat(270)],
]

/**
 * The conformance suite of analyzers: what the triage worker requires of every implementation.
 *
 * @param options.deterministic whether the same note must always give the same analysis
 */
export function describeAnalyzer(
  name: string,
  createAnalyzer: () => Analyzer | Promise<Analyzer>,
  options: { readonly deterministic: boolean },
): void {
  describe(`${name} as an analyzer`, () => {
    let analyzer: Analyzer
    beforeAll(async () => {
      analyzer = await createAnalyzer()
    })

    it('has an id of the form name@version', () => {
      expect(analyzer.id).toMatch(/^[a-z][a-z0-9-]*@\S+$/)
    })

    it('rejects with the reason of a signal that is already aborted', async () => {
      const reason = new Error('the worker is draining')
      await expect(analyzer.analyze(received('We need a quote'), AbortSignal.abort(reason))).rejects.toBe(reason)
    })

    it('resolves, or rejects with the reason of a signal that is aborted meanwhile', async () => {
      const controller = new AbortController()
      const reason = new Error('the worker is draining')
      const running = analyzer.analyze(received('We need a quote for 20 seats by Friday'), controller.signal)
      controller.abort(reason)
      await running.then(
        (analysis) => expect(Object.values(Intent)).toContain(analysis.intent),
        (error: unknown) => expect(error).toBe(reason),
      )
    })

    it.each(AWKWARD_NOTES)('returns a valid analysis of %s, in bounded CPU time', async (_, note) => {
      const before = process.cpuUsage()
      const analysis = await analyzer.analyze(received(note.slice(0, MAX_NOTE)), new AbortController().signal)
      const { user, system } = process.cpuUsage(before)
      expect((user + system) / 1_000).toBeLessThan(MAX_CPU_MS)
      assertValidAnalysis(analysis, note.slice(0, MAX_NOTE))
    })

    it.runIf(options.deterministic)(
      'returns the same analysis for the same note, whatever it analyzed in between',
      async () => {
        const { signal } = new AbortController()
        for (const [, note] of AWKWARD_NOTES) {
          const short = note.slice(0, 500)
          const before = await analyzer.analyze(received(short), signal)
          await analyzer.analyze(received('Please cancel and refund us, the export fails'), signal)
          expect(await analyzer.analyze(received(short), signal)).toEqual(before)
          expect(await (await createAnalyzer()).analyze(received(short), signal)).toEqual(before)
        }
      },
    )

    it('analyzes many notes concurrently without mixing them up', async () => {
      const { signal } = new AbortController()
      const notes = AWKWARD_NOTES.map(([, note]) => note.slice(0, 500))
      const analyses = await Promise.all(notes.map((note) => analyzer.analyze(received(note), signal)))
      for (const [i, analysis] of analyses.entries()) assertValidAnalysis(analysis, notes[i] ?? '')
    })
  })
}

function received(note: string): ReceivedNote {
  return { note, receivedAt: new Date('2026-03-11T10:00:00Z') }
}

/** Fails the test unless the analysis is as `domain/analysis.ts` specifies. */
function assertValidAnalysis(analysis: Analysis, note: string): void {
  expect(Object.values(Intent)).toContain(analysis.intent)
  expect(Object.values(Priority)).toContain(analysis.priority)
  expect(analysis.confidence).toBeGreaterThanOrEqual(0)
  expect(analysis.confidence).toBeLessThanOrEqual(1)
  expect(analysis.language).toMatch(/^([a-z]{2}|und)$/)

  expect(analysis.tags).toEqual([...new Set(analysis.tags)].sort())
  for (const tag of analysis.tags) expect(tag).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)

  // a text that PostgreSQL rejects would fail the whole batch
  for (const text of [...analysis.tags, ...analysis.reasons.map((reason) => reason.text)]) {
    expect(text).not.toContain('\u0000')
    expect(text.isWellFormed()).toBe(true)
  }

  for (const reason of analysis.reasons) {
    expect(reason.text.trim()).not.toBe('')
    expect(Number.isFinite(reason.weight)).toBe(true)
    expect(Number.isInteger(reason.start) && Number.isInteger(reason.end)).toBe(true)
    expect(reason.start).toBeGreaterThanOrEqual(0)
    expect(reason.end).toBeGreaterThan(reason.start)
    expect(reason.end).toBeLessThanOrEqual(note.length)
  }
  const spans = analysis.reasons.map((reason) => `${reason.start}-${reason.end}`)
  expect(new Set(spans).size, 'reasons with the same span').toBe(spans.length)
}
