import { describe, expect, it } from 'vitest'
import { createMatcher } from '../phrases/match.ts'
import { readWords } from '../reading/note-words.ts'
import { BUY as PORTUGUESE_BUY } from './portuguese/buy.ts'
import { JOB as PORTUGUESE_JOB } from './portuguese/job.ts'
import { OTHER as PORTUGUESE_OTHER } from './portuguese/other.ts'
import { SPAM as PORTUGUESE_SPAM } from './portuguese/spam.ts'
import { SUPPORT as PORTUGUESE_SUPPORT } from './portuguese/support.ts'
import { TIME as PORTUGUESE_TIME } from './portuguese/time.ts'
import { BUY as SPANISH_BUY } from './spanish/buy.ts'
import { JOB as SPANISH_JOB } from './spanish/job.ts'
import { OTHER as SPANISH_OTHER } from './spanish/other.ts'
import { SPAM as SPANISH_SPAM } from './spanish/spam.ts'
import { SUPPORT as SPANISH_SUPPORT } from './spanish/support.ts'
import { TIME as SPANISH_TIME } from './spanish/time.ts'

const findSpanish = createMatcher(
  [SPANISH_BUY, SPANISH_SUPPORT, SPANISH_JOB, SPANISH_SPAM, SPANISH_OTHER, SPANISH_TIME].flat(),
)
const findPortuguese = createMatcher(
  [PORTUGUESE_BUY, PORTUGUESE_SUPPORT, PORTUGUESE_JOB, PORTUGUESE_SPAM, PORTUGUESE_OTHER, PORTUGUESE_TIME].flat(),
)

/** All phrases are searched in all notes, so words that other languages share must not be phrases. */
describe('Spanish and Portuguese phrases', () => {
  it.each([
    'Once we come home, has the sale of the pie begun? No one told me, so do as you like.',
    'The rota is on a print in my portfolio, and a trainee will decide on the manual tribunal in Rio.',
    'No cargo for me: a real plan, a total cost, a base in Valencia, and leads for a podcast.',
    'Les personnes sur place ont un dos fragile, une nouvelle carte et des plantes dans la cour de la mairie.',
    'Je suis sur que la base est pleine, il y a des fuites et une panne totale ce mardi dans la salle.',
    'Die Dose ist voll, uns zwei fehlt das Los, und die Mama probe am Samstag im Saal.',
    'Das Auto von Pedro hat einen Plan, aber die Fusion mit der Firma ist in Gefahr.',
    'Здравствуйте, мы ждём мастера уже второй день.',
  ])('do not occur in "%s"', (note) => {
    const words = readWords(note)
    const found = [...findSpanish(words), ...findPortuguese(words)]
    expect(found.map(({ evidence }) => evidence.says)).toEqual([])
  })
})
