import type { Evidence } from '../evidence.ts'

/** Phrases for urgency and calls. The module for dates finds days and periods. */
export const TIME: readonly Evidence[] = [
  {
    says: 'puts it off to a far day',
    phrases: `long terme; avenir lointain; quand je serai|j'aurai .. grand|riche|retraite; un de ces jours`,
    facts: ['far-off'],
  },
  {
    says: 'says that it hurries',
    phrases: `urgence; urgente|urgents|urgentes|urgemment; au|le plus vite|rapidement|tôt; plus vite|rapidement possible; dès que possible; rapidement; immédiatement; tout de suite; sans délai; suis|sommes|est|très|temps pressé|pressée|pressés|presse; plus|meilleurs brefs|courts délais; sans attendre; illico; faire vite; vite svp|merci; dans l'heure; en catastrophe`,
    facts: ['urgent'],
    deniable: true,
  },
  {
    says: 'asks to be called at once',
    phrases: `rappelez|appelez|rappeler|appeler|téléphonez|téléphoner|joindre|contactez|contacter|rappelle|appelle|passer .. aujourd'hui|immédiatement|urgence|rapidement|matin|midi|soir|vite|suite|maintenant|journée; rappel aujourd'hui|urgent|immédiat; attends|attendons .. appel|rappel|coup; décroche; joignable; aujourd'hui|immédiatement .. appeler|rappeler|rappelez|appelez; coup de fil .. aujourd'hui|matin|rapide*|vite`,
    facts: ['contact-now'],
    deniable: true,
  },
  {
    says: 'asks not to be phoned',
    phrases: `appelez|téléphonez|rappelez|appeler pas|jamais; ne pas .. appeler|téléphoner|rappeler|m'appeler; pas d'appel|d'appels|appel; pas .. coup de fil|téléphone|démarchage; uniquement|seulement|exclusivement|plutôt|que par e|mail|email|courriel|écrit; par mail|email|courriel|écrit uniquement|seulement|exclusivement|plutôt|préférence|svp|suffit; par e mail uniquement|seulement|exclusivement|plutôt; préfère .. mail|email|écrit|écrire; sans appel|m'appeler; évitez .. téléphone|appeler|appels|m'appeler; aucun appel; peux pas .. téléphoner|décrocher|répondre au|téléphone; réponse par mail|écrit|email|courriel; un mail|email suffit`,
    facts: ['no-calls'],
  },
  {
    says: 'says that it does not hurry',
    masks: true,
    phrases: `pas urgent|pressé|pressés|pressée|urgente|d'urgence; pas très|vraiment|spécialement|super|si|du|particulièrement|extrêmement urgent|pressé|pressés|urgente|tout urgent; rien urgent; rien ne presse; rien de pressé|pressant; aucune|sans|nulle urgence|hâte|précipitation|pression; presse pas; pas hyper urgent; prenez .. temps; quand vous .. pouvez|pourrez|aurez|temps|voulez|voudrez; quand .. aurez le temps; tranquillement; pas à la minute|journée; peut|pourra attendre; ça attendra; priorité basse; pas prioritaire; votre rythme; tête reposée; pas le feu; au calme; dès que vous .. temps|minute`,
    facts: ['no-rush'],
  },
]
