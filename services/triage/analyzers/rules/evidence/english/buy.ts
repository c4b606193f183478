import type { Evidence } from '../evidence.ts'

/** Phrases of buyers: a wish, a price, a quantity, a plan, a deadline. */
export const BUY: readonly Evidence[] = [
  {
    says: 'asks for a price',
    phrases: `price|prices|pricing; how much; what .. cost|costs|charge; cost; cost of; rates; your rate; what would .. be; how do you charge; you charge; what do you .. charge|take;
      discount; cheapest; price list; rough|ballpark; what sort of money; fee for; price for; tariff; vat included; is .. included; included in; estimate`,
    facts: ['pricing'],
  },
  {
    says: 'asks for a quote or an offer',
    phrases: `quote; quotes; quotation; quotations; rfq; request for quotation|proposal; proposal for; tender; bid; estimate; proforma; pro forma; send .. offer; make .. an offer; please price; cost the following; price please; quote for; quote please`,
    facts: ['pricing', 'concrete'],
  },
  {
    says: 'wants to buy',
    phrases: `want|like|need|ready|planning|looking|hoping|going|wish|intend|decided .. to buy|purchase|order|rent|hire|book|subscribe|renew|upgrade|switch|move|try|sign|start; buy; buying; purchase;
      i'd take; we'd take; we'd like; i'd like a|an|# ; we'll take; i'll take; place an order; like to order|book|buy; order form; go ahead; sign up; where do i|we sign; what do i sign; we'd go for; would go for;
      interested in .. buying|plan|product|service; want .. same; can i|we book|order|buy|get|have|rent|hire; can you|could you quote|supply|deliver|make|build|do|fit|ship|come`,
    facts: ['concrete'],
    deniable: true,
  },
  {
    says: 'looks for a supplier',
    phrases: `looking for; in need of; need a|an|some|two|three; i need; we need; we are after; i'm after; we're after; searching for; need someone|somebody to; need # ; would need; want a|an|two|three; require; we require; shopping for; would you take|do|be able; take me|us on; take on`,
    facts: ['concrete'],
    deniable: true,
  },
  {
    says: 'asks what is on offer',
    phrases: `do you do|have|offer|sell|make|ship|deliver|rent|hire|stock|cover|provide|supply|support|fit|install|also|still|take|run|repair|come; do you .. discount; can it; does it; is it possible; is there a|an; are there; is it true; are you open; have you got any; are your; what areas|sizes|colours; how long does;
      what's the difference; difference between; which plan|one; how does it compare; do i|we need; are you able; can you do; works with; work with; compatible; available in; available for; opening hours; how many .. can; do you accept`,
  },
  {
    says: 'asks for a demonstration',
    phrases: `demo; demos; demonstration; walkthrough; walk .. through; show|showing us|me|our|my your|the|how|what|it|round; show .. in action; see|seeing .. in action; see .. working|live|run|demonstrated; see your|the .. product|system|software|platform|tool|app|module|package|kit; talk us|me through; presentation of; product tour; someone to show; let us see; have a look at .. your system|software|platform; test drive; tasting`,
    facts: ['demo', 'concrete'],
  },
  {
    says: 'speaks of a trial',
    phrases:
      'trial; pilot; try it out; try out; test account; free tier; sandbox; proof of concept; poc; sample before; evaluating; evaluation; try .. for a month|week|fortnight|while|first|weeks|before; try .. before; can|could|may we|i|you|four|she try|test; like|want|wanted to try; test .. edition|plan|tier|version|month; borrow|borrowing .. before|for; before ordering|buying .. try; kick the tyres; free week|month; try before you buy; for # weeks .. free; with our own data; sale or return',
    facts: ['trial'],
  },
  {
    says: 'compares suppliers',
    phrases:
      'comparing; compare; shortlist; longlist; vendor; vendors; alternative|alternatives to; switch from; switching from; moving from; leaving; competitor of yours; other supplier|suppliers|vendors|quotes; offered us; our current provider|supplier|tool|contract; current provider|supplier; evaluating; instead of our; choose between; they .. switching; move .. over to you; come over to you; consider you; import from|their',
    facts: ['concrete'],
  },
  {
    says: 'counts seats or licences',
    phrases: `# seats|licences|licenses|users|logins|agents|people|staff|employees|operators|drivers|desks; # .. seats|licences|licenses|users|logins; seats for; licences for; for # people|of us|users; add # ; # more; extra|additional seats|licences|users|lines; # of us; we're|are # people; we are|we're|are a # ; team of #; approx|roughly|about|around|some #`,
    facts: ['concrete'],
  },
  {
    says: 'names a quantity',
    phrases: `# pcs|pieces|units|boxes|pallets|bottles|sets|rooms|guests|meals|metres|meters|sqm|hours|sites|shops|branches|offices|clinics|vans|trucks|days|nights|kg|tonnes|tons|litres|mm|cm|copies|shirts|machines|vehicles|cars|children|adults`,
    facts: ['concrete'],
  },
  {
    says: 'names a plan or a contract term',
    phrases: `pro|business|team|starter|enterprise|basic|growth|premium|standard plan|tier|package; annual|yearly|monthly billing|plan|contract|deal|subscription; pay yearly|annually|monthly; on-premise; # year|month deal|contract; upgrade; upgrading; move us from; switch us to; volume discount; bulk; framework agreement; sla; dpa; soc 2; sso; service contract; maintenance contract; retainer; package|packages`,
    facts: ['concrete'],
  },
  {
    says: 'speaks of renewing',
    phrases:
      'renew; renewal; renewing; extend .. contract|licence|license|subscription|rental; licence|license|policy|subscription|membership .. expires|lapses|ends|runs; my|our contract .. ends|lapses|expires|runs; another year; contract|cover|licence|license|insurance|agreement|certificate|membership|lease|policy .. up|expire|expires|lapses|due; contract|agreement|cover .. runs out; insurance is due; due on the .. insurance; carry on .. same|contract; would like to carry on; same again; sign again; time again; keeping them on; about to expire',
    facts: ['renewal', 'concrete'],
    deniable: true,
  },
  {
    says: 'has a budget or an approval',
    phrases: `budget .. approved|signed|released|agreed|left; approved; approved budget; board has|approved; po number; purchase order; po #; signed off; sign off; money is there; funds; boss .. card|yes|signed; decision|decided; ready to pay|sign|go; pay .. same day; pay upfront|immediately|today; deposit; countersign; pay you; where do .. pay; bank details; budget of; budget is; budget; budgeted; set aside $|£|€|#; got $|£|€ .. to spend; # .. to spend; can spend; willing to spend; not .. over|above $|£|€ # ; max $|£|€ #`,
    facts: ['decided'],
    deniable: true,
  },
  {
    says: 'has a date to meet',
    phrases: `we start|open|launch|move; go live; going live; opening|launch|wedding|event|party|move is; board|trustees|committee meets|sit|sits|meeting|decides; we decide|pick|choose; before then; by then; deadline; closing date; need it|them|this by; must be; have to be .. by; switching everybody off; switched off on`,
  },
  {
    says: 'is only looking so far',
    phrases: `just|only|merely looking|curious|wondering|browsing|asking|planning|gathering|thinking|exploring; curious; out of curiosity; curiosity; gathering information; at this stage; for now; might|may .. switch|need|want|move|do; at some point; maybe; thinking about; thinking of; idly; not sure yet; considering; wondering if|whether; no plans yet; came across; worth looking; in case we; early days; not buying .. yet; read about you; stumbled; could be; one pager`,
    facts: ['exploring'],
  },
  {
    says: 'needs nothing for now',
    phrases: `nothing needed; nothing for now; no action; not this year; we'll|i'll come back; get back to you .. when; ask .. again; budget was|is cut|frozen|gone; project .. frozen|hold|postponed|shelved; not at the moment; not right now; decided against; changed our minds; happy with what we have; bookmarking|bookmarked; no money; can't afford; maybe later; dream|dreaming; locked into|in`,
    facts: ['nothing-needed'],
  },
  {
    says: 'asks for reseller terms',
    phrases:
      'reseller; resell; resellers; dealer terms|price; distributor terms; referral program|programme|commission; affiliate program; partner terms|prices; trade price|prices|discount|account; wholesale price|prices',
    facts: ['partner'],
  },
  {
    says: 'asks before buying',
    phrases: `before i|we buy|pay|sign|order|decide|commit|raise|read; prospect; potential customer; not a customer yet; new customer; where are your servers; where is .. data stored; is .. credit card needed; security questionnaire; if you do; if so; if we buy|take|order|sign; if i buy|take|order; if included; in stock; lead time; delivery time; how soon can|could; how fast can; when could|can you start|deliver|come; earliest; free slots|saturdays|dates; have .. free; spaces|places left; is there space|room; vacancies for; room for`,
  },
]
