import type { Analysis } from '../../domain/analysis.ts'
import { Intent, Priority } from '../../domain/vocabulary.ts'
import type { Analyzer } from '../../services/triage/analyzers/analyzer.ts'

/** In order of precedence: the first list with a keyword in the note determines the intent. */
const INTENT_KEYWORDS: readonly (readonly [Intent, readonly string[]])[] = [
  [Intent.Buy, ['price', 'pricing', 'quote', 'buy', 'purchase', 'demo', 'trial', 'seats', 'license']],
  [Intent.Support, ['help', 'error', 'issue', 'problem', 'bug', 'broken', 'not working', 'support']],
  [Intent.Job, ['job', 'resume', 'cv', 'vacancy', 'hiring', 'career', 'internship']],
  [Intent.Spam, ['seo', 'backlink', 'crypto', 'casino', 'loan', 'winner', 'click here', 'free money']],
]

const URGENT_KEYWORDS = ['urgent', 'asap', 'immediately', 'right now', 'today', 'emergency']
const CERTAIN = 0.8
const GUESS = 0.5

/**
 * A simple baseline for `npm run eval`: the first matching keyword decides. No service uses it.
 */
export function createKeywordAnalyzer(): Analyzer {
  return {
    id: 'keywords@1',
    analyze: async ({ note }, signal) => {
      signal.throwIfAborted()
      return predict(note.toLowerCase())
    },
  }
}

function predict(note: string): Analysis {
  const found = INTENT_KEYWORDS.find(([, keywords]) => keywords.some((keyword) => note.includes(keyword)))
  const intent = found?.[0] ?? Intent.Other
  return {
    intent,
    priority: priorityOf(
      intent,
      URGENT_KEYWORDS.some((keyword) => note.includes(keyword)),
    ),
    confidence: found ? CERTAIN : GUESS,
    tags: [],
    reasons: [],
    language: 'und',
  }
}

function priorityOf(intent: Intent, urgent: boolean): Priority {
  if (intent === Intent.Spam || intent === Intent.Job) return Priority.P3
  if (intent === Intent.Other) return urgent ? Priority.P2 : Priority.P3
  return urgent ? Priority.P0 : Priority.P1
}
