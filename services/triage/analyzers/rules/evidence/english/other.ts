import type { Evidence } from '../evidence.ts'

/** Phrases of people who want neither to buy, nor support, nor a job. */
export const OTHER: readonly Evidence[] = [
  {
    says: 'is from the press',
    phrases: `journalist; reporter; editor .. of|at|magazine|newspaper; i'm|am an editor; newspaper .. article|story|interview|piece|deadline; for|at|from the|a|our newspaper|magazine|press|paper; press enquiry|inquiry|deadline|association|request|pass|accreditation; press .. question|comment; magazine .. article|interview|feature|piece; podcast .. guest|interview|episode|about|with; my|our|a podcast .. on|about|and|for|interview; radio .. interview|show|programme|producer|live|station|morning; tv .. crew|programme|interview|station|news|producer|team; broadcast; broadcaster; writing|write|preparing|working|researching .. article|feature|piece|story|book|column .. about|on|for; article|feature|story|piece on|about|for .. magazine|paper|deadline|publish; interview .. founder|ceo|you|chef|baker|someone|director; comment from|by; your comment; a comment; quote from .. founder|ceo|you; for publication; we publish|print .. tomorrow|today|tonight|this; publishing .. tomorrow|today|tonight|story; goes to press; go to press; running a piece|story; we run|are running; we're filming|live|recording; are filming; filming .. tomorrow|segment|programme; film a; gazette|herald|tribune|chronicle|courier|observer|echo; evening post; breakfast show; correspondent; newsroom; news desk; newsdesk; a column|my column; as a guest; photograph for; live at; on air; documentary .. about|on .. we|our|team|crew; freelance writer|reporter; blogger; my blog; deadline is|tonight|tomorrow; press contact|officer|team; handles .. press|media; media request|requests|enquiry|enquiries|contact|team; go|going to press|print; write|writing for a|the .. paper|magazine|newspaper|weekly; our .. magazine; trade weekly|monthly|magazine|journal; podcaster; radio .. here; film crew; crew from; tonight's|our bulletin; a bulletin; comment .. before|by|on the|for; to comment; writing up; story|piece|article runs; sub editor; film company; tv|film|radio|series|independent producer; i'm a producer; for a|our feature|column; sunday supplement; spokesperson; publication is; allegations; i edit a; freelance photographer; breakfast programme`,
    facts: ['press'],
  },
  {
    says: 'makes a legal or privacy request',
    phrases: `gdpr; subject access; data protection; personal data; freedom of information; erase my|all|data; erasure; delete|remove|deletion|deleted|destroy .. my data|everything|about|cv|resume|application|profile|photo|details|documents|notes; delete|remove .. my|old|the cv|resume; keep|have|store|hold|stored|kept .. my cv|data|details|records|recordings|application; cv .. delete|deleted|remove|removed|off; right to be forgotten; data subject; privacy request|officer|reasons|notice|law; data .. on me; what data; withdraw|revoke .. consent; without my permission|consent; did not give permission; take my|a|the photo; my photo; taken by me; used without; subpoena; we act for; we represent; i represent; acting for; on behalf of my client; our client; my client; instructed by|in; we are instructed; estate of|a; law firm .. client|on; trademark; trade mark; copyright; infring*; cease and desist; notice of|to .. inspection|adjudication|preserve; inspection .. by the|visit|will; regulator's|regulator .. requires|deadline|answer|request; commissioner; commissioner's; coroner*; inquest; tribunal; hearing is|on|date|tomorrow; police .. request|enquiry|ask|need|footage; constabulary; ombudsman; statutory; under section; under clause; clause #; legal dept|department|basis|deadline|action|notice|proceedings; environmental health .. officer|inspection|visit; planning office|department; witness; witnesses; trading standards .. officer|office|request; safety executive; tax office .. requests|requires|audit; licensing officer|team|authority; solicitor|solicitors|lawyer|attorney for|acting|letter; my|our solicitor|lawyer; barrister; bailiff; served on; be filed; cctv .. copy|footage|legal; legally; unless .. within # days; the law`,
    facts: ['legal'],
  },
  {
    says: 'proposes a partnership',
    phrases: `partnership; partner with; integration together; joint integration; build an integration; building an integration; cooperate with|on; cooperation between|with|agreement|proposal|on; collaborate with|on; collaboration with|between|on|idea; co-market*; joint venture; work together on; team up; cross promotion; our users .. your; customers of yours too; working|work together; partner of; partnerships; be a|our partner|sponsor; to be a sponsor; linking our; link our; same clients|customers; sharing a stand; share a stand; passing each other; pass each other; official connector; in exchange for; use both of us; customers .. use both; alliance; twinning; joint project|offer|event; half .. for nothing; each other's clients|customers; recommend each other; between our`,
    facts: ['partner'],
  },
  {
    says: 'offers to buy or merge with the company',
    phrases: `merger; merge with; your shareholders; acquire your|you; acquisition of your; sell your|the company|business|firm; selling your business; buy your company|firm|business|shop; buy you out; retire soon; no brokers; not a broker`,
  },
  {
    says: 'asks for research or study',
    phrases: `thesis; dissertation; research; researcher; researching; survey; questionnaire; study; studying how; university; student; school project; homework; museum; exhibition; textbook; reprint; archive of; historian; phd; a|guest|public|your lecture; class visit; pupils visit; be shown round; shown around; tour of your; look round`,
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
    phrases: `our invoice; invoice # .. attached|for; invoice attached; invoice for .. cleaning|sweeping|catering|work|services; payable in; # days as usual; please settle; find attached our invoice; still to be open; seems to be still open; statement of account; remittance; our bill|statement; please find .. invoice|statement|bill|pro; invoice .. remains|open|overdue|attached; still open; remains open; net 30; accounts payable; bills again; payment advice; short paid; your firm owing; quote number with payment`,
    facts: ['billing'],
  },
  {
    says: 'asks about lost property or a person',
    phrases: `left my|a|our .. umbrella|scarf|bag|coat|glasses|jacket|hat|phone|gloves; lost my|a; has anyone found; handed in; lost property; found a|your; worked for you|there|in your; taking up references; reference check; a reference for; references for; employment of; wrong number; your old number; got your old; phone number .. ours; mail for you; parcel for you; letter for you; delivered to us by mistake`,
  },
  {
    says: 'wants off a mailing list',
    phrases: `take .. off .. list|mailing; off your .. list; remove me; unsubscribe me; clicked unsubscribe; stop sending; stop emailing; stop mailing; no more e-mails|emails|mails|newsletters; never signed up; never subscribed; opt me out`,
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
