import { loadConfig } from '../lib/config/load-config.ts'
import type { Analyzer } from '../services/triage/analyzers/analyzer.ts'
import { createHouseRules } from '../services/triage/analyzers/rules/house-rules/house-rules.ts'
import { houseRulesSetting } from '../services/triage/analyzers/rules/house-rules/parse-house-rules.ts'
import { createRuleAnalyzer } from '../services/triage/analyzers/rules/rule-analyzer.ts'
import { createKeywordAnalyzer } from './baseline/keyword-analyzer.ts'

/** What `--analyzer` may name. */
export const ANALYZERS: Readonly<Record<string, () => Analyzer>> = {
  rules: () => createRuleAnalyzer({ houseRules: createHouseRules(settings().TRIAGE_RULES_FILE) }),
  keywords: () => createKeywordAnalyzer(),
}

/** @throws Error that lists the names there are */
export function analyzerNamed(name: string): Analyzer {
  const create = ANALYZERS[name]
  if (create === undefined) throw new Error(`no analyzer "${name}"; there are ${Object.keys(ANALYZERS).join(', ')}`)
  return create()
}

/** The triage worker's own setting, so that rules can be tried here before they serve. */
function settings() {
  return loadConfig({ TRIAGE_RULES_FILE: houseRulesSetting }, process.env)
}
