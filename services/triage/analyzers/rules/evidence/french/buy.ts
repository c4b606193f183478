import type { Evidence } from '../evidence.ts'

/**
 * Phrases of buyers: a wish, a price, a quantity, a plan. The module for dates finds deadlines. An elided article or
 * preposition is left out in all French phrases: "abonnement" also matches "l'abonnement".
 */
export const BUY: readonly Evidence[] = [
  {
    says: 'asks for a price',
    phrases: `prix; tarif|tarifs|tarification|tarifaire; combien; coût|coûts|coûte|coûtent|coûterait|coûteraient; une remise; remise .. quantité|volume|possible|annuel*; remises; rabais; ristourne*; grille tarifaire; frais d'installation|installation|de mise; hors taxes; ttc; vos conditions; moins|trop cher; honoraires; estimation du|de; fourchette de`,
    facts: ['pricing'],
  },
  {
    says: 'asks for a quote or an offer',
    phrases: `devis; offre de prix; offre commerciale|tarifaire|chiffrée; proposition commerciale|tarifaire|chiffrée|de prix; chiffrer; chiffrage; appel d'offres|d'offre; facture proforma; votre meilleure offre; envoyer|faire une|votre offre|proposition; cahier des charges; soumissionner; soumission; envoyez|envoyer .. offre`,
    facts: ['pricing', 'concrete'],
  },
  {
    says: 'wants to buy',
    phrases: `acheter|achetons; commander # ; commander .. chez|vos|des|une|la|le; voudrais|voudrions|aimerais|aimerions|souhaite|souhaitons|souhaiterais|souhaiterions|veux|voulons|veut .. commander|réserver|louer|prendre|passer|souscrire|ajouter|changer|installer|faire; souscrire|souscription; m'abonner; s'abonner; nous abonner; réserver; louer; passer commande; prendre .. licences|postes|abonnement|formule|utilisateurs; on|nous prend|prenons; je prends; acquérir; intéressé|intéressée|intéressés|intéresse|intéressent .. par|offre|produit|formule;
      pouvez vous .. livrer|faire|fabriquer|installer|fournir|réaliser|intervenir|venir|imprimer; bon pour accord; où .. signer|signe; prêt|prêts|prête .. signer|acheter|commander|payer; pour signer; changer de .. prestataire|fournisseur|logiciel|formule; ajouter .. utilisateurs|postes|licences|comptes; devenir client|cliente|clients; migrer .. vers|chez`,
    facts: ['concrete'],
    deniable: true,
  },
  {
    says: 'looks for a supplier',
    phrases: `cherche|recherche .. prestataire|fournisseur|solution|logiciel|entreprise|outil|artisan; cherchons; recherchons; cherche un|une|des|quelqu'un; suis|sommes à la recherche; besoin un|une|de|urgent|urgemment|# ; nous faut|faudrait; me faut|faudrait; il faudrait; en quête`,
    facts: ['concrete'],
    deniable: true,
  },
  {
    says: 'asks what is on offer',
    phrases: `proposez|faites|livrez|vendez|acceptez|travaillez|prenez|louez|gérez|réparez vous; vous proposez|livrez|vendez|acceptez|louez|réparez; avez vous .. en|des|un|une|du; vous faites .. aussi|des|du|les|la|le; y a .. moyen|possibilité; est ce que vous; est il possible; est ce possible; c'est possible; compatible avec; différence entre; quelle formule|offre|version; quelles sont .. options|formules; horaires; ouverts le|dimanche|samedi; en stock; peut on .. avoir|acheter|commander|payer|louer; s'intègre; intégration avec; zone de livraison|intervention; vous êtes ouvert*`,
  },
  {
    says: 'asks for a demonstration',
    phrases: `présentation de|du .. produit|outil|logiciel|solution|plateforme|offre|logiciels; nous|me montrer|présenter .. outil|logiciel|solution|produit|plateforme|comment|ça; voir .. en action|œuvre|oeuvre; visio .. présentation|découvrir|voir; tournée de démonstration; nous le|la montre|montrer; nous montrer|montre; présentation en ligne|visio; voir tourner|fonctionner`,
    facts: ['demo', 'concrete'],
  },
  {
    says: 'asks for a demonstration',
    phrases: `essai routier; visite technique|sur place|du chantier; passer|venir mesurer|voir; prendre .. mesures; échantillon*; dégustation; visiter .. salle|locaux|appartement|lieu|atelier`,
    facts: ['concrete'],
  },
  {
    says: 'speaks of a trial',
    phrases: `période d'essai .. gratuit*|logiciel|compte|accès|jours; essai gratuit|de|avant|possible|payant|sans|du|sur; version d'essai; un essai; accès|en essai; essai pour|pendant|# ; essayer; tester .. avant|votre|gratuitement|solution|logiciel|outil|produit|sur|pendant|la|le|avec; phase|projet|groupe pilote; compte test|d'essai; mois gratuit; évaluer .. votre|outil|solution|logiciel; essai .. logiciel|compte`,
    facts: ['trial'],
  },
  {
    says: 'compares suppliers',
    phrases: `comparons; comparer; comparaison; comparatif; concurrents; chez|un|le|votre concurrent; la concurrence; prestataire|fournisseur|logiciel|outil|opérateur|solution|contrat|système actuel|actuelle; actuel|actuelle prestataire|fournisseur|logiciel|outil|opérateur; autres|plusieurs|deux|trois devis|prestataires|fournisseurs|offres|solutions; alternative à|au; mise en concurrence; remplacer .. actuel|logiciel|outil|système|prestataire; quitter .. actuel|prestataire|fournisseur|opérateur; importer .. données|depuis; reprise .. données|existant; hésitons|hésite .. entre`,
    facts: ['concrete'],
  },
  {
    says: 'counts seats or licences',
    phrases: `# postes|poste|utilisateurs|utilisatrices|personnes|salariés|collaborateurs|employés|comptes|accès|collègues|agents|sièges|techniciens|vendeurs|commerciaux|chauffeurs|conseillers; # .. postes|licences|utilisateurs|salariés|collaborateurs; sommes # ; équipe de # ; licences pour|supplémentaires; postes|utilisateurs|accès|comptes supplémentaires|en plus; # de plus; une dizaine|vingtaine|trentaine|cinquantaine|centaine`,
    facts: ['concrete'],
  },
  {
    says: 'names a quantity',
    phrases: `# pièces|unités|cartons|palettes|palette|caisses|bouteilles|chambres|couverts|convives|repas|mètres|m2|tonnes|litres|kilos|boutiques|magasins|agences|bureaux|exemplaires|véhicules|camions|camionnettes|enfants|adultes|invités|nuits|chaises|sacs|paires|lots|rouleaux|fenêtres|portes|panneaux|logements|appartements|salles|ordinateurs`,
    facts: ['concrete'],
  },
  {
    says: 'names a plan or a contract term',
    phrases: `formule|offre|abonnement|pack|forfait|version|licence pro|business|team|starter|premium|basic|entreprise|essentiel|essentielle|standard|équipe|supérieure|intermédiaire; abonnement|engagement|contrat|paiement|facturation|forfait|licence annuel|annuelle|mensuel|mensuelle; contrat cadre; accord cadre; contrat de maintenance; contrat d'entretien; contrat|abonnement|forfait|paiement à l'année; sans engagement; monter en gamme; passer .. pro|premium|supérieur|supérieure|business|entreprise; engagement de|sur # ; sur # ans; changer .. formule|forfait|offre`,
    facts: ['concrete'],
  },
  {
    says: 'speaks of renewing',
    phrases: `renouveler|renouvellement|renouvelle|renouvelons|renouvelé; reconduire; reconduction; prolonger; prolongation; contrat|licence|licences|abonnement|bail .. expire|expirent|échéance|termine|prend|arrive; arrive à échéance|terme|expiration; un an de plus|supplémentaire`,
    facts: ['renewal', 'concrete'],
    deniable: true,
  },
  {
    says: 'has a budget or an approval',
    phrases: `direction|patron|patronne|comité|conseil|dg|daf|associé|chef|budget|mairie .. validé|approuvé|accord|signé|ok|voté|accordé|débloqué; validé|approuvé|accepté par; accord de principe; accord de la direction; enveloppe de|est|budgétaire; maximum|max .. €|euros|eur|chf; pas plus|dépasser .. €|euros|eur|chf; €|euros .. maximum|max; acompte; bon de commande; décision est|a prise|été; c'est décidé; feu vert; on signe; crédits .. votés|disponibles|alloués|débloqués; subvention .. accordée|obtenue; payer .. comptant|immédiatement|suite; on a décidé; avons décidé; validée; prêts à .. payer`,
    facts: ['decided'],
    deniable: true,
  },
  {
    says: 'has a date to meet',
    phrases: `ouverture .. magasin|boutique|restaurant|prévue|site; ouvrons; on ouvre; inaugurons; mariage; déménage*; déménageons; emménage*; date limite; dernier délai; délai de réponse; avant cette date; commission|comité .. réunit|décide|statue; conseil municipal; on décide; décidons; d'ici là; impérativement; réception des offres; remise des offres; la rentrée; séminaire`,
  },
  {
    says: 'is only looking so far',
    phrases: `juste|simplement|simple .. savoir|renseigner|renseignement|curiosité|curieux|comparer|question; curiosité; curieux; curieuse; pour l'instant .. je|on|nous|juste|rien; titre indicatif; me|nous renseigne|renseigner|renseignons; réfléchis; réfléchissons; réflexion; peut être; éventuellement; un jour; pas encore décidé|sûr|sûrs|fixé|fixés; rien de concret|décidé|arrêté; envisage; envisageons; premiers renseignements; tombé|tombée sur votre; votre documentation; ai entendu parler; une idée de|du; ordre d'idée|de grandeur; se poserait`,
    facts: ['exploring'],
  },
  {
    says: 'needs nothing for now',
    phrases: `plus|pas besoin .. moment|instant|actuellement; aucun besoin; projet .. suspendu|reporté|annulé|gelé|abandonné|pause|arrêté|décalé; budget .. coupé|gelé|supprimé|refusé|sabré; reviendrons|reviendrai|reviens .. vers vous; recontacterons|recontacterai; pas cette année; choisi .. autre|concurrent; finalement .. pas|non|renonc*; avons renoncé; pas pour le moment|instant; pas les moyens; satisfaits|contents .. actuel*; aucune action; changé d'avis; rien à faire; ne donnerons pas suite; sans suite`,
    facts: ['nothing-needed'],
  },
  {
    says: 'asks for reseller terms',
    phrases: `revendeur|revendeurs|revente|revendre|revendons; distributeur|distributeurs .. officiel*|agréé*|conditions|devenir|votre|vos; devenir distributeur|partenaire|revendeur; grossiste|grossistes; conditions|tarifs|prix|programme|remise|contrat partenaire|partenaires|revendeur*|grossiste|pro|professionnels|affiliation|d'affiliation; apporteur|apporteurs d'affaires|affaires`,
    facts: ['partner'],
  },
  {
    says: 'asks before buying',
    phrases: `avant .. acheter|commander|signer|décider|souscrire|payer|choisir|engager|m'engager|s'engager; avant .. achat|commande; pas encore client|cliente|clients; futur|future client|cliente; où .. serveurs|données .. hébergé*|stockées|situés|sont; hébergé*|hébergement .. france|europe|où; délai|délais; sous combien; combien de temps; quand pourriez|pouvez vous; au plus tôt; disponibilités; encore .. places|place|créneau*; places disponibles; frais de port|livraison; si on|nous|je .. commande|commandons|prend|prends|prenons|signe|signons; pourriez vous .. livrer|intervenir|venir; votre stock`,
  },
]
