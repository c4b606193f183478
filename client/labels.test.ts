import type { DescEnum } from '@bufbuild/protobuf'
import { expect, test } from 'vitest'
import {
  IntentSchema,
  NextActionSchema,
  PrioritySchema,
  StageSchema,
} from '../gen/leadtriage/insights/v1/insight_pb.ts'
import { InsightOrderSchema } from '../gen/leadtriage/insights/v1/insights_service_pb.ts'
import { LeadStateSchema } from '../gen/leadtriage/insights/v1/lead_insight_pb.ts'
import { TimelineEventSchema } from '../gen/leadtriage/insights/v1/lead_overview_pb.ts'
import { StatsBreakdownSchema, StatsIntervalSchema } from '../gen/leadtriage/insights/v1/stats_pb.ts'
import * as labels from './labels.ts'

test.each<[readonly string[], DescEnum]>([
  [labels.INTENTS, IntentSchema],
  [labels.PRIORITIES, PrioritySchema],
  [labels.NEXT_ACTIONS, NextActionSchema],
  [labels.STAGES, StageSchema],
  [labels.LEAD_STATES, LeadStateSchema],
  [labels.INSIGHT_ORDERS, InsightOrderSchema],
  [labels.TIMELINE_EVENTS, TimelineEventSchema],
  [labels.STATS_INTERVALS, StatsIntervalSchema],
  [labels.STATS_BREAKDOWNS, StatsBreakdownSchema],
])('labels %j are those of the contract, with its numbers', (known, schema) => {
  const [zero, ...values] = schema.values
  expect(zero?.number).toBe(0)
  expect(values.map(({ localName, number }) => [localName.toLowerCase(), number])).toEqual(
    known.map((label) => [label.toLowerCase(), labels.numberOf(known, label)]),
  )
  for (const label of known) expect(labels.labelOf(known, labels.numberOf(known, label))).toBe(label)
})

test('a label of a newer service is unknown, and one that does not exist is refused before the call', () => {
  expect(labels.labelOf(labels.INTENTS, 99)).toBe('unknown')
  expect(() => labels.numberOf<string>(labels.INTENTS, 'sell')).toThrow('"sell" is none of buy')
})
