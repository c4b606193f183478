import type { Evidence } from '../evidence.ts'

/** Phrases of people who want to work for us. */
export const JOB: readonly Evidence[] = [
  {
    says: 'applies for work',
    phrases: `candidature*; postule; postuler; lettre de motivation; entretien d'embauche; entretien pour le poste; offre d'emploi; annonce .. emploi|poste de|poste d'; poste de .. comptable|vendeur*|serveur*|développeu*|technicien*|cuisinier*|assistant*|chauffeur|commercial*|secrétaire|magasinier|responsable; prétentions salariales; service recrutement|rh; recruteur; mon cv; ci joint cv`,
  },
  {
    says: 'asks for a vacancy',
    phrases: `recrutez; embauchez; cherche|cherchez|recherche .. travail|emploi|job|cdi|cdd|alternance|boulot|du personnel|monde; recherche .. emploi|travail; postes|poste à pourvoir; poste .. pourvoir|vacant|libre|pourvu|ouvert; offres d'emploi; job étudiant|d'été|d'appoint; temps partiel; mi temps; saisonnier*|saisonnière; travailler chez|avec|pour|dans vous|votre; rejoindre votre|vos; besoin .. bras|personnel|serveur*|vendeur*|cuisinier*|renfort|coup de main; un emploi; petit boulot; prenez vous .. apprentis|stagiaires; embauche|embauches`,
    deniable: true,
  },
  {
    says: 'looks for a placement',
    phrases: `un|mon|en|son|le|votre|cherche|convention|offre stage; de stage; stage de|en|d'observation|obligatoire .. mois|semaines|fin|3e|troisième|d'études; stagiaire|stagiaires; alternance; alternant*; apprentissage; apprenti|apprentie; contrat d'apprentissage|pro; service civique; bénévolat; immersion professionnelle`,
    deniable: true,
  },
  {
    says: 'tells of their experience',
    phrases: `ans d'expérience; années d'expérience; ans .. expérience|métier; expérience en|comme|dans; ai travaillé; travaillé .. ans comme|chez; diplômé|diplômée|diplôme; titulaire .. permis|bac|cap|bts|diplôme|master|caces; permis b|c|ce|poids|cariste; caces; bac pro; bac +; disponible immédiatement|de suite|dès|tout; motivée; suis|très|jeune|et motivé; motivé et|par|pour; ponctuel|ponctuelle; sérieux et; sérieuse et; salaire; rigoureu*; reconversion; polyvalent*; mobile .. géographiquement|france|région`,
  },
  {
    says: 'offers themselves as a freelancer',
    phrases: `suis|travaille à mon compte; auto entrepreneu*; autoentrepreneu*; micro entrepreneu*; tjm; taux journalier; tarif journalier; pas une agence; mission freelance; indépendant|indépendante .. propose|disponible|depuis|développeu*|graphiste|photographe; en freelance; pensez à moi`,
  },
]
