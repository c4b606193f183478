import { describe, expect, test } from 'vitest'
import { maskPersonal } from './mask.ts'

describe('a masked note', () => {
  test.each([
    ['write to anna.k+x@mail.example.com', 'write to [email]'],
    ['пишите на почта@пример.рф', 'пишите на [email]'],
    ['+7 (900) 000-66-13', '[phone]'],
    ['call 030 901820 now', 'call [phone] now'],
    ['card 4111-1111-1111-1111', 'card [card]'],
    ['20 seats by 12.05.2026 for 1,200', '20 seats by [phone] for 1,200'],
    ['order 60418, room 12', 'order 60418, room 12'],
    ['@here a@b', '@here a@b'],
  ])('%j is masked as %j', (note, masked) => {
    expect(maskPersonal(note).text).toBe(masked)
  })

  test('maps the positions of its words to the original', () => {
    const note = 'Mail anna@example.com or 030 901820, order 4711 is late'
    const masked = maskPersonal(note)
    for (const word of ['Mail', 'or', 'order', '4711', 'late']) {
      expect(note.startsWith(word, masked.originalIndex(masked.text.indexOf(word)))).toBe(true)
    }
    expect(masked.originalIndex(masked.text.length)).toBe(note.length)
  })

  test.each([
    'a'.repeat(20_000),
    '1'.repeat(20_000),
    '1 '.repeat(10_000),
    'a@'.repeat(10_000),
    'a.'.repeat(10_000),
    '+1'.repeat(10_000),
  ])('of 20,000 hostile characters takes less than 200 ms', (note) => {
    maskPersonal(note.slice(0, 100))
    const before = process.cpuUsage()
    maskPersonal(note)
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1_000).toBeLessThan(200)
  })
})
