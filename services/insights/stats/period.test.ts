import { describe, expect, test } from 'vitest'
import { isTimeZone, wholePeriod } from './period.ts'

const NOW = new Date('2026-03-31T12:34:56Z')

function edges(request: { from?: string; to?: string; interval?: 'hour' | 'day'; timeZone?: string }, grouped = false) {
  const { from, to, interval = 'day', timeZone = 'UTC' } = request
  const times = {
    from: from === undefined ? undefined : new Date(from),
    to: to === undefined ? undefined : new Date(to),
  }
  return wholePeriod({ ...times, interval, timeZone }, NOW, grouped).edges.map((edge) => edge.toISOString())
}

describe('a period is extended to whole intervals', () => {
  test('by default the days of the last 30 days, today included', () => {
    const all = edges({})
    expect([all[0], all.at(-1), all.length]).toEqual(['2026-03-01T00:00:00.000Z', '2026-04-01T00:00:00.000Z', 32])
  })

  test('edges that are whole already stay', () => {
    expect(edges({ from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' })).toEqual([
      '2026-01-01T00:00:00.000Z',
      '2026-01-02T00:00:00.000Z',
    ])
    const hours = edges({ from: '2026-01-01T07:59:59.999Z', to: '2026-01-01T08:00:00.001Z', interval: 'hour' })
    expect(hours).toEqual(['2026-01-01T07:00:00.000Z', '2026-01-01T08:00:00.000Z', '2026-01-01T09:00:00.000Z'])
  })

  test.each([
    ['Europe/Berlin', '2026-03-29T10:00:00Z', '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z'], // 23 hours
    ['Europe/Berlin', '2026-10-25T10:00:00Z', '2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z'], // 25 hours
    ['America/Santiago', '2026-09-06T10:00:00Z', '2026-09-06T04:00:00.000Z', '2026-09-07T03:00:00.000Z'], // no midnight
    ['Pacific/Kiritimati', '2026-01-01T09:00:00Z', '2025-12-31T10:00:00.000Z', '2026-01-01T10:00:00.000Z'], // +14
    // the first whole hours of UTC after midnight
    ['Asia/Kolkata', '2026-01-01T10:00:00Z', '2025-12-31T19:00:00.000Z', '2026-01-01T19:00:00.000Z'],
    ['Asia/Kathmandu', '2026-01-01T10:00:00Z', '2025-12-31T19:00:00.000Z', '2026-01-01T19:00:00.000Z'],
  ])('to the day of %s around %s', (timeZone, time, start, end) => {
    expect(edges({ from: time, to: new Date(Date.parse(time) + 1).toISOString(), timeZone })).toEqual([start, end])
  })
})

describe('a period that is too long, empty or out of range is rejected', () => {
  const HOURS = { interval: 'hour', to: '2026-02-01T00:00:00Z' } as const
  test.each([
    [{ from: '2025-03-30T12:34:55Z' }, false],
    [{ ...HOURS, from: '2025-12-31T23:59:59Z' }, false],
    [{ ...HOURS, from: '2026-01-24T23:59:59Z' }, true],
    [{ from: '2026-01-01T00:00:00Z', to: '2026-01-01T00:00:00Z' }, false],
    [{ from: '2027-01-01T00:00:00Z' }, false],
    [{ from: '1969-12-31T23:59:59Z', to: '1970-01-02T00:00:00Z' }, false],
  ])('%j', (request, grouped) => {
    expect(() => edges(request, grouped)).toThrow(
      expect.objectContaining({ code: 'invalid_request', violations: [{ path: 'from', message: expect.any(String) }] }),
    )
  })

  test('and one of the maximum length is not', () => {
    expect(edges({ from: '2025-03-30T12:34:56Z' }).length).toBe(368)
    expect(edges({ ...HOURS, from: '2026-01-01T00:00:00Z' }).length).toBe(31 * 24 + 1)
    expect(edges({ ...HOURS, from: '2026-01-25T00:00:00Z' }, true).length).toBe(7 * 24 + 1)
    expect(edges({ interval: 'hour' }).length).toBe(30 * 24 + 2)
    expect(edges({ interval: 'hour' }, true).length).toBe(7 * 24 + 2)
  })
})

test('a time zone has an IANA name', () => {
  for (const name of ['UTC', 'Europe/Berlin', 'Asia/Calcutta', 'Etc/GMT+5']) expect(isTimeZone(name)).toBe(true)
  for (const name of ['', 'Berlin', '+05:30', 'Europe/Berlin ', 'X'.repeat(1_000)]) expect(isTimeZone(name)).toBe(false)
})
