import type { TrainingNote } from '../../eval/labelled-notes.ts'
import { readDevelopmentNotes, readWrittenNotes } from '../../eval/labelled-notes.ts'
import type { Random } from './random.ts'
import { inProportion, pick } from './random.ts'

/*
 * Notes of eval/data, varied so that millions of them have as many spellings as real ones would. An index on trigrams is
 * only as large and as slow as in production if its words are.
 */

/** Share of all notes, in percent. The notes of eval/data have other shares. */
const LANGUAGES = { en: 44, de: 20, fr: 11, es: 10, pt: 7, ru: 7, ja: 1 } as const
type Language = keyof typeof LANGUAGES

/** eval/data has no notes in a script without spaces. */
const JAPANESE = [
  '来月から二十名で利用したいので、見積もりをお願いします。',
  '請求書の金額が違うようです。至急ご確認ください。',
  'ログインできません。パスワードの再設定メールが届きません。',
  '採用担当の方へ、履歴書をお送りします。よろしくお願いいたします。',
  '製品のデモを見せていただけますか。来週の火曜日が都合がいいです。',
  '解約の手続きを教えてください。契約は三月までです。',
  'サーバーが停止しています。今すぐ電話をください。',
] as const

const WORD = /[\p{L}\p{M}]{3,}/gu
const DIGIT = /\d/g

export interface VariedNote {
  readonly text: string
  readonly language: Language
  readonly labels: Pick<TrainingNote, 'intent' | 'priority' | 'tags'>
}

/** Returns a function that makes a note: one of eval/data with some words and all digits replaced, sometimes two. */
export function createNotes(random: Random): () => VariedNote {
  const notes = [
    ...readDevelopmentNotes().flat(),
    ...readWrittenNotes().flatMap((note) => ({ ...note, priority: note.priority ?? 'P2' })),
    ...JAPANESE.map((note, i) => ({ id: `ja-${i}`, note, lang: 'ja', intent: 'buy', priority: 'P2' }) as const),
  ]
  const byLanguage = Object.groupBy(notes, ({ lang }) => lang)
  const words = Object.fromEntries(
    Object.keys(LANGUAGES).map((lang) => [
      lang,
      (byLanguage[lang] ?? []).flatMap(({ note }) => note.match(WORD) ?? []),
    ]),
  )
  const language = inProportion(random, LANGUAGES)
  return () => {
    const lang = language()
    const candidates = byLanguage[lang] ?? notes
    const labelled = pick(random, candidates)
    const own = words[lang] ?? []
    const vary = (text: string) =>
      text
        .replace(WORD, (word) => {
          const chance = random()
          if (chance < 0.02) return madeUp(random, own)
          return chance < 0.2 ? pick(random, own) : word
        })
        .replace(DIGIT, () => String(Math.floor(random() * 10)))
    const more = random() < 0.15 ? ` ${vary(pick(random, candidates).note)}` : ''
    return { text: vary(labelled.note) + more, language: lang, labels: labelled }
  }
}

/** A spelling that is most likely in no other note, such as a name or a typing error: halves of two words. */
export function madeUp(random: Random, words: readonly string[]): string {
  const [first, second] = [pick(random, words), pick(random, words)]
  return first.slice(0, 2 + Math.floor(random() * 4)) + second.slice(-2 - Math.floor(random() * 4))
}
