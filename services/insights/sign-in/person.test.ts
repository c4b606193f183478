import { expect, test } from 'vitest'
import { personOf } from './person.ts'

const OPTIONS = { rolesClaim: 'roles', roleNames: { viewer: 'viewer', agent: 'Sales Agent', admin: 'admin' } }
const roleOf = (claims: object, rolesClaim = 'roles') => personOf('1', { ...claims }, { ...OPTIONS, rolesClaim }).role

test.each([
  [{ roles: ['viewer', 'admin'] }, 'admin'],
  [{ roles: 'viewer other' }, 'viewer'],
  [{ roles: 'Sales Agent' }, 'agent'],
  [{ roles: ['Sales Agent'] }, 'agent'],
  [{ roles: ['agent', 'VIEWER', 7] }, undefined],
  [{ roles: { admin: true } }, undefined],
  [{}, undefined],
])('%j means the role %s', (claims, role) => {
  expect(roleOf(claims)).toBe(role)
})

test('the claim may be inside others, or named by a URL', () => {
  expect(roleOf({ realm_access: { roles: ['admin'] } }, 'realm_access.roles')).toBe('admin')
  expect(roleOf({ 'https://example.com/roles': ['admin'] }, 'https://example.com/roles')).toBe('admin')
  expect(roleOf({}, 'constructor.name')).toBeUndefined()
})

test('the name is the best that there is, and not too long', () => {
  const nameOf = (claims: object) => personOf('1', { ...claims }, OPTIONS).name
  expect(nameOf({ name: 'Jo', email: 'jo@example.com' })).toBe('Jo')
  expect(nameOf({ name: ' ', email: 'jo@example.com' })).toBe('jo@example.com')
  expect(nameOf({ name: 7 })).toBeNull()
  expect(nameOf({ name: '🙂'.repeat(300) })).toBe('🙂'.repeat(200))
})
