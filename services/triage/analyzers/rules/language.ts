import type { Word } from './note-words.ts'
import { perSpelling } from './spelling.ts'

/** Frequent function words, folded like the words of notes. A word of several languages counts for each of them. */
const STOP_WORDS: Readonly<Record<string, readonly string[]>> = {
  en: `the and you your is are we our to of for in on with it this that have has can could would what how please do does
    not my me us i i'm we're don't can't at from be was were if there an need want hello hi but about any
    price pricing demo quote seats login help thanks buy urgent invoice refund hiring cv`.split(/\s+/),
  de: `der die das und ist nicht wir sie ich ein eine einen mit fur auf von zu im den dem bitte konnen haben hat
    sind bei uns unser ihre ihr wie was auch noch nach seit guten tag hallo brauchen mochten zum zur kann oder wird es`.split(
    /\s+/,
  ),
  es: `el la los las de que y en un una por para con no es se su sus nos hola buenos dias esta como mas pero
    queremos necesito necesitamos tenemos puedo pueden cuanto gracias del al lo me mi ustedes hay muy buenas tardes`.split(
    /\s+/,
  ),
  fr: `le la les des de du et est un une pour pas nous vous je que qui dans sur avec votre vos notre nos bonjour merci
    ne ce cette au aux en il j'ai c'est combien plus avez sont mais par si d'un l'ai etes suis`.split(/\s+/),
  pt: `o a os as de que e em um uma para com nao se por voces voce no na do da dos das ola bom dia esta como mas
    queremos preciso precisamos temos posso podem quanto obrigado obrigada meu minha nosso nossa boa tarde e ao ou`.split(
    /\s+/,
  ),
  // languages that the model has not learned, so that they are not mistaken for a related one
  it: `il la i gli le di che e un una per con non si del della sono siamo vorremmo vorrei abbiamo buongiorno salve
    grazie quanto costa nostro nostra vostro vostra entro anche ma ci mi piu`.split(/\s+/),
  nl: `de het een en van is dat wij we ik niet met voor op zijn graag kunnen jullie u ons onze hoeveel kost goedemorgen
    hallo bedankt alvast naar ook maar bij heeft`.split(/\s+/),
  pl: `i w na z do nie sie jest ze to prosze o dla czy dzien dobry mamy chcemy potrzebujemy panstwa ile kosztuje jak
    dziekuje oferte po od za nam nasz`.split(/\s+/),
  cs: `a v na se je to ze s z do pro ne jsme mame chceme potrebujeme kolik stoji prosim dekuji dobry den nas vas jak
    zajem o po od bychom`.split(/\s+/),
  tr: `ve bir bu icin ile de da mi ne kadar merhaba tesekkurler istiyoruz fiyat var yok bizim sizin olarak daha lutfen
    kac gun`.split(/\s+/),
  ro: `si de la in un o este cu pe ca nu sa din pentru sunt avem dorim buna ziua multumesc cat costa noastra
    nostru va rog`.split(/\s+/),
  sv: `och i att det som en pa ar av for med till vi inte har den om ett hej tack kan vill behover hur mycket kostar
    var er`.split(/\s+/),
  // Russian in Latin letters
  ru: `privet zdravstvuyte zdravstvuite pozhaluysta pozhaluista skolko nuzhno nuzhen nuzhna nuzhny mozhno hotim hochu
    spasibo est net ili dlya rabotaet ne vas nas nam vam chto kak`.split(/\s+/),
}

const LANGUAGES_OF = new Map<string, string[]>()
for (const [language, words] of Object.entries(STOP_WORDS)) {
  for (const word of new Set(words)) LANGUAGES_OF.set(word, [...(LANGUAGES_OF.get(word) ?? []), language])
}

/** Scripts that are nearly specific to one language. */
const SCRIPTS: readonly (readonly [RegExp, string])[] = [
  [/[\u3040-\u30ff]/, 'ja'],
  [/[\u1100-\u11ff]/, 'ko'], // folding decomposes syllables into these letters
  [/[\u4e00-\u9fff]/, 'zh'],
  [/[\u0370-\u03ff]/, 'el'],
  [/[\u0590-\u05ff]/, 'he'],
  [/[\u0e00-\u0e7f]/, 'th'],
]

/** Maximum number of words to look at; more do not improve the result. */
const SAMPLE_WORDS = 200

/**
 * Detects the language of a note by script and function words: an ISO 639-1 code, or `und` when undetermined. The
 * majority of words determines the script, so an English note with one Greek word is English.
 */
export function detectLanguage(words: readonly Word[]): string {
  const sample = words.slice(0, SAMPLE_WORDS)
  const cyrillic = sample.filter(({ spelling }) => scriptsOf(spelling).cyrillic)
  const latin = sample.filter(({ spelling }) => scriptsOf(spelling).latin)
  if (cyrillic.length > 0 && cyrillic.length * 2 >= latin.length) return languageOfCyrillic(cyrillic)
  if (latin.length > 0) return languageOfLatin(latin)
  for (const [script, language] of SCRIPTS) if (sample.some((word) => script.test(word.text))) return language
  return 'und'
}

const scriptsOf = perSpelling(({ text }) => ({ cyrillic: /[\u0400-\u04ff]/.test(text), latin: /[a-z]/.test(text) }))

/** Recognizes Ukrainian, Belarusian, Serbian and others by letters that Russian does not have. */
function languageOfCyrillic(words: readonly Word[]): string {
  if (words.some((word) => /[іїєґ]/.test(word.text))) return 'uk'
  return words.some((word) => /[ђјљњћџѓќѕўқңғүұһөә]/.test(word.text)) ? 'und' : 'ru'
}

function languageOfLatin(words: readonly Word[]): string {
  const counts = new Map<string, number>()
  for (const { spelling } of words) {
    const languages = languagesOf(spelling)
    for (const language of languages) counts.set(language, (counts.get(language) ?? 0) + 1 / languages.length)
  }
  const [first, second] = [...counts].sort((a, b) => b[1] - a[1])
  if (first === undefined || first[1] < words.length / 16) return 'und'
  return second !== undefined && second[1] === first[1] ? 'und' : first[0]
}

const languagesOf = perSpelling(({ text }) => LANGUAGES_OF.get(text) ?? [])
