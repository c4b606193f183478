import { z } from 'zod'
import { timeField } from '../../../contract/rest-fields.ts'
import type { IntervalFigures, Stats } from '../get-stats.ts'
import type { Figures } from './figures.ts'

/* Statistics as REST responses have them. */

const FIGURES_EXAMPLE = {
  arrivals: 1_250,
  triaged: 1_246,
  pending: 3,
  dead_lettered: 1,
  duplicates: 17,
  intents: { buy: 520, support: 402, spam: 187, job: 54, other: 83 },
  priorities: { P0: 61, P1: 398, P2: 487, P3: 300 },
  spam_share: 0.15008,
  corrected: 40,
  disagreements: 6,
  agreement: 0.85,
  latency: { p50_ms: 28, p95_ms: 73, p99_ms: 189 },
}

const count = z.int().min(0)
const share = z.number().min(0).max(1).nullable()

const figuresSchema = z
  .object({
    arrivals: count.meta({ description: 'Leads that were received.' }),
    triaged: count.meta({ description: 'Leads with an insight.' }),
    pending: count.meta({ description: 'Leads that wait for triage.' }),
    dead_lettered: count.meta({ description: 'Leads without an insight whose triage failed.' }),
    duplicates: count.meta({
      description:
        'Triaged leads with the same note as an earlier lead of the same client that was received within the hour ' +
        'before.',
    }),
    intents: z.object({ buy: count, support: count, spam: count, job: count, other: count }).meta({
      id: 'IntentCounts',
      description:
        'Triaged leads by intent. What a person corrected counts instead of what the analyzer determined, here and in ' +
        '`priorities`.',
    }),
    priorities: z
      .object({ P0: count, P1: count, P2: count, P3: count })
      .meta({ id: 'PriorityCounts', description: 'Triaged leads by priority.' }),
    spam_share: share.meta({ description: 'The share of triaged leads with the intent spam; null if there are none.' }),
    corrected: count.meta({ description: 'Insights that a person corrected or confirmed.' }),
    disagreements: count.meta({
      description: "Those of them whose intent or priority differs from the analyzer's.",
    }),
    agreement: share.meta({
      description: 'The share of `corrected` without a disagreement; null if no insight was corrected.',
    }),
    latency: z
      .object({ p50_ms: count, p95_ms: count, p99_ms: count })
      .meta({ id: 'StatsLatency' })
      .nullable()
      .meta({
        description:
          'Percentiles of the time from the commit of the lead to that of its first insight, from a histogram. Each ' +
          'differs by at most 4.5 % and half a millisecond from the exact one. Null if no lead was triaged.',
      }),
  })
  .meta({
    id: 'StatsFigures',
    description:
      'Figures about leads that were received in a period, as they are now. `arrivals` is the sum of `triaged`, ' +
      '`pending` and `dead_lettered`. Erased leads do not count.',
    examples: [FIGURES_EXAMPLE],
  })

const [START, END] = ['2026-01-31T00:00:00.000Z', '2026-02-01T00:00:00.000Z']
const intervalsField = z.array(
  z
    .object({
      start: timeField,
      end: timeField.meta({
        description: 'A day has 23 or 25 hours when the clocks of its time zone change.',
      }),
      figures: figuresSchema,
    })
    .meta({ id: 'StatsIntervalFigures', examples: [{ start: START, end: END, figures: FIGURES_EXAMPLE }] }),
)

export const statsSchema = z
  .object({
    from: timeField.meta({ description: 'Start of the period with whole intervals.' }),
    to: timeField.meta({ description: 'End of the period with whole intervals.' }),
    as_of: timeField.meta({ description: 'Everything that was committed before this time is counted.' }),
    total: figuresSchema,
    intervals: intervalsField.meta({ description: 'All intervals of the period, in order.' }),
    groups: z
      .array(
        z
          .object({
            value: z.string().nullable().meta({
              description: 'Null for leads without the property, and if `other` is true.',
            }),
            other: z.boolean().meta({
              description: 'Whether these are the leads of all values that have no group of their own.',
            }),
            total: figuresSchema,
            intervals: intervalsField,
          })
          .meta({ id: 'StatsGroup' }),
      )
      .meta({ description: 'The value with the most leads first, `other` last. Empty without a `breakdown`.' }),
    unattributed: count.meta({
      description:
        'Triaged leads that may match a filter by source and are not counted, because only the 100 most frequent ' +
        'sources of each hour and client are kept. Usually 0.',
    }),
  })
  .meta({
    id: 'Stats',
    examples: [
      {
        from: START,
        to: END,
        as_of: '2026-01-31T12:00:00.000Z',
        total: FIGURES_EXAMPLE,
        intervals: [{ start: START, end: END, figures: FIGURES_EXAMPLE }],
        groups: [],
        unattributed: 0,
      },
    ],
  })

export function toStatsBody({
  from,
  to,
  asOf,
  total,
  intervals,
  groups,
  unattributed,
}: Stats): z.infer<typeof statsSchema> {
  return {
    from: from.toISOString(),
    to: to.toISOString(),
    as_of: asOf.toISOString(),
    total: toFiguresBody(total),
    intervals: intervals.map(toIntervalBody),
    groups: groups.map((group) => ({
      value: group.value ?? null,
      other: group.other,
      total: toFiguresBody(group.total),
      intervals: group.intervals.map(toIntervalBody),
    })),
    unattributed,
  }
}

function toIntervalBody({ start, end, figures }: IntervalFigures) {
  return { start: start.toISOString(), end: end.toISOString(), figures: toFiguresBody(figures) }
}

function toFiguresBody(figures: Figures): z.infer<typeof figuresSchema> {
  const { deadLettered, spamShare, agreement, latency, ...others } = figures
  return {
    ...others,
    dead_lettered: deadLettered,
    spam_share: spamShare ?? null,
    agreement: agreement ?? null,
    latency: latency ? { p50_ms: latency.p50, p95_ms: latency.p95, p99_ms: latency.p99 } : null,
  }
}
