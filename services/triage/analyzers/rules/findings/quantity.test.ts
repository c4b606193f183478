import { describe, expect, it } from 'vitest'
import { readWords } from '../reading/note-words.ts'
import { largestSeats, speaksOfEvent } from './quantity.ts'

describe('the number of seats', () => {
  it.each([
    ['We need 50 seats', 50],
    ['35 named users, 12 guests', 35],
    ['all 70 of us', 70],
    ['нас 60', 60],
    ['Son sesenta licencias', 60],
    ['Somos cien empleados', 100],
    ['São 80 utilizadores', 80],
    ['oitenta funcionários', 80],
    ['80 Arbeitsplätze', 80],
    ['60 postes', 60],
    ['ca. 3.000 Nutzer', 3000],
    ['1,200 users', 1200],
    ['1 200 utilisateurs', 1200],
  ])('is read from "%s"', (note, seats) => {
    expect(largestSeats(readWords(note))?.count ?? 0).toBe(seats)
  })

  it.each([
    ['turnover 600, four staff', 4],
    ['turnover 600 four staff', 4],
    ['Error 1017: users cannot log in', 0],
    ['60 chairs', 0],
    ['on 12.5. 200 users', 200],
    ['tél. 0033 200 postes', 200],
  ])('is not another number: "%s"', (note, seats) => {
    expect(largestSeats(readWords(note))?.count ?? 0).toBe(seats)
  })
})

describe('an event', () => {
  it.each(['Catering for 90 people', 'Una boda de 120 personas', 'Uma festa para 80 pessoas', 'Банкет на 60 человек'])(
    'is recognized in "%s"',
    (note) => {
      expect(speaksOfEvent(readWords(note))).toBe(true)
    },
  )

  it('is not seen in an order of licences', () => {
    expect(speaksOfEvent(readWords('Licences for 90 people, partly in Spain'))).toBe(false)
  })
})
