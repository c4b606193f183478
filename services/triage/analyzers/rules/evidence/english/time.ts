import type { Evidence } from '../evidence.ts'

const DAY = 'monday|tuesday|wednesday|thursday|friday|saturday|sunday|mon|tue|wed|thu|fri|sat|sun'
const MONTH =
  'january|february|march|april|may|june|july|august|september|october|november|december|spring|summer|autumn|winter|christmas|easter'

/** Phrases for deadlines and urgency. A named weekday is the next such day. */
export const TIME: readonly Evidence[] = [
  {
    says: 'names a day in the past',
    masks: true,
    phrases: `last|since|past ${DAY}; last week; since yesterday; since this|the morning; since today; every|each|most|some ${DAY};
      on ${DAY} .. wrote; ${DAY} .. wrote; ${DAY} or ${DAY}; open|work on ${DAY}; on ${DAY} i|we|you|he|she|they; these days;
      ago today; from day to day; day to day; today's; all week; late last week; last month|year`,
  },
  {
    says: 'names a time within this week',
    phrases: `today; tonight; tomorrow; this week|weekend|afternoon|evening|morning|${DAY}; by|before|until|till|on|for|next|from|come|coming|is|closes|ends|opens ${DAY};
      by|before .. ${DAY}; ${DAY} at|by|noon|night|morning|afternoon|evening|latest; by|before noon|midnight|eod|cob|lunch; end of .. week; end of day;
      close of play|business; within|in # hours; within|in two|three|four|five|2|3|4|5|six|6|seven|7 days; before .. weekend; day after tomorrow; in the next hour|hours`,
    facts: ['due-this-week'],
  },
  {
    says: 'names a time before the end of next week',
    phrases:
      'next week; within a week; in a week; a week from; in|within about a week; by next ..; in eight|8|nine|9 days',
    facts: ['due-next-week'],
  },
  {
    says: 'names a time some weeks away',
    phrases: `# weeks; # months; couple of weeks|months; few weeks|months; next month|quarter; week after next; end of .. month|quarter|term;
      this month|quarter|summer|autumn|winter|spring; in|by|from|for|until|before|since|mid|end|early|late ${MONTH}; this ${MONTH}; ten|10|fourteen|14 days; fortnight;
      by|before|until|till|on the #; next ${MONTH}; month end`,
    facts: ['due-in-weeks'],
  },
  {
    says: 'puts it off to a far day',
    phrases: `next year; in a year; year or two; year or so; years from now; someday; some day; one day; in # years; # years time; not this year; until|before .. next year;
      when i .. retire|rich|older|grow|win; when we .. grow|hire|bigger; not before .. year; until at least; eventually; the year after; twelve months or so; too poor|broke`,
    facts: ['far-off'],
  },
  {
    says: 'says that it hurries',
    phrases:
      'urgent|urgently; asap; immediately; right away; right now; straight away; at once; soonest; quickly; emergency; time is short; as soon as possible; in a hurry; earliest convenience; running out of time',
    facts: ['urgent'],
    deniable: true,
  },
  {
    says: 'asks to be called at once',
    phrases: `call|ring|phone .. today|tonight|now|asap|immediately|afternoon|morning; call|ring|phone me|us .. today|tonight|now|asap|afternoon|tomorrow|before|after|until|#; speak|talk .. today|now|tomorrow;
      someone|somebody .. call|ring|phone .. me|us; pick up .. phone; give me a call|ring; call back .. today|now`,
    facts: ['contact-now'],
    deniable: true,
  },
  {
    says: 'asks not to be phoned',
    phrases: `don't call|phone|ring|telephone; do not call|phone|ring|telephone; not to call|phone|ring; please .. not|never call|phone|ring; stop phoning|ringing; don't .. by phone; no calls|phonecalls; no phone|telephone calls; without calling; e-mail|email|mail|writing|text only; only by|via|in e-mail|email|mail|writing|text; by email please; email is|works better|best|fine; prefer email|e-mail|writing; prefer .. by email; rather .. email than; can't|cannot .. take calls; can't talk|speak .. on the phone; reply by|via|in email|e-mail|mail|writing; contact me by|via email|e-mail`,
    facts: ['no-calls'],
  },
  {
    says: 'says that it does not hurry',
    masks: true,
    phrases: `no rush|hurry|hurries; not|isn't .. urgent; not .. in a hurry|rush; nothing urgent; when you .. can|time|chance|minute|moment; whenever; take your time; in your own time;
      at your leisure; no need to hurry|rush|reply; low priority; not a priority; don't .. rush|hurry; no pressure; it can wait; will|can keep; when convenient; no deadline; there's no urgency; not pressing`,
    facts: ['no-rush'],
  },
]
