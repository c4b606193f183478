import postgres from 'postgres'
import { migrate } from '../../db/migrate.ts'
import type { ServiceName } from '../../db/service-logins.ts'
import { createServiceLogins } from '../../db/service-logins.ts'

/** A migrated database. */
export interface DatabaseUrls {
  /** As a user who may create databases and roles. */
  readonly ownerUrl: string
  /** As the users that the services connect as. */
  readonly serviceUrls: Readonly<Record<ServiceName, string>>
}

/** Migrated once per server; every test file and every run clones it. */
export const TEMPLATE = 'leadtriage_template'

/** Creates {@link TEMPLATE} and the users of the services. */
export async function createTemplate(adminUrl: string): Promise<DatabaseUrls> {
  const admin = postgres(adminUrl, { max: 1, onnotice: () => undefined })
  await admin.unsafe(`create database ${TEMPLATE}`)
  await admin.end()
  const ownerUrl = withDatabase(adminUrl, TEMPLATE)
  await migrate(ownerUrl)
  return { ownerUrl, serviceUrls: await createServiceLogins(ownerUrl) }
}

/** The URLs of another database on the same server. */
export function inDatabase({ ownerUrl, serviceUrls }: DatabaseUrls, name: string): DatabaseUrls {
  return {
    ownerUrl: withDatabase(ownerUrl, name),
    serviceUrls: {
      intake: withDatabase(serviceUrls.intake, name),
      triage: withDatabase(serviceUrls.triage, name),
      insights: withDatabase(serviceUrls.insights, name),
    },
  }
}

function withDatabase(url: string, name: string): string {
  return Object.assign(new URL(url), { pathname: `/${name}` }).href
}
