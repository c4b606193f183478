import { describe, expect, test } from 'vitest'
import { parseAckSubject } from './stream-message.ts'

const delivery = {
  deliveryCount: 2,
  streamSequence: 17,
  consumerSequence: 23,
  timestamp: '1795861554958612482',
}

describe('an ack subject', () => {
  test.each([
    ['with nine tokens', '$JS.ACK.LEADS.triage.2.17.23.1795861554958612482.4'],
    ['with a domain and an account hash', '$JS.ACK._.aHash.LEADS.triage.2.17.23.1795861554958612482.4'],
    ['with a random token at the end', '$JS.ACK.hub.aHash.LEADS.triage.2.17.23.1795861554958612482.4.xyz'],
  ])('%s identifies the message and the delivery', (_, subject) => {
    expect(parseAckSubject(subject)).toEqual(delivery)
  })

  test.each(['', '$JS.ACK', '$JS.FC.LEADS.triage.2.17.23.1.4', '$JS.ACK.LEADS.triage.2.17.23.1.4.5', '_INBOX.a.b'])(
    'is not %j',
    (subject) => {
      expect(() => parseAckSubject(subject)).toThrow('not an ack subject')
    },
  )
})
