/** The names of all streams, consumers and subjects. */
export interface JetStreamNames {
  readonly leadsStream: string
  readonly leadsSubjects: string
  readonly insightsStream: string
  /** The subjects of every event in the stream of insights. */
  readonly insightsSubjects: string
  readonly insightReadySubjects: string
  readonly triageConsumer: string
  leadReceived(leadId: string): string
  insightReady(leadId: string): string
  insightCorrected(leadId: string): string
}

/** @param namespace prefix of every name, so that several installations (or test files) can share a server */
export function jetStreamNames(namespace?: string): JetStreamNames {
  const stream = namespace === undefined ? '' : `${namespace}_`
  const subject = namespace === undefined ? '' : `${namespace}.`
  return {
    leadsStream: `${stream}LEADS`,
    leadsSubjects: `${subject}leads.received.*`,
    insightsStream: `${stream}INSIGHTS`,
    insightsSubjects: `${subject}insights.*.*`,
    insightReadySubjects: `${subject}insights.ready.*`,
    triageConsumer: 'triage',
    leadReceived: (leadId) => `${subject}leads.received.${leadId}`,
    insightReady: (leadId) => `${subject}insights.ready.${leadId}`,
    insightCorrected: (leadId) => `${subject}insights.corrected.${leadId}`,
  }
}

/** Returns the lead id, the last token of the subject. */
export function leadIdOf(subject: string): string {
  return subject.slice(subject.lastIndexOf('.') + 1)
}
