import { wordSet } from '../reading/folding.ts'
import { createLexicon } from '../reading/lexicon.ts'
import type { Word } from '../reading/note-words.ts'
import { isMixedScript, perSpelling } from '../reading/spelling.ts'
import { createFinding, type Finding } from './finding.ts'
import { isNumber, largestSeats, type Seats, speaksOfEvent } from './quantity.ts'

/** By language, as {@link GREETING_WORDS}. */
const TEST_WORDS = wordSet(
  'test testing tests tested this is a an the my our new message form contact please ignore hello hi just do not reply team web one two 1 2 3 123 check checking works it from if whether sends website site web form nothing to see here only pls agency developer bin of on new website',
  'тест тестирую тестирование тестовое сообщение проверка проверяю связи формы форма форму это просто раз два три не отвечать отвечайте прошу игнорировать игнорируйте пожалуйста',
  'das hier ist ein eine nur kurz mal bitte ignorieren nicht beachten antworten löschen hallo testnachricht testmail testeintrag testanfrage nachricht formular kontaktformular vom von der funktioniert ob es geht eins zwei drei dies neuen neue neues des formulars kontakt kommt an dem webseite website unser unseres',
  "ceci est c'est un une le du de message formulaire merci svp bonjour ne pas répondre tenir compte ignorer juste simple pour voir si ça marche fonctionne deux trois d'ignorer traiter les la notre nouveau formulaire v2",
  'prueba pruebas probando esto es solo sólo una de del la el formulario mensaje nueva nuevo versión por favor ignorar ignoren no responder respondan hola contacto si llega funciona correo uno dos tres',
  'teste testes testando isto isso é só um uma do da o formulário mensagem contacto contato site por favor ignorar ignorem podem não responder respondam olá envio som alô webmaster',
)
const TEST = /^(test|тест|проверк|проверя|prueba|probando)/u

const GREETING_WORDS = wordSet(
  'hi hello hey hiya yo good morning afternoon evening day dear sir madam team there all greetings ok okay then thanks thank you cheers',
  'привет приветствую здравствуйте здравствуй здрасте добрый доброе доброго день вечер утро дня времени суток всем коллеги ок понятно спасибо',
  'hallo guten gute tag morgen abend moin servus grüezi liebe lieber sehr geehrte damen und herren zusammen mit freundlichen viele vielen schöne schönen beste gruß grüße danke dank',
  "bonjour bonsoir salut coucou madame monsieur mesdames messieurs bonne journée soirée à tous toutes l'équipe cher chère merci beaucoup d'avance bien cordialement",
  'hola buenas buenos días tardes noches saludos cordial saludo estimados estimado estimada señores señor señora gracias muchas muy equipo todos todas qué tal',
  'olá oi oie bom boa dia tarde noite tudo bem prezados prezado prezada senhores senhor senhora caros caro cumprimentos atenciosamente obrigado obrigada alô',
)

/** docs/triage.md: an enterprise has 50 seats or more. */
const ENTERPRISE_SEATS = 50

/** Longer notes are no test messages. */
const TEST_LENGTH = 12
const SHORT_QUESTION_WORDS = 14
const MIXED_WORDS_OF_SPAM = 2

/** What a word says about the note as a whole, as bits. */
const [NUMBER, MIXED_SCRIPT, OF_GREETING, OF_TEST, TEST_WORD] = [1, 2, 4, 8, 16]

const bitsOfWord = new Map<string, number>()
for (const word of GREETING_WORDS) bitsOfWord.set(word, OF_GREETING)
for (const word of TEST_WORDS) bitsOfWord.set(word, (bitsOfWord.get(word) ?? 0) | OF_TEST)
const lexicon = createLexicon(bitsOfWord)

const bitsOf = perSpelling((text, spelling) => {
  return (
    (isNumber(spelling) ? NUMBER : 0) |
    (isMixedScript(spelling) ? MIXED_SCRIPT : 0) |
    (lexicon.get(spelling) ?? 0) |
    (TEST.test(text) ? TEST_WORD : 0)
  )
})

/** Findings about the note as a whole. The statements are features of the learned model. */
export function wholeNoteFindings(note: string, words: readonly Word[]): Finding[] {
  const findings: Finding[] = []
  const start = words[0]?.start ?? 0
  const end = words.at(-1)?.end ?? note.length
  const add = (says: string, facts: Finding['facts']): void => {
    findings.push(createFinding({ says, isWhole: true }, start, end, facts))
  }

  let [some, all, mixed] = [0, words.length === 0 ? 0 : -1, 0]
  for (let i = 0; i < words.length; i++) {
    const bits = bitsOf((words[i] as Word).spelling)
    some |= bits
    all &= bits
    if ((bits & MIXED_SCRIPT) !== 0) mixed++
  }
  const isBareTest = words.length <= TEST_LENGTH && (some & TEST_WORD) !== 0 && (all & OF_TEST) !== 0
  if (isBareTest) add('is a test message', ['test'])
  else if ((all & OF_GREETING) !== 0) add('says nothing but a greeting', ['greeting'])
  if (isGibberish(words)) add('is not made of words', [])
  if (mixed >= MIXED_WORDS_OF_SPAM) add('hides words behind letters of another alphabet', [])
  if ((some & NUMBER) !== 0) {
    // no span: a number by itself explains nothing
    findings.push(createFinding({ says: 'names a number' }, 0, 0, ['concrete']))
    const seats = largestSeats(words)
    if (seats !== undefined && seats.count >= ENTERPRISE_SEATS && !speaksOfEvent(words)) {
      findings.push(enterpriseFinding(seats, words))
    }
  }
  if (words.length <= SHORT_QUESTION_WORDS && note.includes('?')) add('asks a short question', [])
  return findings
}

function enterpriseFinding({ count, first, last }: Seats, words: readonly Word[]): Finding {
  const statement = { says: 'speaks of 50 people or more', shown: `speaks of ${count} people or seats` }
  return createFinding(statement, words[first]?.start ?? 0, words[last]?.end ?? 0, ['enterprise'])
}

const SAME_LETTER = /(\p{L})\1{3}/u
const NO_VOWEL = /^[bcdfghjklmnpqrstvwxz]{4,}$|^[бвгджзклмнпрстфхцчшщ]{5,}$/u
const KEYBOARD_RUN =
  /asdf|sdfg|dfgh|fghj|ghjk|hjkl|qwer|wert|erty|rtyu|uiop|zxcv|xcvb|cvbn|фыва|ывап|вапр|апро|прол|ролд|йцук|ицук|цуке|ячсм|чсми/u
const CONSONANTS = /[bcdfghjklmnpqrstvwxz]{5}|[бвгджзклмнпрстфхцчшщ]{6}/u

/** Longer notes are not checked for gibberish. */
const GIBBERISH_WORDS = 15

/** Whether at least a third of the words look like random typing. */
function isGibberish(words: readonly Word[]): boolean {
  if (words.length === 0 || words.length > GIBBERISH_WORDS) return false
  return words.filter(({ spelling }) => unlikeAWordBit(spelling) === 1).length * 3 >= words.length
}

const unlikeAWordBit = perSpelling((text) => {
  const head = text.slice(0, 24)
  return SAME_LETTER.test(head) || NO_VOWEL.test(head) || KEYBOARD_RUN.test(head) || CONSONANTS.test(head) ? 1 : 0
})
