import type { Evidence } from '../evidence.ts'

/** Phrases of customers who need help: what is broken, for whom, since when, and what they paid. */
export const SUPPORT: readonly Evidence[] = [
  {
    says: 'cannot get in',
    phrases: `can't|couldn't|unable .. log|login|sign|access|open|get|enter|reach; log in; locked out; password reset; reset .. password; forgot .. password; 2fa; two factor; account .. suspended|locked|blocked|disabled|closed; my password; password .. wrong|rejected|expired|invalid; permission denied; access denied; login page; session expired`,
    facts: ['blocked'],
  },
  {
    says: 'reports a fault',
    phrases: `error; errors; err; bug; bugs; crash; crashes; crashing; crashed; broken; broke; fails; failed; failing; failure; fault; faulty; freezes; frozen; hangs; stuck; timeout; timed out; doesn't|don't|isn't|not|won't|stopped|stops .. work|working|load|loading|open|start|print|sync|syncing|connect|respond|arrive|save|close|heat; stopped; won't .. open|start|close|turn|go|take;
      bounce|bounced|bounces; missing; disappeared; vanished; gone; nothing happens; not .. received; hasn't|haven't|didn't|never arrived|come|came|received|got|worked; blank page|screen; white page|screen; went wrong; something went wrong; glitch; wrong; leaks; leaking; leak; rattle; cracked; scratched; dent; dented; bent; torn; damaged; defect*; beeping; spinner; throws me; shows up; not showing; cuts out; dropping; drops; slow; noise; smell; smells; cold; warming up; flooded; dead; empty`,
  },
  {
    says: 'complains about a delivery',
    phrases: `ordered .. got|came|received|arrived; order no|number|ref; order #; my order; our order; delivered .. wrong|broken|damaged|empty; arrived broken|damaged|wrong|late|empty|with; wrong size|colour|doors|item|one|model|part|address|order; replacement; exchange; came .. with; still waiting; waiting for|since; no show; didn't turn up; nobody came|turned|showed; never turned up; was supposed to; were supposed to; half the; parcel; courier; tracking; claim #; claim no; serial; ser; warranty; guarantee; under warranty; ticket #; ticket; contract no|number; case no|number; booking ref|no; reference #`,
    facts: ['blocked'],
  },
  {
    says: 'disputes money',
    phrases: `charged twice|double|again|for; double charged; billed; overcharged; charged us|me; refund; refunded; money back; took .. money|dollars|eur|pounds|from; debited; direct debit; charged; wrong invoice; invoice .. wrong; paid .. but|already|twice; give .. back; pay back; reverse charge; too much; billing mistake|error; bill for; fined; credit note; still being charged`,
    facts: ['billing', 'blocked'],
  },
  {
    says: 'cancels or threatens to leave',
    phrases: `cancel; cancelling; cancellation; cancelled; terminate; close .. account; leave you; leaving you; take .. business elsewhere; go elsewhere; last chance; looking at alternatives; competitor|competitors .. quoted|offered; talk about leaving; had enough; fed up; fourth|third|fifth|second message|time|email|call|complaint; # times; third outage; no answer; no reply; nobody answers|replies|answered|picks|called; still no; ignored; disappointed; disgrace*; unacceptable; disgusting; worst; terrible; appalling; one star; bad review; complaint; patience; never again; waiting for an answer; promised; you said; were told; was told`,
    facts: ['churn-risk', 'blocked'],
  },
  {
    says: 'is a customer already',
    phrases: `since the|your update|upgrade|visit|repair|service; since yesterday|monday|tuesday|wednesday|thursday|friday|saturday|sunday; yesterday; you installed|fitted|serviced|delivered|repaired|sold|built|supplied|sent|made|filed|overhauled|did; installed by you; your technician|engineer|driver|fitter|man|people|cleaner|cleaners|installer|guard; the new one; bought from you; we bought; i bought; my account; our account; our workspace; your app|update|system|software|api|portal; as a customer; long-standing customer; paying customer; we're on|i'm on; we pay; i pay; last invoice; my subscription; our subscription; my contract; our contract; after .. update; again; still; reinstalled; restarted; tried; screenshot`,
  },
  {
    says: 'says that all of it is down',
    phrases: `everything .. down; everything is down; is|are|was|went all down; is|are down; went down; system .. down; server|servers|site|website|network|internet|line|lines .. down; outage; total failure; nothing works; nothing is working; not working at all; no one|nobody can|here|in; no orders|calls|data; none of our|us|the; ransom*; 503; 500 internal; complete standstill; offline; dead in the water; no power; no water; no heating`,
    facts: ['outage', 'standstill'],
  },
  {
    says: 'says that many are hit',
    phrases: `all of our; all our; all # ; entire|whole office|store|team|company|site|school|firm|department|building|ward|kitchen|floor; everyone; everybody; nobody here; nobody can; all wards|shops|branches|stores|users|customers|staff|agents|lines|sites|rooms|tills|offices; every customer|invoice|user|contact|order|branch|shop|till|outside|one of our; # people staring|waiting|standing|sitting|without; at any of our; in any of our; our customers; my customers; customers .. waiting|leaving|standing; queue; patients; pupils; guests .. waiting|arrive`,
    facts: ['many-affected'],
  },
  {
    says: 'says that business stands still',
    phrases: `standstill; come to a stop; costs us; can't sell|trade|work|serve|open|ship|take|bill; losing money|sales|customers; every minute|hour costs; gone to paper; on paper; production .. stopped|stands|down; line .. stopped|down; sent .. home; had to close; evacuated; we're closed because; no screen; lives; danger; dangerous; unsafe; gas`,
    facts: ['standstill'],
  },
  {
    says: 'has lost data',
    phrases: `data loss; lost all|everything|years|our|data|# ; records .. gone|missing|aren't|vanished; all|our .. records|files|cases|photos|notes|deals|documents .. gone|disappeared|vanished|missing; workspace is gone; deleted everything; everything .. gone|deleted|vanished; database is|was empty; restored; restore .. backup; a backup; from backup; not in trash`,
    facts: ['data-loss'],
  },
  {
    says: 'reports a breach',
    phrases: `breach; hacked; hack into; leaked; leaking data; somebody|someone else's .. customers|data|invoice|details|names|records|account; other people's|customers; other customers' ; stolen .. data|keys|list; exposed; unauthorised|unauthorized .. access|login|export; logged in as; intruder; ransomware; api key .. public; revoke; break in; broke in; master key; no password; without .. password; strangers; can see .. other|everyone's|everybody's; publicly; on sale; wrong patient|client|customer|recipient; someone elses; compromised`,
    facts: ['breach', 'security'],
  },
  {
    says: 'reports mailing or charging that runs away',
    phrases: `keeps sending|charging; still going; every contact; same email at|to every; all our|my contacts; mailing clients; every customer twice; charged every; how do we stop`,
    facts: ['mass-damage'],
  },
  {
    says: 'asks how something works',
    phrases: `how do i|we|you; how can i|we; how to; where do i|we find|download|change|see|set|turn|switch; where can i|we find|download|change|see|get; where is the; where's the; which way; how often; is there a way|setting; can i|we change|turn|switch|export|move|add|set|download; where did .. go; what does .. mean; what's the best way; can a guest|user; shortcut; setting; instructions for; manual for; dark mode; way round; should i; do i have|need to`,
    facts: ['how-to'],
  },
  {
    says: 'reports a blemish',
    phrases: `typo; small thing; minor; cosmetic; tiny; spelling; misspelt; nothing broken; no big deal; not a big deal; slightly; a bit; bit annoying; just so you know; fyi; looks odd|strange|funny; workaround; not a problem; annoying`,
    facts: ['minor'],
  },
  {
    says: 'makes a routine request as a customer',
    phrases: `we have moved; new address; change of address; our address; change .. address|name|email|phone|code|language; update .. details|address|records; copy of .. invoice|receipt|contract; last year's invoice|invoices; invoices; download .. invoice|invoices; resend .. invoice|receipt; a receipt; vat number; new bank details`,
    facts: ['routine'],
  },
  {
    says: 'says it is solved',
    phrases: `never mind; nevermind; works again; working again; all working; is back now; back now; it's back; sorted now; fixed itself; sorted itself; resolved; solved; false alarm; our own fault|mistake|firewall; you can close; close ticket|the ticket; no need to send|reply|come; found it myself; ignore my last; please disregard; figured it out; nothing needed`,
    facts: ['resolved'],
  },
]
