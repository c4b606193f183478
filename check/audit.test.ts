import { expect, test } from 'vitest'
import { readAudit } from './audit.ts'

/** The form of npm 11. */
const report = (vulnerabilities: object) =>
  JSON.stringify({ auditReportVersion: 2, vulnerabilities, metadata: { vulnerabilities: {} } })

test('packages without known vulnerabilities pass', () => {
  expect(readAudit(report({}))).toEqual([])
})

test('each vulnerable package is a fault, with its advisory or the package that brings it', () => {
  const advisory = {
    source: 1,
    name: 'a',
    title: 'Prototype pollution',
    url: 'https://example.com/1',
    severity: 'high',
  }
  const faults = readAudit(
    report({
      a: { name: 'a', severity: 'high', range: '<1.2.3', via: [advisory], effects: ['b'], fixAvailable: true },
      b: { name: 'b', severity: 'high', range: '*', via: ['a'], effects: [], fixAvailable: false },
    }),
  )
  expect(faults).toEqual(['a <1.2.3: high: Prototype pollution (https://example.com/1)', 'b *: high: by a'])
})

test('a registry without an audit endpoint is no fault, and no pass either', () => {
  const message = '405 Method Not Allowed - POST https://registry.example.com/-/npm/v1/security/advisories/bulk'
  expect(readAudit(JSON.stringify({ message, statusCode: 405 }))).toEqual({
    skipped: 'the audit endpoint of the registry does not answer: 405 Method Not Allowed',
  })
  expect(readAudit('')).toEqual({ skipped: 'the audit endpoint of the registry does not answer: no report' })
})
