import type { Evidence } from '../evidence.ts'

/** Phrases of mass advertising, fraud, and instructions to the classifier. */
export const SPAM: readonly Evidence[] = [
  {
    says: 'offers us search ranking or web work',
    phrases: `seo; backlinks; backlink; dofollow; guest post|posts; rank|ranking|ranked .. google|#; page one; first page; top of google; google ranking; keywords; organic traffic; traffic to your; your website|site|page .. looks|is|isn't|not|could|lacks|outdated|slow; your website; domain authority; da #; wordpress site; web design; redesign; website for you; new website; mobile app developers; conversion rate; more leads|customers|clients|patients|bookings; lead generation; followers; social media .. package|posts|growth; 5 star reviews; star reviews|review; negative removal|review; reviews for`,
    deniable: true,
  },
  {
    says: 'sells to us',
    phrases: `we offer; we provide; we supply; we specialise|specialize; we are .. manufacturer|manufacture|supplier|agency|factory|leading|company; our agency|factory|team|company|services|experts|developers|prices|platform|solution|clients; we help companies|businesses|brands|firms; we can help you; we make|build .. for you; your business; businesses like yours; companies like yours; firms like yours; would you be interested; are you interested; interested in .. selling|receiving|list; quick call; hop on a call; quick question; # minutes .. week|call; 15 minutes; quick chat; book a call|slot; are you the right person; right person; who handles; let me know if .. interested; happy to send; free sample|samples|audit|survey|quote|consultation|spins; we beat; our rates; rates from; our fee; success fee; special offer; limited offer|time; offer ends|expires|valid; only # left; best price; good price|quality; best quality; competitive price|prices; moq; fob; % off; below list; wholesale; on bench; dedicated developers; outsourcing; staffing; attendee list; email list; verified contacts|list|emails|leads; contacts of; b2b data; sponsorship; exhibitor; act now; book now; order now; click here; visit our; check out; check my; sign up now; founder price; done for you; guaranteed; guarantee .. results; no obligation; save .. %; are you paying too much; strategic buyers; vetted buyers; valuation; valuations; grants for; we put|fix|get|take|bring .. clinics|businesses|companies|firms|you; our trained|exclusive|certified|ai|expert; virtual assistants; exclusive .. leads; official fee; certificate for|£|$; ex works; stock list; per hour worked; no contract; reply within; to stop; demo link; never miss; i fix; pay only|after; sample on request; looking forward your; newest price; register; fax back; two pages left; only # left; free of charge`,
    deniable: true,
  },
  {
    says: 'gives a web link',
    phrases: 'http|https|www',
  },
  {
    says: 'advertises with figures',
    phrases: 'from|only|just|for|save $|£|€; # % ; % ; free; 100 %',
  },
  {
    says: 'sends out mass mail',
    phrases: `unsubscribe; opt out; reply stop|yes|value|now; reply with; following up on my|previous; bumping this; circling back; did you get .. email|message; just checking if you saw; hope this email|message finds you; finds you well; first_name; i know you're busy|swamped; i came across your|website; i was on your website; visited your; looking at your website; noticed .. your|you; greeting of the day; greetings of the day; dear friend; dear sir|manager; dear sir good; hello dear; hi dear; esteemed; my last email; i'll keep it brief; kindly revert`,
  },
  {
    says: 'promises money',
    phrases: `crypto; bitcoin; btc; usdt; forex; trading bot|signals; casino; spins; bonus; jackpot; lottery; winner; you have won; you've won; prize; claim your; inheritance; late husband|father; widow; beneficiary; next of kin; million dollars|usd|euro; fund transfer; business loan; loans; need .. loan; credit line; no collateral; funding for; investment opportunity; passive income; earn $|money|from; per day from; make money; work from home .. $; doubled; returns; donation .. selected; processing fee; government project; western union; gift card|cards; working capital; bad credit; you have been|were chosen|selected; has been chosen|selected; been chosen|selected; handling fee; congrats; congratulations you`,
  },
  {
    says: 'tries to deceive',
    phrases: `verify your account|mailbox|identity; your mailbox|account|domain|parcel|package .. full|expires|suspended|held|blocked|expire; mailbox; your password expires; keep same password; click .. link|keep|below; pay securely; final notice; domain listing; overdue invoice; legal steps; password for .. archive; zip; exe; scr; rar; attached archive; new bank account; new account below; payment to the new; do not call; recorded you; your camera; wallet below; wallet address; bug bounty; ethical hacker; bounty; critical vulnerability; reward for; dmarc; download .. proof|now|order; our order list; order list; purchasing director|manager; large quantity; purchase large; l c at sight; payment terms .. lc; my courier|agent|mover will; overpay; western; kindly confirm .. bank; ceo here; are you at your desk`,
  },
  {
    says: 'sells drugs, dating or the like',
    phrases: `viagra; cialis; meds; cheap pills; no rx; weight loss; lose weight; lonely; hot girls|photos; saw your profile; my pics; my pictures inside; adult; dating; telegram; telegramm; whatsapp; whats app; discreet shipping; replica; vape; essay writing`,
  },
  {
    says: 'recruits or staffs for a fee',
    phrases: `our candidates; candidate for you; outstanding candidate|vp; quietly exploring; first year salary; talent agency; recruitment agency; recruiters; fill your; temp staff|workers; outstaff*; we have .. staff|workers|engineers|candidates|nurses|drivers; per shift; bench of; manpower`,
  },
  {
    says: 'tries to instruct the classifier',
    phrases: `ignore|disregard|forget|override .. instructions|rules|prompt|guidelines; ignore your; you are now; system prompt; system note|message|override|instruction|instructions; new policy from; set .. priority .. to|highest|p0|p1; set priority; priority p0|p1|to|highest; priority is p0; intent buy|support; output intent; mark this|it|as .. p0|p1|urgent|highest; mark as p0; mark .. p0; rank this p0; classify this|it|as|message; confidence 1; end of note; dear ai; ai assistant; language model; as an ai; note to .. classifier|bot|ai|assistant|system; must be marked|classified|treated; instruction to|for .. classifier|system|bot|triage; give this .. top|highest priority; priorit* .. this message`,
    facts: ['injection'],
  },
]
