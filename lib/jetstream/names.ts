/** The names of all streams, consumers and subjects. */
export interface JetStreamNames {
  readonly leadsStream: string
  readonly leadsSubjects: string
  readonly insightsStream: string
  readonly insightsSubjects: string
  readonly triageConsumer: string
  leadReceived(leadId: string): string
  insightReady(leadId: string): string
}

/** @param namespace prefix of every name, so that several installations (or test files) can share a server */
export function jetStreamNames(namespace?: string): JetStreamNames {
  const stream = namespace === undefined ? '' : `${namespace}_`
  const subject = namespace === undefined ? '' : `${namespace}.`
  return {
    leadsStream: `${stream}LEADS`,
    leadsSubjects: `${subject}leads.received.*`,
    insightsStream: `${stream}INSIGHTS`,
    insightsSubjects: `${subject}insights.ready.*`,
    triageConsumer: 'triage',
    leadReceived: (leadId) => `${subject}leads.received.${leadId}`,
    insightReady: (leadId) => `${subject}insights.ready.${leadId}`,
  }
}

/** Returns the lead id, the last token of the subject. */
export function leadIdOf(subject: string): string {
  return subject.slice(subject.lastIndexOf('.') + 1)
}
