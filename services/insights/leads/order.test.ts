import fc from 'fast-check'
import { expect, test } from 'vitest'
import { comparePositions, mergeSlices, Order, type Position, type Slice } from './order.ts'

const positions = fc.record<Position>({
  rank: fc.constantFrom('P0', 'P1', 'none'),
  receivedAt: fc.integer({ min: 1, max: 9 }).map((ms) => new Date(ms)),
  leadId: fc.uuid(),
})

test('pages of merged slices have every position once, in order, however far each slice reaches', () => {
  const sources = fc.array(fc.array(positions, { maxLength: 9 }), { maxLength: 3 })
  const sizes = fc.integer({ min: 1, max: 4 })
  const orders = fc.constantFrom(...Object.values(Order))
  fc.assert(
    fc.property(
      sources,
      sizes,
      fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 50 }),
      orders,
      (all, size, reach, order) => {
        const compare = (a: Position, b: Position) => comparePositions(order, a, b)
        const next = (source: readonly Position[], after: Position | undefined): Slice => {
          const rest = [...source]
            .sort(compare)
            .filter((position) => after === undefined || compare(position, after) > 0)
          const read = rest.slice(0, reach.pop() ?? size)
          return { positions: read, through: read.length < rest.length ? read.at(-1) : undefined }
        }
        const merged: Position[] = []
        let after: Position | undefined
        do {
          const page = mergeSlices(
            order,
            all.map((source) => next(source, after)),
            size,
          )
          merged.push(...page.positions)
          after = page.next
        } while (after !== undefined)
        expect(merged).toEqual(all.flat().sort(compare))
      },
    ),
  )
})
