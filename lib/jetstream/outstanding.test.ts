import { expect, test } from 'vitest'
import { createOutstanding } from './outstanding.ts'

test('there is room up to the maximum number of messages', () => {
  const outstanding = createOutstanding(2, 1_000)
  outstanding.add(1)
  expect(outstanding.hasRoom(1)).toBe(true)
  outstanding.add(1)
  expect(outstanding.hasRoom(1)).toBe(false)
  outstanding.settleOldest()
  expect(outstanding.hasRoom(1)).toBe(true)
})

test('there is room up to the maximum number of bytes, and settling a message frees its bytes', () => {
  const outstanding = createOutstanding(3, 100)
  for (let round = 0; round < 10; round += 1) {
    outstanding.add(90)
    outstanding.add(10)
    expect(outstanding.hasRoom(1)).toBe(false)
    outstanding.settleOldest()
    expect([outstanding.hasRoom(90), outstanding.hasRoom(91)]).toEqual([true, false])
    outstanding.settleOldest()
    expect([outstanding.hasRoom(100), outstanding.hasRoom(101)]).toEqual([true, false])
  }
})

test('it is half full by messages or by bytes', () => {
  const outstanding = createOutstanding(4, 100)
  outstanding.add(49)
  expect(outstanding.isHalfFull()).toBe(false)
  outstanding.add(1)
  expect(outstanding.isHalfFull()).toBe(true)
  outstanding.settleOldest()
  expect(outstanding.isHalfFull()).toBe(false)
  outstanding.add(49)
  expect(outstanding.isHalfFull()).toBe(true)
})

test('a message is settled together with all before it, once', () => {
  const outstanding = createOutstanding(5, 1_000)
  const numbers = [1, 2, 3, 4, 5].map((bytes) => {
    const number = outstanding.nextNumber()
    outstanding.add(bytes)
    return number
  })
  outstanding.settleOldest()
  expect(outstanding.settleThrough(numbers[2] ?? -1)).toBe(1)
  expect(outstanding.settleThrough(numbers[2] ?? -1)).toBe(0)
  expect(outstanding.settleThrough(numbers[0] ?? -1)).toBe(0)
  expect(outstanding.settleAll()).toBe(2)
  expect(outstanding.settleThrough(numbers[4] ?? -1)).toBe(0)
})

test('makeRoom settles only as many of the oldest as needed', () => {
  const outstanding = createOutstanding(4, 100)
  for (const bytes of [10, 20, 70]) outstanding.add(bytes)
  expect(outstanding.makeRoom(0)).toBe(0)
  expect(outstanding.makeRoom(25)).toBe(2)
  expect(outstanding.makeRoom(1_000)).toBe(1)
})

test('replies without an outstanding message settle nothing', () => {
  const outstanding = createOutstanding(2, 100)
  outstanding.settleOldest()
  outstanding.add(100)
  expect(outstanding.hasRoom(1)).toBe(false)
  expect(outstanding.settleAll()).toBe(1)
})
