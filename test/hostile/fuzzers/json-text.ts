import type { Random } from '../../../testkit/random.ts'

/** Returns a value as JSON, at times with every character escaped. */
export function toJsonText(value: string | null, random: Random): string {
  if (value === null) return 'null'
  const style = random.integer(0, 3)
  if (style > 0 || value.length > 5_000) return JSON.stringify(value)
  return `"${Array.from(value, (character) => escaped(character)).join('')}"`
}

function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, index) => {
    return `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`
  }).join('')
}

export interface Member {
  readonly name: string
  /** As JSON text. */
  readonly value: string
}

/** Returns an object with these members as JSON, with random insignificant white space. */
export function toObjectText(members: readonly Member[], random: Random): string {
  const space = random.pick(['', '', '', ' ', '\n  ', '\t'])
  return `{${space}${members.map(({ name, value }) => `"${name}":${space}${value}`).join(`${space},${space}`)}${space}}`
}
