import type { Random } from '../../../testkit/random.ts'

/** Text that careless code alters, truncates, executes or rejects. PostgreSQL can store all of it. */
const TEXTS: readonly string[] = [
  '🙂🙃🇩🇪👩‍👩‍👧‍👦🏴‍☠️',
  'e\u0301 a\u0308 \u0301\u0302\u0303',
  '\ufeffbegins with a byte order mark',
  'مرحبا \u202egnirts\u202c שלום',
  '日本語 𠜎𠜱 ﷽',
  "'; drop table leads; --",
  '$'.concat('{jndi:ldap://x/a} {{7*7}} <%= 1 %> #{1}'),
  '<script>alert(1)</script><!-- ]]>',
  '%s %n %d %x %% %00 %0a',
  'line\r\nline\nline\rline\u2028line\u2029line\u0085line',
  '{"level":60,"msg":"forged"}\n{"level":60}',
  '\u001b[31mred\u001b[0m \u0007 \u0001\u007f\u009f',
  '\uffff\ufffe\ue000\u{10ffff}\ufffd',
  '\\u0000 \\x00 \\0 \\',
  '=cmd|"/c calc"!A1, "quoted", semi;colon\ttab',
  'null',
  'undefined NaN [object Object] true 0 -0 1e999',
  '../../../../etc/passwd',
  '__proto__ constructor prototype toString',
  'zero\u200bwidth\u200d\u2060\u00adjoiners\ufeff',
  `a${'\u0301'.repeat(400)}`,
  'ﬃ ẞ ı İ ß Σς',
]

export function hostileText(random: Random): string {
  return random.pick(TEXTS)
}

/** Invisible characters. A note must have at least one other character. */
const INVISIBLE = ['\u200b', '\u2060', '\u00ad', '\u200c', '\u200d', '\ufeff', ' ', '\u3000', '\n'] as const

export function invisibleText(random: Random): string {
  return Array.from({ length: random.integer(1, 6) }, () => random.pick(INVISIBLE)).join('')
}

export function blankText(random: Random): string {
  return random.pick(['', ' ', '\n\t \r\n', '\u00a0\u2003\u3000', '   '])
}

/** Returns text of the given length in code points that ends with `end`. */
export function textOfLength(codePoints: number, end: string, random: Random): string {
  const filler = random.pick(['x', 'ä', '語', '🙂', 'a '])
  const missing = codePoints - [...end].length
  return [...filler.repeat(Math.max(0, missing))].slice(0, Math.max(0, missing)).join('') + end
}

/** Byte sequences that are invalid as UTF-8. */
const NOT_UTF8: readonly (readonly number[])[] = [
  [0xff],
  [0xfe, 0xff],
  [0x80],
  [0xc3],
  [0xc0, 0xaf],
  [0xe0, 0x80, 0xaf],
  [0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xf0, 0x9f, 0x98],
  [0xe4, 0x6e],
  [0xf8, 0x88, 0x80, 0x80, 0x80],
]

export function notUtf8(random: Random): Buffer {
  return Buffer.from(random.pick(NOT_UTF8))
}
