import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { partsOf } from './note-parts.ts'
import { readWords } from './note-words.ts'

/** The words that count as the sender's, and after a bar the quoted ones. */
function read(note: string): string {
  const words = readWords(note)
  const text = (quoted: boolean) =>
    words
      .filter((word) => word.quoted === quoted)
      .map(({ start, end }) => note.slice(start, end))
      .join(' ')
  return words.some(({ quoted }) => quoted) ? `${text(false)} | ${text(true)}` : text(false)
}

const THREADS: readonly (readonly [what: string, note: string, kept: string])[] = [
  [
    'a quoted reply under the text',
    'Yes please, twenty seats.\n\nOn Tue, 3 Mar 2026 at 10:02, Jo <jo@acme.example> wrote:\n> Would you like a demo?',
    'Yes please twenty seats | Would you like a demo',
  ],
  [
    'a quoted reply without marks',
    'Bitte stornieren Sie das Abo.\n\nAm 3. März 2026 um 10:02 schrieb Support:\n\nHaben Sie noch Fragen?\nIhr Team',
    'Bitte stornieren Sie das Abo | Am 3 März 2026 um 10 02 schrieb Support Haben Sie noch Fragen Ihr Team',
  ],
  [
    'a French reply header over two lines',
    'Merci de résilier mon contrat.\n\nLe mar. 3 mars 2026 à 10:02, Support <aide@acme.example>\na écrit :\n\nBonjour',
    'Merci de résilier mon contrat | Le mar 3 mars 2026 à 10 02 Support aide acme example a écrit Bonjour',
  ],
  [
    'a Russian reply header',
    'Нет, так не пойдёт.\n\n3 марта 2026 г. в 10:02 Поддержка пишет:\nПопробуйте ещё раз',
    'Нет так не пойдёт | 3 марта 2026 г в 10 02 Поддержка пишет Попробуйте ещё раз',
  ],
  [
    'a block of mail headers',
    'The offer suits us, thank you.\n\nFrom: Sales\nSent: Tuesday\nTo: Jo\nSubject: Offer\n\nDear Jo, here is the offer.',
    'The offer suits us thank you | From Sales Sent Tuesday To Jo Subject Offer Dear Jo here is the offer',
  ],
  [
    'a reply under the quote',
    'On Tue, 3 March, Support wrote:\n> Would you like a demo?\n\nYes, tomorrow at ten.',
    'Yes tomorrow at ten | Would you like a demo',
  ],
  ['a short answer', 'Danke!\n\n> Wir haben den Fehler behoben.', 'Danke | Wir haben den Fehler behoben'],
  [
    'answers between the lines of a quote',
    '> How many seats?\nTwenty, maybe more.\n> When?\nBy Friday please.',
    'Twenty maybe more By Friday please | How many seats When',
  ],
]

const FORWARDS: readonly (readonly [what: string, note: string, kept: string])[] = [
  [
    'a forward without a word',
    '---------- Forwarded message ---------\nFrom: Ana\nDate: Monday\nSubject: Refund\n\nI was charged twice.',
    'Subject Refund I was charged twice',
  ],
  ['"fyi"', 'fyi\n\n-----Original Message-----\nFrom: Ana\nTo: us\n\nI was charged twice.', 'fyi I was charged twice'],
  [
    'a complaint with "see below", and its thread below that',
    'Hi team, please see below from our customer.\n\nRegards,\nJo Banks\n\nFrom: Ana\nSent: Monday\n\nMy parcel arrived damaged and nobody answers.\n\nOn Fri, 27 Feb, Support wrote:\nYour parcel is on its way.',
    'Hi team please see below from our customer My parcel arrived damaged and nobody answers | On Fri 27 Feb Support wrote Your parcel is on its way',
  ],
  [
    'German',
    'Siehe unten, bitte um Klärung.\n\nVon: Ana\nGesendet: Montag\nAn: Jo\n\nDie Rechnung ist doppelt abgebucht.',
    'Siehe unten bitte um Klärung Die Rechnung ist doppelt abgebucht',
  ],
  [
    'French',
    'Pour info.\n\nDe : Ana\nEnvoyé : lundi\nObjet : Panne\n\nLe serveur ne répond plus.',
    'Pour info Objet Panne Le serveur ne répond plus',
  ],
  [
    'Spanish',
    'Reenvío la queja.\n\nDe: Ana\nEnviado el: lunes\n\nEl pedido llegó roto.',
    'Reenvío la queja El pedido llegó roto',
  ],
  [
    'Portuguese',
    'Encaminho o pedido.\n\n---------- Mensagem encaminhada ---------\nDe: Ana\n\nO pedido chegou partido.',
    'Encaminho o pedido O pedido chegou partido',
  ],
  [
    'Russian',
    'Пересылаю, см. ниже.\n\n-------- Пересылаемое сообщение --------\nОт: Анна\nКому: нам\n\nДеньги списали дважды.',
    'Пересылаю см ниже Деньги списали дважды',
  ],
  [
    'marked by >',
    'Please see below:\n> I was charged twice\n> and want it back',
    'Please see below I was charged twice and want it back',
  ],
]

