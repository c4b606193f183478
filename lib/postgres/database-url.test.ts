import { describe, expect, test } from 'vitest'
import { useCertificateFiles } from '../../testkit/fixtures/certificate-files.ts'
import { databaseUrlOf, parseDatabaseUrl } from './database-url.ts'

const URL_PART = 'postgres://me:secret@db1,db2:5432/leads'
const { caFile, write } = useCertificateFiles()

describe('the URL of a database', () => {
  test.each([
    ['', undefined],
    ['?sslmode=disable', undefined],
    ['?sslmode=prefer', { mode: 'prefer', caFile: undefined }],
    ['?sslmode=require', { mode: 'require', caFile: undefined }],
    ['?sslmode=require&sslrootcert=/ca', { mode: 'verify-ca', caFile: '/ca' }],
    ['?sslmode=verify-ca&sslrootcert=/ca', { mode: 'verify-ca', caFile: '/ca' }],
    ['?sslrootcert=/ca', { mode: 'verify-full', caFile: '/ca' }],
    ['?sslrootcert=system', { mode: 'verify-full', caFile: undefined }],
    ['?sslmode=verify-full', { mode: 'verify-full', caFile: undefined }],
  ])('with %j means TLS as %j', (parameters, tls) => {
    expect(parseDatabaseUrl(URL_PART + parameters)).toEqual({ url: URL_PART, tls })
  })

  test('keeps its other parameters', () => {
    const { url } = parseDatabaseUrl(`${URL_PART}?application_name=x&sslmode=require&target_session_attrs=primary`)
    expect(url).toBe(`${URL_PART}?application_name=x&target_session_attrs=primary`)
  })

  test.each([
    ['?sslmode=allow', 'its sslmode must be one of disable, prefer, require, verify-ca, verify-full'],
    ['?sslmode=REQUIRE', 'its sslmode must be one of'],
    ['?sslmode=disable&sslrootcert=/ca', 'with sslmode=disable the server is not verified'],
    ['?sslmode=prefer&sslrootcert=/ca', 'with sslmode=prefer the server is not verified'],
    ['?sslcert=/a&sslkey=/b', 'its parameter sslcert is not supported'],
    ['?ssl=true', 'its parameter ssl is not supported'],
  ])('with %j is rejected, without its password', (parameters, reason) => {
    expect(() => parseDatabaseUrl(URL_PART + parameters)).toThrow(reason)
    expect(() => parseDatabaseUrl(URL_PART + parameters)).not.toThrow(/secret/)
  })
})

describe('DATABASE_CA_FILE', () => {
  test('verifies the server and its name', () => {
    const url = databaseUrlOf({ DATABASE_URL: URL_PART, DATABASE_CA_FILE: caFile })
    expect(parseDatabaseUrl(url)).toEqual({ url: URL_PART, tls: { mode: 'verify-full', caFile } })
  })

  test.each([
    ['/not/here', '', 'DATABASE_CA_FILE=/not/here is wrong: the file cannot be read (ENOENT)'],
    [write('empty', ''), '', 'is wrong: the file has no PEM certificate'],
    [caFile, '?sslrootcert=/ca', 'it must not be set when DATABASE_URL has sslrootcert'],
    [caFile, '?sslmode=disable', 'so DATABASE_CA_FILE must not be set'],
  ])('%s with %j is rejected', (DATABASE_CA_FILE, parameters, reason) => {
    expect(() => databaseUrlOf({ DATABASE_URL: URL_PART + parameters, DATABASE_CA_FILE })).toThrow(reason)
  })
})

test('sslrootcert that cannot be read is rejected', () => {
  const DATABASE_URL = `${URL_PART}?sslrootcert=/not/here`
  expect(() => databaseUrlOf({ DATABASE_URL })).toThrow(
    'sslrootcert=/not/here is wrong: the file cannot be read (ENOENT)',
  )
})
