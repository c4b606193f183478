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
    phrases: `error; errors; err; bug; bugs; crash; crashes; crashing; crashed; broken; broke; fails; failed; failing; failure; fault; faulty; freezes; frozen; hangs; is|are|am|i'm|we're|get|gets|got|been|stays|remains|still|stuck stuck; stuck on|in|at; timeout; timed out; doesn't|don't|isn't|not|won't|stopped|stops .. work|working|load|loading|open|start|print|sync|syncing|connect|respond|arrive|save|close|heat; stopped; won't .. open|start|close|turn|go|take;
      bounce|bounced|bounces; missing; disappeared; vanished; gone; nothing happens; not .. received; hasn't|haven't|didn't|never arrived|come|came|received|got|worked; blank page|screen; white page|screen; went wrong; something went wrong; glitch; wrong; leaks; leaking; leak; rattle; cracked; scratched; dent; dented; bent; torn; damaged; defect*; beeping; spinner; throws me; shows up; not showing; cuts out; dropping; drops; slow; noise; smell; smells; cold; warming up; flooded; dead; empty`,
  },
  {
    says: 'complains about a delivery',
    phrases: `ordered .. got|came|received|arrived; order no|number|ref; order #; my order; our order; delivered .. wrong|broken|damaged|empty; arrived broken|damaged|wrong|late|empty|with; wrong size|colour|doors|item|one|model|part|address|order; replacement; exchange; came .. with; still waiting; waiting for|since; no show; didn't turn up; nobody came|turned|showed; never turned up; was supposed to; were supposed to; half the; parcel; courier; tracking; claim #; claim no; serial; ser # ; warranty; guarantee; under warranty; ticket #; ticket; contract no|number; case no|number; booking ref|no; reference #`,
    facts: ['blocked'],
  },
  {
    says: 'disputes money',
    phrases: `charged twice|double|again|for; double charged; billed; overcharged; charged us|me; refund; refunded; money back; took .. money|dollars|eur|pounds|from; debited; direct debit; charged; wrong invoice; invoice .. wrong; paid .. but|already|twice; give .. back; pay back; reverse charge; too much; billing mistake|error; bill for; fined; credit note; still being charged; took|taken|taking .. twice|money|payment|$|£|€; took # ; double|duplicate|extra charge|payment|debit; payment failed; money gone; money is gone; gone out twice; two payments; you owe me|us; owe me|us; wrong amount; overcharge; charging us|me; charges me|us; charged .. for; still charging|taking|debiting; been|keep|keeps|is debiting; pay .. all over again; made us|me pay; difference back; deposit back; want it|them returned; return the|my money; # instead of # ; put .. back on; one back please; fee|charge on my; bills .. wrong; wrong bill; bill|bills has|had vat; on my bill; on my card; short # ; paid twice`,
    facts: ['billing', 'blocked'],
  },
  {
    says: 'cancels or threatens to leave',
    phrases: `cancel my|our|the|it|all|everything|this|me|now; cancel .. subscription|account|plan|contract|service|membership|policy; to cancel; cancelling; cancellation of; terminate|terminating; close .. account; delete my account and; give|giving|hereby|served .. notice; leave you; leaving; take|taking .. elsewhere; taking my|our business; business elsewhere; go|going|look|looking|bank|banking|shop elsewhere; last chance; look|looking at|for|into .. alternatives|alternative|providers|accountant|company; alternatives; competitor|competitors; your|the rival|rivals|competition; switching|switch .. to another|from; i'm|we're|im switching|out|gone|off; won't|not|never renew; not be renewing; stop paying; not paying for; reason to stay; rather stay; find|found another|someone; find somebody|someone else; another .. provider|accountant|bakery|garage|dentist|vet|firm|school|gym|supplier; different|other swim|school|garage|provider|providers|supplier|firm; quotes|quote|quoted .. from other|elsewhere; jacking in; uninstalling|uninstall; one more .. and; talk me out; never use you|your; lose|losing .. me|us .. as; i will switch|leave|move; we will switch|leave|move|find|take; move .. to another; moving .. to another|elsewhere; paying for another; thinking about leaving; back to tapes|paper|pen; please cancel; will|i'll|we'll|or i|must|shall cancel; i cancel; cancel by|at; to another company|provider; to someone else; not left yet; left yet; delete it and; do the same if; putting it out to; go back to .. paper|cash|tickets|tapes; poached; contract's up; go|went to another; already switched; pay for this`,
    facts: ['churn-risk', 'blocked'],
  },
  {
    says: 'complains about the service',
    phrases: `had enough; fed up; fourth|third|fifth|second message|time|email|call|complaint; # times; no answer; no reply; nobody answers|replies|answered|picks|called; still no; ignored; disappointed; disgrace*; unacceptable; disgusting; worst; terrible; appalling; one star; bad review; complaint|complaints; our|my|patience patience; patience is|has; never again; waiting for an answer; promised; you said; were told; was told; cancelled; rude; poor service; shambles`,
    facts: ['blocked'],
  },
  {
    says: 'is a customer already',
    phrases: `since the|your update|upgrade|visit|repair|service; since yesterday|monday|tuesday|wednesday|thursday|friday|saturday|sunday; yesterday; you installed|fitted|serviced|delivered|repaired|sold|built|supplied|sent|made|filed|overhauled|did; installed by you; your technician|engineer|driver|fitter|man|people|cleaner|cleaners|installer|guard; the new one; bought from you; we bought; i bought; my account; our account; our workspace; your app|update|system|software|api|portal; as a customer; long-standing customer; paying customer; we're on|i'm on; we pay; i pay; last invoice; my subscription; our subscription; my contract; our contract; after .. update; again; still; reinstalled; restarted; tried; screenshot`,
  },
  {
    says: 'says that all of it is down',
    phrases: `everything .. down; everything is down; is|are|was|went all down; is|are down; went down; system .. down; server|servers|site|website|network|internet|line|lines .. down; outage; total failure; nothing works; nothing is working; not working at all; no one|nobody can|here|in; no orders|calls|data; none of our tills|shops|sites|staff|users|phones|branches|systems|customers|drivers|lines; 503; 500 internal; complete standstill; dead in the water; no power; no water; no heating; all dead|down|offline|dead; site's|shop's|system's|server's|everything's|website's down|dead|offline; tills|readers|phones|lines|scanners|screens|servers|terminals .. dead|down|frozen; no service|dial|heat|internet|signal|connection; without water|power|heating|phones|internet; has|have no internet|power|phones|water; been off; power's|heating's|broadband's off|down|out; lost the phones; error 502|503|504; service unavailable; timing out; blue screen; kicks us out; locked out .. all|everyone; all .. users locked; stood still; is standing; not one|a .. of|single .. order|call|can|works; nothing's moving|working; nobody can; nobody in|at .. can; every one of us`,
    facts: ['outage', 'standstill'],
  },
  {
    says: 'says that many are hit',
    phrases: `all of our; all our; all # ; entire|whole office|store|team|company|site|school|firm|department|building|ward|kitchen|floor; everyone; everybody; nobody here; nobody can; all wards|shops|branches|stores|users|customers|staff|agents|lines|sites|rooms|tills|offices; every customer|invoice|user|contact|order|branch|shop|till|outside|one of our; # people staring|waiting|standing|sitting|without; at any of our; in any of our; our customers; my customers; customers .. waiting|leaving|standing; queue; patients; pupils; guests .. waiting|arrive; whole|entire building|estate|fleet|agency|village|warehouse|tower|wing|shop|hall|plant|park|court|chain|branch|house|floor|town|block; the whole of; nobody in|at|here|can; not one; not a single; every one of; every .. salon|room|patient|visitor|client|machine; all .. tills|readers|phones|screens|locks|scanners|members|clinics|floors|bakeries|lines; all # of; none of our|the|us; # residents|guests|pupils|patients|families|homes|passengers|members|children|firms|agents|users|tills|shops; # ppl; queue's; queueing|queuing; both sites|shops|offices|branches|servers|gates`,
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
    phrases: `data|security breach; a breach of; been breached; hacked; hack into; leaked .. data|list|file|files|on; leaking data; somebody|someone else's .. customers|data|invoice|details|names|records|account; other people's|customers; other customers' data|orders|names; exposed .. data|database|databases|to; unauthorised|unauthorized .. access|login|export; logged in as; intruder; ransomware; api key .. public; break in; broke in; master key; no password; strangers; can see .. other|everyone's|everybody's; publicly .. accessible|visible|available; data .. on sale; wrong patient|client|customer|recipient; someone elses; compromised; somebody|someone else's; somebody elses; someone elses; another|different company's|customer's|woman's|tenant's|firm's|family's|patient's|person's|client's; each other's; other people's; other companies; everybody's|everyone's address|addresses|data|passwords; files .. encrypted; server|servers encrypted; are encrypted; ransom note; ask|asking for ransom|money; for ransom; public bucket|paste|folder|link; open bucket|folder; open on the; on the open internet; unencrypted; not sealed; a leak; data leak; leak of; got|gone|broken|hacked into our|my|the|your; it|that was not|wasn't me; wasn't me; none of us created|made|sent; fake invoice|invoices|mails|emails; sending .. in your name|from our; pretending to be; in your name; claims to come|be; visible to everyone|anyone|all; cc line; to line; downloaded by anyone; anyone can|could .. see|read|open|download; opened by anyone; security incident|issue|flaw|hole|problem|breach|researcher|research|hobbyist; customers' .. data|list|addresses|logs|details; customer list is|on; patient files; passports; admin rights|access .. still; stolen; stole .. laptop|data|files|list; suspicious activity|login|transfer|transfers; unknown|strange login|transfers|account|address; foreign address; phishing; passwords in; plain text; changed .. all the passwords; guessable; reporting .. vulnerability|vulnerabilities; confidentiality of our`,
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
    says: 'asks for an invoice or a receipt',
    phrases: `copy|copies|duplicate of .. invoice|invoices|receipt|bill|statement; last year's invoice|invoices; download|find|resend|send .. invoice|invoices|receipt|receipts; a receipt; vat number|invoice|invoices; invoice|billing address`,
    facts: ['routine', 'billing'],
  },
  {
    says: 'makes a routine request as a customer',
    phrases: `we have moved; new address; change of address; our address; change .. address|name|email|phone|code|language; update .. details|address|records; copy of .. contract; new bank details`,
    facts: ['routine'],
  },
  {
    says: 'says it is solved',
    phrases: `never mind; nevermind; works again; working again; all working; is back now; back now; it's back; sorted now; fixed itself; sorted itself; resolved; solved; false alarm; our own fault|mistake|firewall; you can close; close ticket|the ticket; no need to send|reply|come; found it myself; ignore my last; please disregard; figured it out; nothing needed`,
    facts: ['resolved'],
  },
]