const KEPT: readonly (readonly [what: string, note: string])[] = [
  ['a note of one line', 'Best regards to your team for the great service, but the export fails'],
  ['a sentence that starts like a formula', 'Hello\nRegards the invoice of May, it is wrong'],
  ['praise that starts like a formula', 'Hello\nBest regards to your team for the great service, but the export fails'],
  ['thanks in a sentence', 'Hello\nThanks for the quick help with the export'],
  ['a shop whose name starts like a formula', 'We need this by May:\nBest Buy\norder 55'],
  ['a note that is only a signature', 'Kind regards,\nJo Banks\nAcme Ltd\n555 0102 03'],
  ['a note of one word and a signature', 'Price?\n\nKind regards,\nJo Banks\nAcme Ltd'],
  [
    'a wish for secrecy at the end',
    'I apply for the job in the shop.\nThis message is confidential, please tell nobody.',
  ],
  ['a note of quoted lines only', '> I was charged twice\n> and want it back'],
  ['"more than" at the start of a line', 'We look for a plan for\n> 50 users, what does it cost?'],
  ['a colleague who wrote', 'My colleague wrote:\nthe export fails for all of us'],
  ['fields of a form', 'Name: Jo\nDate: Monday\nMessage: we need a quote'],
  ['a confidential matter', 'This message is confidential, please do not tell my employer.\nI apply for the job.'],
  ['an unsubscribe footer', 'We build websites.\n\nTo unsubscribe click here'],
  ['a list with dashes', 'We need\n- two desks\n- three chairs'],
]

describe('setting aside', () => {
  it.each(THREADS)('%s', (_, note, kept) => {
    expect(read(note)).toBe(kept)
  })

  it.each([
    '-----Original Message-----',
    '________ Forwarded message ________',
    'Begin forwarded message:',
    'Ursprüngliche Nachricht',
    'Anfang der weitergeleiteten Nachricht:',
    '----- Message d’origine -----',
    'Début du message transféré :',
    '-------- Mensaje original --------',
    'Inicio del mensaje reenviado:',
    '----- Mensagem original -----',
    'Início da mensagem encaminhada:',
    'Исходное сообщение',
    '-------- Пересылаемое сообщение --------',
    'Начало переадресованного сообщения:',
    'Jo Banks <jo@acme.example> wrote:',
    'El mar, 3 mar 2026 a las 10:02, Ana escribió:',
    'Em ter., 3 de mar. de 2026 às 10:02, Ana escreveu:',
    'вт, 3 мар. 2026 г. в 10:02, Анна <anna@acme.example>:',
  ])('reads "%s" as the header of a thread', (header) => {
    const own =
      'we would like to cancel the plan and get back the money that was taken in March and April and May, all of it, please, today or tomorrow'
    expect(read(`${own}\n\n${header}\nHello Jo`)).toContain(' | ')
  })

  it.each(FORWARDS)('keeps a forwarded message: %s', (_, note, kept) => {
    expect(read(note)).toBe(kept)
  })

  it.each(KEPT)('keeps %s', (_, note) => {
    expect(partsOf(note)).toEqual([])
  })

  it('does not shift the offsets of other words, nor join sentences across a quote', () => {
    const note = 'Twenty seats please\n> How many?\nand an invoice'
    const words = readWords(note)
    expect(words.map(({ start, end }) => note.slice(start, end))).toContain('invoice')
    expect(words.map(({ sentence }) => sentence)).toEqual([0, 0, 0, 1, 1, 2, 2, 2])
  })

  it('returns parts in order, without overlap, within the note, for any lines', () => {
    const line = fc.oneof(
      fc.constantFrom(
        '',
        ' ',
        '> a',
        '>',
        '--',
        'Regards',
        'Jo',
        'From: a',
        'To: b',
        'Subject: c',
        'Forwarded message',
      ),
      fc.constantFrom('On 3 May', 'Jo wrote:', 'fyi', 'see below', 'This email is confidential, recipient', 'PS: more'),
      fc.constantFrom('we want a quote for ten seats', '\r', 'Sent from my iPhone'),
      fc.string({ maxLength: 6 }),
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        const note = lines.join('\n')
        let end = 0
        for (const part of partsOf(note)) {
          expect(part.start).toBeGreaterThanOrEqual(end)
          expect(part.end).toBeGreaterThan(part.start)
          end = part.end
        }
        expect(end).toBeLessThanOrEqual(note.length)
      }),
      { numRuns: 500 },
    )
  })

  it.each([
    ['line breaks', '\n'],
    ['quote marks', '>'],
    ['quoted lines', '> a\n'],
    ['quoted lines among others', '> a\nb\n'],
    ['sender fields', 'From:\n'],
    ['headers', 'From: a\nTo: b\n\n'],
    ['headers and quotes', '> a\n-\nFrom: a\nTo: b\n-\n'],
    ['short forwards', 'x\nDe:\nAn:\n'],
    ['forwards', 'x\nForwarded message\nFrom: a\nTo: b\n'],
    ['reply headers', 'On 1 May\nJo wrote:\n'],
    ['signatures', 'a b c\nRegards\n'],
    ['dashes', `${'-'.repeat(58)}\n`],
    ['blanks', `\n${' '.repeat(98)}`],
    ['disclaimers', 'a b c\n\nThis email is confidential to all recipients\n\n'],
  ])('reads 20,000 characters of %s in linear time', (_, piece) => {
    const note = piece.repeat(20_000 / piece.length)
    let bestMs = Number.POSITIVE_INFINITY
    for (let i = 0; i < 5; i++) {
      const startedAt = performance.now()
      partsOf(note)
      bestMs = Math.min(bestMs, performance.now() - startedAt)
    }
    expect(bestMs).toBeLessThan(20) // about 1 ms on an idle core
  })
})
