import type { Analysis } from '../../../../domain/analysis.ts'
import type { Analyzer } from '../analyzer.ts'
import { confidenceOf } from './confidence.ts'
import { VOCABULARY } from './evidence/vocabulary.ts'
import type { Finding } from './finding.ts'
import { weighIntent } from './intent.ts'
import { detectLanguage } from './language.ts'
import { createMatcher } from './match.ts'
import { readWords } from './note-words.ts'
import { phraseFindings } from './phrase-findings.ts'
import { decidePriority } from './priority.ts'
import { reasonsFor } from './reasons.ts'
import { withoutReportedInjection } from './reported-injection.ts'
import { tagsOf } from './tags.ts'
import { wholeNoteFindings } from './whole-note.ts'

/**
 * Judges notes by hand-written evidence, in English and Russian: no network, no state, the same answer every time.
 *
 * All evidence is weighed before anything is decided. The intent is the heaviest sum; the priority follows from
 * the intent and the facts by the table of TRIAGE.md; the reasons are the evidence itself.
 */
export function createRuleAnalyzer(): Analyzer {
  const findPhrases = createMatcher(VOCABULARY)

  function judge(note: string): Analysis {
    const words = readWords(note)
    const language = detectLanguage(words)
    const findings: Finding[] = withoutReportedInjection(note, [
      ...phraseFindings(findPhrases(words), words),
      ...wholeNoteFindings(note, words),
    ])
    const facts = new Set(findings.flatMap((finding) => finding.facts))

    const verdict = weighIntent(findings)
    const priority = decidePriority(verdict.intent, facts)
    return {
      intent: verdict.intent,
      priority,
      confidence: confidenceOf(verdict, language),
      tags: tagsOf(verdict.intent, priority, facts),
      reasons: reasonsFor(verdict.intent, findings),
      language,
    }
  }

  return {
    id: 'rules@1',
    async analyze(note, signal) {
      signal.throwIfAborted()
      return judge(note)
    },
  }
}
