import type { Evidence } from '../evidence.ts'

/** Phrases of people who want neither to buy, nor support, nor a job. */
export const OTHER: readonly Evidence[] = [
  {
    says: 'is from the press',
    phrases: `journalist; reporter; editor; newspaper; press; magazine; podcast; radio; tv; broadcast; article about|on; feature for|on|about; interview .. founder|ceo|you|chef|baker; comment from; your comment; quote from .. founder|ceo; for publication; publish; running a piece; story about|on|for; we're filming; documentary; gazette|herald|tribune|chronicle; evening post; a comment by; documentary; breakfast show; correspondent; newsroom; a column|my column; as a guest`,
    facts: ['press'],
  },
  {
    says: 'makes a legal or privacy request',
    phrases: `gdpr; subject access; data protection; personal data; erase my|all|data; delete .. my data|everything|about; delete my account and; right to be forgotten; data subject; privacy request; solicitor; solicitors; attorney; lawyer; law firm; subpoena; court; we act for; our client; trademark; trade mark; copyright; infring*; cease and desist; notice of inspection; inspection; regulator; commissioner; police; constabulary; authority; ombudsman; licensing; statutory; under section; counsel; legal dept|department; environmental health; planning office; witness; inspector; trading standards; tax office; accessibility`,
    facts: ['legal'],
  },
  {
    says: 'proposes a partnership',
    phrases: `partnership; partner with; integration together; joint integration; build an integration; building an integration; cooperate; cooperation; collaborate; collaboration; co-market*; joint venture; work together on; team up; cross promotion; our users .. your; customers of yours too`,
    facts: ['partner'],
  },
  {
    says: 'offers to buy or merge with the company',
    phrases: `merger; merge with; your shareholders; acquire your|you; acquisition of your; sell your|the company|business|firm; selling your business; buy your company|firm|business|shop; buy you out; retire soon; no brokers; not a broker`,
  },
  {
    says: 'asks for research or study',
    phrases: `thesis; dissertation; research; researcher; researching; survey; questionnaire; study; studying how; university; student; school project; homework; museum; exhibition; textbook; reprint; archive of; historian; phd; lecture; class visit; pupils visit; be shown round; shown around; tour of your; look round`,
  },
  {
    says: 'asks for a favour or a donation',
    phrases: `donate; donation; donations; charity auction; raffle; sponsor our|us|the; fundraiser; fundraising; would you lend|talk|let; lend us; community|village|street fete|fair|party|festival; voluntary; give a talk; speak at; guest speaker; borrow; on loan; spare any`,
  },
  {
    says: 'is not a customer',
    phrases: `not a customer; not your customer; never been a customer; i'm not a customer|client; not a client; not a patient; not your client; don't want to buy; not looking to buy; not looking to sell; nor selling; not selling; aren't selling; not a buyer; i'm not selling; no connection with you; live next door; neighbour; neighbours; next door; opposite; live opposite|above|below; across the street|road; passing by; passer by; our fence|gate|gatepost|drive|hedge; parked across; your sign; your van|vans|lorry|lorries|truck .. scraped|blocked|parked|hit`,
  },
  {
    says: 'sends a supplier’s invoice',
    phrases: `our invoice; invoice # .. attached|for; invoice attached; invoice for .. cleaning|sweeping|catering|work|services; payable in; # days as usual; please settle; find attached our invoice; still to be open; seems to be still open; statement of account; remittance`,
  },
  {
    says: 'asks about lost property or a person',
    phrases: `left my|a|our .. umbrella|scarf|bag|coat|glasses|jacket|hat|phone|gloves; lost my|a; has anyone found; handed in; lost property; found a|your; worked for you|there|in your; taking up references; reference check; a reference for; references for; employment of; wrong number; your old number; got your old; phone number .. ours; mail for you; parcel for you; letter for you; delivered to us by mistake`,
  },
  {
    says: 'wants off a mailing list',
    phrases: `take .. off .. list|mailing; off your .. list; remove me; unsubscribe me; clicked unsubscribe; stop sending; stop emailing; stop mailing; no more e-mails|emails|mails|newsletters; never signed up; never subscribed; opt me out`,
    facts: ['legal'],
    masks: true,
  },
  {
    says: 'is too vague to tell',
    phrases: `i have a question; have a question; contact me; call me back; please call back; get in touch; question about; can someone contact; who do i speak; who should i; who is responsible; who's responsible; to whom`,
  },
  {
    says: 'thanks or praises',
    phrases: `thank you to|for .. everything|help|patience|visit|evening; just wanted to say; say thank; say thanks; thanks to; great product|job|work|service|app; love your|the .. product|app|shop|newsletter|work|bread; well done; keep it up; keep up; amazing; awesome; brilliant; best .. ever; enjoyed; lovely; congratulations; kudos; hats off; big fan; made my day; that's all; season's greetings; merry christmas; happy new; happy birthday; a compliment; my compliments; no reply needed; nothing else; delicious; give her|him a raise; five stars`,
    facts: ['thanks'],
    deniable: true,
  },
  {
    says: 'was meant for someone else',
    phrases: `wrong company|number|person|address|email|window|chat; sorry wrong; not for you; meant for; sent .. by mistake; mum; mom; dad; darling; honey; sweetheart; babe; love you; xx; xxx; granny; grandma; auntie; bring|get|buy milk|bread|eggs; pick up .. kids|dog|cat|milk; home late; be late home; feed the; dinner; see you at home; it's me`,
    facts: ['misdirected'],
  },
  {
    says: 'is an automatic reply',
    phrases: `out of office; automatic reply; auto reply; autoreply; i am away; parental leave until; on leave until; will not be forwarded; i'm on holiday until; delivery status; undeliverable; mail delivery`,
    facts: ['automatic'],
  },
]
