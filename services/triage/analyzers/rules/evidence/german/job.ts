import type { Evidence } from '../evidence.ts'

/** Phrases of people who want to work for us. */
export const JOB: readonly Evidence[] = [
  {
    says: 'applies for work',
    phrases: `bewerbung*; bewerbe; bewerben; bewerber; bewerberin; beworben; lebenslauf; motivationsschreiben; bewerbungsunterlagen; vorstellungsgespräch; initiativbewerbung; probearbeiten; probetag; gehaltsvorstellung*; eintrittstermin; zeugnisse; stellenanzeige; stellenausschreibung; ausgeschriebene|ausgeschriebenen stelle|position; stelle als`,
  },
  {
    says: 'asks for a vacancy',
    phrases: `suche .. job|arbeit|stelle|nebenjob|anstellung|minijob|arbeitsstelle|beschäftigung; stelle|arbeit|job suche; freie|freien|offene|offenen stelle|stellen|position|positionen|jobs; stellenangebot*; nebenjob; minijob; ferienjob; aushilfsjob; aushilfe; teilzeit; vollzeit; stelle .. frei|offen|besetzt; stellt ihr|sie .. ein|leute; stellen sie .. ein|leute; braucht ihr|man .. leute|hilfe|fahrer|koch|aushilfe|verstärkung|jemand*|noch; brauchen sie .. jemand*|fahrer|leute|hilfe|verstärkung|aushilfe|personal; sucht ihr .. leute|noch|jemand*|aushilfen; bei ihnen|euch .. arbeiten|anfangen; arbeiten bei ihnen|euch; quereinsteiger*; arbeit bei ihnen|euch; ihr team verstärken; ihrem team|betrieb arbeiten`,
    deniable: true,
  },
  {
    says: 'looks for a placement',
    phrases: `praktikum*; praktika; praktikant*; schülerpraktikum; ausbildungsplatz*; ausbildungsstelle; ausbildung als|zum|zur|bei|machen; azubi*; lehrstelle; lehrling; volontariat; werkstudent*; fsj; schnuppertag; schnuppern; umschulung; duales studium`,
    deniable: true,
  },
  {
    says: 'tells of their experience',
    phrases: `berufserfahrung; jahre|jahren .. erfahrung|berufserfahrung|gearbeitet|tätig|beruf; erfahrung als|in|mit|im; gelernter|gelernte; ausgebildete*; abgeschlossenes|abgeschlossene studium|ausbildung|lehre; führerschein; staplerschein; zuverlässig; belastbar; teamfähig; pünktlich und; ab sofort|sofort verfügbar; anfangen könnte|kann; kann|könnte .. anfangen|anpacken; gehalt; facharbeiter; meisterbrief; deutschkenntnisse; ungekündigt*; elternzeit zurück; umzugsbereit; schichtarbeit`,
  },
  {
    says: 'offers themselves as a freelancer',
    phrases: `freiberuf*; selbstständige*|selbständige* .. programmier*|entwickl*|grafik*|fotograf*|übersetz*|texter*; tagessatz; honorarbasis; keine agentur; einzelkämpfer*; auf rechnung arbeiten; als freelancer|freelancerin; kapazitäten frei; mich .. unterstützen|buchen`,
  },
]
