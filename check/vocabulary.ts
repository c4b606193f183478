import { readFileSync } from 'node:fs'
import { trackedFiles } from './tracked-files.ts'

const PAGE = 'docs/vocabulary.md'

/** Files that may contain retired words: notes and phrases of customers, frozen migrations, generated code, this check. */
const EXEMPT = [
  PAGE,
  'LICENSE',
  'package-lock.json',
  'db/migrate.test.ts',
  'embedded/run-as.ts', // the Unix user `nobody`
  /^check\/vocabulary/,
  /^gen\//,
  /^eval\/data\//,
  /^db\/migrations\//,
  /^services\/triage\/analyzers\/rules\/(?:evidence\/|learned\/words\.txt$|dates\/vocabulary\/|language\/language-words\.ts$|.*\.test\.ts$)/,
]
const BINARY = /\.(?:br|png|svg)$/

/** Finds words and phrases that docs/vocabulary.md has retired, in the text and in the names of files. */
export function checkVocabulary(): string[] {
  const retired = retiredPhrases(readFileSync(PAGE, 'utf8'))
  if (retired.length === 0) return [`${PAGE} has no table with a column "not"`]
  return trackedFiles('')
    .filter((file) => !EXEMPT.some((exempt) => (typeof exempt === 'string' ? file === exempt : exempt.test(file))))
    .flatMap((file) => {
      const inName = findRetired([file], retired).map(({ phrase }) => `${file} has a name with "${phrase}"`)
      if (BINARY.test(file)) return inName
      const found = findRetired(linesOf(file), retired)
      return [...inName, ...found.map(({ phrase, line }) => `${file}:${line} says "${phrase}"; see ${PAGE}`)]
    })
}

/** The phrases of the last column of the tables whose head ends with "not", in lower case. */
export function retiredPhrases(page: string): string[] {
  const phrases: string[] = []
  let isTable = false
  for (const line of page.split('\n')) {
    if (!line.startsWith('|')) isTable = false
    const cells = line.split('|').map((cell) => cell.trim())
    const last = cells.at(-2) ?? ''
    if (isTable && !/^-*$/.test(last)) phrases.push(...last.split(',').map((phrase) => phrase.trim().toLowerCase()))
    if (last === 'not') isTable = true
  }
  return phrases
}

/**
 * Looks for phrases as whole words, however they are written: `inHand`, `in_hand`, `in-hand`, and across a line break.
 *
 * @param lines of a text
 * @returns each phrase with the number of the line in which it begins, counted from 1
 */
export function findRetired(
  lines: readonly string[],
  phrases: readonly string[],
): { readonly phrase: string; readonly line: number }[] {
  const words = lines.map(toWords)
  return phrases.flatMap((phrase) => {
    const isPhrase = new RegExp(`(?<![a-z])${phrase}(?![a-z])`, 'g')
    return words.flatMap((line, i) => {
      // with the next line, but a phrase that begins there is that line's
      const matches = [...`${line} ${words[i + 1] ?? ''}`.matchAll(isPhrase)].filter(({ index }) => index < line.length)
      return matches.map(() => ({ phrase, line: i + 1 }))
    })
  })
}

/** In lower case, single spaces between words, without the marks at the beginning of a comment's line. */
function toWords(line: string): string {
  return line
    .replace(/^\s*(?:\/\/|\*|#|--|>)\s?/, '')
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/[\s_-]+/g, ' ')
    .trim()
    .toLowerCase()
}

/** What the changelog quotes as code are names of earlier versions. */
function linesOf(file: string): string[] {
  const text = readFileSync(file, 'utf8')
  return (file === 'CHANGELOG.md' ? text.replaceAll(/`[^`\n]*`/g, '``') : text).split('\n')
}
