import type { Evidence } from '../evidence.ts'

/** Phrases for urgency, and for times that are no dates; `dates/` reads dates. */
export const TIME: readonly Evidence[] = [
  {
    says: 'puts it off to a far day',
    phrases: `year or two; year or so; years from now; someday; some day; one day; not this year; when i .. retire|rich|older|grow|win;
      when we .. grow|hire|bigger; until at least; eventually; the year after; twelve months or so; too poor|broke`,
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
    phrases: `don't call|phone|ring|telephone; do not call|phone|ring|telephone; not to call|phone|ring; please .. not|never call|phone|ring; stop phoning|ringing me|us; don't .. by phone; no calls|phonecalls; no phone|telephone calls; without calling; e|email|mail|writing|text only; only by|via|in e|email|mail|writing|text; by email please; email is|works better|best|fine; prefer email|e|writing; prefer .. by email; rather .. email than; can't|cannot .. take calls; can't talk|speak .. on the phone; contact me by|via email|e`,
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
