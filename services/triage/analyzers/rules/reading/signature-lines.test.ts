import { expect, it } from 'vitest'
import { readWords } from './note-words.ts'

/** The words that count. */
function read(note: string): string {
  return readWords(note)
    .map(({ start, end }) => note.slice(start, end))
    .join(' ')
}

const NOTES: readonly (readonly [what: string, note: string, kept: string])[] = [
  [
    'an English signature with contact data',
    'The export fails since noon.\n\nKind regards,\nJo Banks\nHead of Operations | Acme Ltd\n12 High Street, Leeds LS1 4AB\nT: +44 555 0102\nwww.acme.example',
    'The export fails since noon',
  ],
  [
    'a German signature',
    'Die Rechnung ist falsch, bitte prüfen.\n\nMit freundlichen Grüßen\nI. A. Petra Müller\nBuchhaltung\nMuster GmbH & Co. KG\nTel.: 030 555 01 23',
    'Die Rechnung ist falsch bitte prüfen',
  ],
  [
    'a German formula with transcribed umlauts, and a name in its line',
    'Bitte um ein Angebot für zehn Plätze\nViele Gruesse, Max Muster',
    'Bitte um ein Angebot für zehn Plätze',
  ],
  [
    'a French signature',
    'Je souhaite résilier mon contrat.\nBien cordialement,\nMme Durand\nService achats\n01 55 50 01 02',
    'Je souhaite résilier mon contrat',
  ],
  [
    'a Spanish signature',
    '¿Cuánto cuesta el plan anual?\n\nSaludos cordiales,\nAna Ruiz\nDirectora General\nana@ejemplo.example',
    'Cuánto cuesta el plan anual',
  ],
  [
    'a Portuguese signature',
    'Não consigo entrar na conta desde ontem.\n\nAtenciosamente,\nJoão Silva\nFinanceiro',
    'Não consigo entrar na conta desde ontem',
  ],
  [
    'a Russian signature',
    'Пришлите счёт на 20 лицензий.\n\nС уважением,\nИванов Пётр\nдиректор ООО «Ромашка»\nтел. 555-01-23-45',
    'Пришлите счёт на 20 лицензий',
  ],
  ['a signature after two dashes', 'Please call me back today\n-- \nJo\nAcme Ltd', 'Please call me back today'],
  [
    'a name after thanks, but not the thanks',
    'Could you resend the invoice?\n\nMany thanks\nJo Banks',
    'Could you resend the invoice Many thanks',
  ],
  ['what a phone adds', 'The site is down again\n\nSent from my iPhone', 'The site is down again'],
  ['what a phone adds to a note of one line', 'The site is down again. Sent from my iPhone', 'The site is down again'],
  ['what a German phone adds', 'Die Seite geht nicht\nVon meinem iPhone gesendet', 'Die Seite geht nicht'],
  [
    'what a Russian mail program adds',
    'Нужна смета на ремонт\n\nОтправлено из мобильной Почты',
    'Нужна смета на ремонт',
  ],
  [
    'an English disclaimer',
    'Please send a quote.\n\nThis email and any attachments are confidential and intended for the addressee.\nIf you are not the recipient, delete it.\n\nPlease consider the environment before printing.',
    'Please send a quote',
  ],
  [
    'a German disclaimer',
    'Bitte rufen Sie an.\n\nDiese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der richtige Empfänger sind, löschen Sie sie.',
    'Bitte rufen Sie an',
  ],
  [
    'a French disclaimer',
    'Merci de nous rappeler.\n\nCe message et toutes les pièces jointes sont confidentiels.',
    'Merci de nous rappeler',
  ],
  [
    'a Spanish disclaimer',
    'Quiero cancelar el plan.\n\nEste mensaje y sus adjuntos son confidenciales.',
    'Quiero cancelar el plan',
  ],
  [
    'a Portuguese disclaimer',
    'Quero cancelar o plano.\n\nEsta mensagem é confidencial e destina-se ao seu destinatário.',
    'Quero cancelar o plano',
  ],
  [
    'a Russian disclaimer',
    'Не могу войти в кабинет.\n\nДанное сообщение является конфиденциальным и предназначено только для адресата.',
    'Не могу войти в кабинет',
  ],
]

it.each(NOTES)('leaves out %s', (_, note, kept) => {
  expect(read(note)).toBe(kept)
})

it.each([
  'Get Outlook for Android',
  'Gesendet mit der Acme Mail App',
  'Envoyé depuis mon mobile',
  'Obtenez Outlook pour iOS',
  'Enviado desde mi móvil',
  'Enviado do meu iPhone',
  'Отправлено с iPhone',
  'Warm regards, Jo',
  'Thanks and regards\nJo Banks',
  'Yours faithfully\nMrs J. Banks',
  'Beste Grüße\nJo',
  'Hochachtungsvoll\nDr. Jo Banks',
  'Bien à vous,\nJo Banks',
  'Sincères salutations\nJo Banks',
  'Un cordial saludo,\nJo Banks',
  'Com os melhores cumprimentos,\nJo Banks',
  'Um abraço\nJo',
  'С наилучшими пожеланиями, Пётр',
  'Please think before you print this mail.',
  'Denken Sie an die Umwelt, bevor Sie drucken.',
  'Antes de imprimir este mensaje, piense si hace falta.',
])('leaves out "%s"', (end) => {
  expect(read(`we need a quote\n\n${end}`)).toBe('we need a quote')
})

it.each([
  [
    'P.S.',
    'The demo was good.\n\nBest regards\nJo Banks\n\nP.S. please cancel the old plan',
    'please cancel the old plan',
  ],
  [
    'a sentence',
    'The demo was good.\n\nBest regards\nJo Banks\n\nOne more thing: we need an invoice.',
    'we need an invoice',
  ],
  [
    'a sentence in lower case',
    'The demo was good\nthanks\njo\nthe export still fails since monday',
    'still fails since monday',
  ],
  ['ЗЫ', 'Всё получили, работает.\n\nС уважением,\nПётр\n\nЗЫ отмените старый тариф', 'отмените старый тариф'],
])('reads on after a signature: %s', (_, note, kept) => {
  expect(read(note)).toContain(kept)
  expect(read(note).replace('Banks', '')).not.toContain('Banks')
})

it('takes only twelve lines for a signature', () => {
  const note = `Please fill in this form\n\nThank you\n${'Field\n'.repeat(14)}`
  expect(read(note)).toBe('Please fill in this form Thank you Field Field')
})
