import type { Client } from '@connectrpc/connect'
import type { IntakeService, Lead as LeadMessage } from '../gen/leadtriage/intake/v1/intake_service_pb.ts'
import { type CreateManyOptions, type CreateManyResult, createMany } from './create-many.ts'
import { randomUuid } from './random-uuid.ts'
import type { Caller, CallOptions } from './retry.ts'
import { dateOf, present } from './times.ts'

/** A lead to be stored. Lengths are in Unicode code points. */
export interface NewLead {
  /** At most 254. */
  readonly email?: string | undefined
  /** At most 64. Not validated or normalized. */
  readonly phone?: string | undefined
  /** At most 200. */
  readonly name?: string | undefined
  /** The sender's message: at most 20,000, with at least one visible character. */
  readonly note: string
  /** The origin of the lead, for example `website`; at most 100. */
  readonly source?: string | undefined
}

/** A stored lead. */
export interface Lead extends NewLead {
  /** UUIDv7. */
  readonly id: string
  /** When the lead was committed, by the database's clock. */
  readonly createdAt: Date
}

export interface CreateOptions extends CallOptions {
  /** A UUID, the same for every call that stores this lead. Default: a new one for each call. */
  readonly idempotencyKey?: string | undefined
}

export interface CreatedLead {
  readonly lead: Lead
  /** True when an earlier call, or an earlier attempt of this one, stored the lead. */
  readonly replayed: boolean
}

export interface Leads {
  /**
   * Stores a lead, once for each idempotency key. Attempts of one call share its key.
   * @throws LeadtriageError `invalid_request` with every violation, `idempotency_conflict` when the key was used for a
   *   different lead, `lead_erased` when the lead of the key was erased. After any other code the lead may be stored:
   *   call again with the `idempotencyKey` of the error.
   */
  create(lead: NewLead, options?: CreateOptions): Promise<CreatedLead>
  /**
   * Stores any number of leads in batches, a few at a time. Resolves to a result for each, in their order, also when
   * some could not be stored; rejects only when the signal aborts.
   */
  createMany(leads: Iterable<NewLeadWithKey>, options?: CreateManyOptions): Promise<CreateManyResult[]>
  /** @throws LeadtriageError `lead_not_found`, `invalid_request` when the id is not a UUID */
  get(leadId: string, options?: CallOptions): Promise<Lead>
}

/** A lead of {@link Leads.createMany}. */
export interface NewLeadWithKey extends NewLead {
  /** Default: a new one, which the result names. */
  readonly idempotencyKey?: string | undefined
}

export function createLeads(intake: Client<typeof IntakeService>, call: Caller): Leads {
  return {
    create: async (lead, { idempotencyKey = randomUuid(), ...options } = {}) => {
      const request = { idempotencyKey, lead }
      const response = await call((attempt) => intake.createLead(request, attempt), { ...options, idempotencyKey })
      return { lead: toLead(present(response.lead)), replayed: response.replayed }
    },
    createMany: (leads, options) => createMany(intake, call, leads, options),
    get: async (leadId, options) => {
      const { lead } = await call((attempt) => intake.getLead({ leadId }, attempt), options)
      return toLead(present(lead))
    },
  }
}

export function toLead({ id, email, phone, name, note, source, createdAt }: Omit<LeadMessage, '$typeName'>): Lead {
  return { id, email, phone, name, note, source, createdAt: dateOf(present(createdAt)) }
}
