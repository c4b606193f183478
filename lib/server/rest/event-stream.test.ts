import { expect, test } from 'vitest'
import { encodeEvent, encodeEvents, lastEventIdOf } from './event-stream.ts'

test('an event has one line for each field, and data is JSON', () => {
  expect(encodeEvent({ event: 'insight', id: 'a1', retryMs: 500, data: { note: 'two\nlines' } })).toBe(
    'event: insight\nid: a1\nretry: 500\ndata: {"note":"two\\nlines"}\n\n',
  )
  expect(encodeEvent({ id: 'a2' })).toBe('id: a2\n\n')
})

test('events that are sent at once are encoded once for all streams', () => {
  const events = [{ id: 'a1', json: '{"a":1}' }, { id: 'a2' }]
  expect(String(encodeEvents(events))).toBe('id: a1\ndata: {"a":1}\n\nid: a2\n\n')
  expect(encodeEvents(events)).toBe(encodeEvents(events))
  expect(encodeEvents({ id: 'a2' })).toBe('id: a2\n\n')
})

test('an id or a type that would break the lines of an event is refused', () => {
  for (const text of ['a\nb', 'a\r', 'a\0', 'é']) {
    expect(() => encodeEvent({ id: text })).toThrow(/line/)
    expect(() => encodeEvent({ event: text })).toThrow(/line/)
  }
})

test('an empty Last-Event-ID is none', () => {
  expect(lastEventIdOf({ 'last-event-id': 'a1' })).toBe('a1')
  expect(lastEventIdOf({ 'last-event-id': '' })).toBeUndefined()
  expect(lastEventIdOf({})).toBeUndefined()
})
