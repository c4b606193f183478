import type { Attacker } from '../attack.ts'
import { makeRestCall } from './rest-calls.ts'
import { makeRestLead } from './rest-leads.ts'

export const restAttacker: Attacker = {
  protocol: 'rest',
  share: 25,
  make: (making) => (making.random.chance(0.65) ? makeRestLead(making) : makeRestCall(making)),
}
