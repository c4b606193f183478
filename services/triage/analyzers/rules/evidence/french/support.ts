import type { Evidence } from '../evidence.ts'

/** Phrases of customers who need help: what is broken, for whom, and what they paid. */
export const SUPPORT: readonly Evidence[] = [
  {
    says: 'cannot get in',
    phrases: `impossible .. connecter|accéder|ouvrir|identifier|entrer; connecter .. plus|impossible|pas; arrive|arrivons|arrivent|peux|peut|pouvons|parviens|réussis .. connecter|accéder|entrer|identifier; identifiants; identifiant; mot de passe; compte .. bloqué|suspendu|désactivé|verrouillé; accès .. bloqué|refusé|impossible|perdu|coupé|plus; bloqué|bloquée|bloqués .. dehors|connexion|compte; connexion .. impossible|échoue|refusée|marche|pas|plus; code de vérification|validation|confirmation; double authentification|facteur; session expirée; ai plus accès; réinitialis*; n'accède plus|pas`,
    facts: ['blocked'],
  },
  {
    says: 'reports a fault',
    phrases: `marche|marchent|fonctionne|fonctionnent|charge|ouvre|répond|imprime|démarre|affiche|affichent|synchronise|envoie|arrive|arrivent|chauffe|enregistre|allume|part|passe|reçois|reçoit|recevons|reçu plus|pas|mal|jamais|aucun|rien; erreur|erreurs; bogue; bugue; plante|plantent|plantage; panne; cassé|cassée|cassés; abîmé*; défectueu*; dysfonctionne*; défaut|défauts; disparu|disparue|disparus|disparues; manque|manquant|manquante|manquent; page|écran blanche|blanc|noir|bleu; figé|gelé; fuite d'eau|eau|sous; fuit; rayé|rayée; fissur*; problème avec|de|sur; souci avec|de|sur; mauvais|mauvaise; lenteur|lenteurs; rame; anomalie; toujours rien; coupure|coupures; endommagé*; rien ne se passe; bloque|coince|cale .. à|sur|dès; ne répond`,
  },
  {
    says: 'complains about a delivery',
    phrases: `commande .. pas|jamais|incomplète|numéro|toujours|reçu|reçue|arrivée|# ; ma|notre commande; colis; livraison .. pas|retard|incomplète|jamais|prévue|erreur|partielle|aucune; livré|livrée|livrés .. mauvais|cassé*|pas|erreur|mauvaise|moitié; reçu .. cassé*|mauvais*|abîmé*|incomplet|erreur|vide; jamais .. reçu|arrivé|arrivée|venu|livré; attends|attendons|attend .. toujours|depuis|encore|#; personne .. venu|présenté|passé; s'est présenté; remplacement; sous garantie; garantie; sav; numéro de série|commande|suivi|dossier|ticket; réf commande; commande n; livreur; échanger .. article|produit|taille; mauvaise|mauvais taille|article|couleur|modèle|pièce|adresse; retard de livraison`,
    facts: ['blocked'],
  },
  {
    says: 'disputes money',
    phrases: `prélevé*; prélèvement*; débité|débitée|débités; débiter; débitent; débite; facturé|facturée|facturés|facturer .. deux|double|tort|trop; deux|trois fois .. facturé*|payé|même|somme|montant; payé|réglé|payer deux|en double; double facturation|paiement|facture|débit; en double; rembours*; facture .. erreur|fausse|incorrecte|élevée|erronée|double|anormale|correspond; trop perçu; surfactur*; erreur de facturation|facture; alors que .. payé|réglé|résilié; rendez|rendre .. argent|somme; mon argent; un avoir; trop payé; chargé .. # fois; recharge .. pas; avoir .. promis|remboursement|reçu; m'a prélevé|facturé; payé # fois`,
    facts: ['billing', 'blocked'],
  },
  {
    says: 'cancels or threatens to leave',
    phrases: `résilier; résiliation; résilie; résilions; résilié; mettre fin; mettre un terme; clôturer|fermer|supprimer .. compte|abonnement; partir .. chez|concurrence|ailleurs|voir; part .. concurrence|ailleurs; quittons|quitter vous|votre; vous quitte|quitter|quittons|quitterons; voir ailleurs; ailleurs; chez un|le|votre concurrent; vers un concurrent; dernière chance|relance|fois; changer|change|changeons .. prestataire|fournisseur|opérateur|crémerie; ne renouvellerons|renouvellerai|renouvelons pas; rupture .. contrat; autre opérateur|prestataire|fournisseur|société .. propose|moins|meilleur|mieux; compétiteur; le devis de votre; m'en vais|irai; en irons; ferme mes|mon|nos; portons nos numéros; tout arrêter; faute d'amélioration; faute d'évolution; si rien ne|n'est .. change|fait; si ça|cela continue; garder votre; signe avec; signons avec; prochaine fois .. ailleurs|autre|irai`,
    facts: ['churn-risk', 'blocked'],
    deniable: true,
  },
  {
    says: 'complains about the service',
    phrases: `annuler; annulation; annulez; insatisfait*; troisième|quatrième|cinquième|deuxième|énième|3e|4e|5e|3ème|2ème fois|mail|message|relance|appel|demande|panne|semaine|courrier; sans réponse; aucune réponse|nouvelle|nouvelles; pas|jamais de réponse; personne .. répond|rappelle|décroche|réagit; déçu|déçue|déçus; est inadmissible|inacceptable|scandaleux; scandaleux; honteux; une honte; ras le bol; j'en ai marre; en avons assez; mécontent*; réclamation; plainte; plus jamais; mauvais avis; une étoile; promis|promesse; vous aviez dit; se moque*; se fout; arnaque; relancé; relances; furieux|furieuse; excédé*`,
    facts: ['blocked'],
  },
  {
    says: 'is a customer already',
    phrases: `depuis .. mise à jour|intervention|installation|passage; depuis hier|votre; depuis ce matin; depuis la mise; votre|la dernière mise; mon|notre compte|contrat|abonnement|espace|forfait|instance; espace client; numéro client; client|cliente|clients .. chez|depuis|fidèle|fidèles; votre|vos technicien*|livreur|plombier|application|logiciel|appli|plateforme; acheté*|achetée* .. chez|vous|votre; commandé|commandée .. chez|le|il; vous avez .. installé|livré|réparé|posé|facturé; installé|installée|posé|posée|livré par vos|vous; après .. mise à jour|passage|réparation|intervention; encore une fois; de nouveau; toujours pas; redémarré; réinstallé; captures|capture; nous utilisons .. depuis|votre; j'utilise .. depuis|votre; ai souscrit`,
  },
  {
    says: 'says that all of it is down',
    phrases: `tout .. arrêt|arrêté|bloqué|planté|tombé|panne|coupé|hors|mort|muet; toute .. bloquée|tombée|coupée|arrêtée|paralysée|muette; tous|toutes|nos .. bloqués|bloquées|ko|hs|muets|morts|mortes|immobilisés|coupés|coupées; est tombé|tombée; aucun|aucune .. ne peut|peut|arrive|parvient|vente|commande; en rade; site|serveur .. hs; refuse toutes|tous; interruption totale|générale|complète; arrêt total; ascenseur .. bloqué|panne|arrêt; chaufferie|chauffage .. arrêtée|arrêté|panne; sans chauffage|internet|téléphone|électricité|eau|réseau; coupure fibre; inaccessible|inaccessibles pour|depuis; standard .. muet; chambre froide; redémarrent en boucle; plus rien; rien ne .. marche|fonctionne|va|répond; panne totale|générale|complète|majeure|nationale; hors service|ligne; serveur|serveurs|site|réseau|internet|système|téléphonie|standard|ligne|lignes|logiciel|caisse|caisses|plateforme|application|api .. tombé*|panne|down|coupé*|hors|inaccessible*|mort|ko|écroulé|indisponible; est|sont|devenu inaccessible|inaccessibles|indisponible; coupure .. totale|générale|courant|réseau|internet; plus .. internet|réseau|téléphone|électricité|courant|eau|chauffage|connexion; plus personne; plus aucun|aucune; rançon; rançongiciel; interruption de service; erreur 500|502|503`,
    facts: ['outage', 'standstill'],
  },
  {
    says: 'says that many are hit',
    phrases: `tous|toutes .. magasins|clients|postes|collègues|utilisateurs|caisses|sites|agences|salariés|bureaux|lignes|services|élèves|résidents|ordinateurs|locataires; tout le|notre .. monde|personnel|service|équipe|bureau|entreprise|école|société|magasin|immeuble|étage; toute la|l'équipe|l'entreprise|l'école|l'agence|notre|une .. équipe|entreprise|école|société|boîte|agence|clinique|résidence|usine; toute agence|équipe|entreprise|école|académie; l'ensemble de|du|des; plus personne; personne .. peut|arrive|travailler|accède; aucun .. utilisateur|poste|collègue|client|magasin|salarié; # personnes|salariés|collègues|ouvriers|agents .. attendent|attente|bloqu*|chômage|bras|arrêt|rien; clients .. attendent|plaignent|appellent|peuvent|partent|furieux; chaque client; file d'attente; la queue; patients .. attendent|salle; nos clients`,
    facts: ['many-affected'],
  },
  {
    says: 'says that business stands still',
    phrases: `est|sont|reste|restent à l'arrêt; production|chaîne|ligne|usine|chantier|atelier|activité|cuisine|entrepôt .. arrêt|arrêtée|arrêté|bloquée|bloqué|stoppée|paralysée|paralysé|stoppé; paralysé*; chômage technique; peut|pouvons|peuvent|puis plus|rien .. travailler|vendre|encaisser|livrer|facturer|expédier|ouvrir|produire; impossible .. travailler|vendre|encaisser|facturer|livrer|expédier; perdons|perd|perds .. argent|clients|ventes|chiffre|euros; chaque heure|minute; sur papier; rentrer chez eux; fermé .. boutique|cause; dangereux; dangereuse; odeur de gaz|brûlé; évacu*; bras croisés; bloqués`,
    facts: ['standstill'],
  },
  {
    says: 'has lost data',
    phrases: `perte de|des|totale données; perte des dossiers; perdu|perdus|perdues .. données|tout|toutes|fichiers|historique|dossiers|commandes|photos|factures; données|fichiers|dossiers|fiches|commandes|historique|factures|écritures|contacts|devis .. disparu|disparus|perdu*|perdus|effacé*|supprimé*|écras*|volatilis*; tout|toutes|tous .. disparu*|effacé*|supprimé*|perdu*; base .. vide|perdue|effacée|corrompue; sauvegarde|sauvegardes .. restaur*|vide*|perdu*|échou*|récup*|date|pas; restaurer; corbeille; récupérer .. données|fichiers|dossiers`,
    facts: ['data-loss'],
  },
  {
    says: 'reports a breach',
    phrases: `fuite de|des données; fuite d'informations; piraté*; piratage; piratée; été|est|sont|compte|site|serveur|boîte|fait pirate|pirater; hacké|hackée|hackés|hackées; données|factures|dossiers|coordonnées|fichier|fiches .. d'autres|public|exposées|vente|accessibles|fuité*|visibles; vois|voit|voyons|voient|accès|accède|tombe|tombé .. données|factures|dossiers|fiches|commandes|compte|bulletins .. autre*|d'autres|d'un|d'une|tiers|inconnu*; d'un|d'une|d'autres autre client|patient|société|entreprise|cliente|patiente; d'autres clients|patients|sociétés; faille|failles; accès|connexion|connexions non autorisé|autorisée|autorisés|autorisées; intrusion .. détect*|système|serveur; sans mot de passe; accessible|accessibles .. publiquement|tous|sans|monde|n'importe; compte|mot|comptes .. compromis|compromise; usurp*; volé|volés|volées .. données|identifiants|clés|ordinateur|mots; vol de données|mots|fichiers; vol d'identifiants; cyberattaque*; rançongiciel*; vulnérabilité; mauvais patient; connexion|connexions suspecte|suspectes|inconnue|inconnues; n'importe qui; sécurité informatique; test d'intrusion; rançon; rançongiciel; chercheur|chercheuse en sécurité; mots de passe .. clair|base|vente; quelqu'un .. connecte|connecté|entré|accès|accédé; quelqu'un .. copié; ont copié; ordonnances|résultats|bulletins|radios|devis d'une|d'un|d'autres|des|de autre*|patients|toutes; autre dame; mail .. imite|usurpe; imite votre; pas à l'origine; virements|virement .. inconnu|validation; sont|est indexés|indexées|indexé|indexée; export de votre base; protection des données médicales; ouvert .. à tout le monde; scans de cartes; tableur public; signale une faille`,
    facts: ['breach', 'security'],
  },
  {
    says: 'reports mailing or charging that runs away',
    phrases: `en boucle; envoie|envoyé|envoyés|envoyer .. tous .. clients|contacts; continue|continuent .. prélever|envoyer|partir|débiter|facturer; n'arrête pas; comment .. arrêter|stopper; tous nos|mes contacts; envoie|envoient|parti|partis|part .. tous|chaque|milliers; toutes les minutes; toutes les # `,
    facts: ['mass-damage'],
  },
  {
    says: 'asks how something works',
    phrases: `comment .. changer|modifier|ajouter|supprimer|exporter|importer|configurer|activer|désactiver|créer|récupérer|télécharger|régler|retrouver|paramétrer|imprimer|installer|mettre|partager|transférer; comment on|je|faire|fait|faut|puis|peut|peux|marche; où .. trouver|trouve|changer|voir|télécharger|modifier|régler|clique|cliquer|est|sont; peut on .. changer|modifier|exporter|ajouter|désactiver|importer; puis je .. changer|modifier|exporter|ajouter|télécharger; mode d'emploi; la|une notice; tuto; tutoriel; réglage|réglages; paramètre|paramètres; quoi sert; que signifie; quelle fréquence; raccourci|raccourcis; marche à suivre; quel menu`,
    facts: ['how-to'],
  },
  {
    says: 'reports a blemish',
    phrases: `faute|fautes de frappe; faute|fautes orthographe; coquille; petit|un|simple détail; rien de grave|méchant|bloquant|dramatique; pas grave|bloquant|dramatique|gênant; pas très grave|gênant; petit|petite souci|bug|remarque|défaut|coquille; cosmétique; pour info|information; titre d'information; légèrement; au passage; mineur; agaçant; décalé|décalée; pas la mort; moche`,
    facts: ['minor'],
  },
  {
    says: 'makes a routine request as a customer',
    phrases: `changement .. adresse|rib|coordonnées|nom|raison; nouvelle|nouveau .. adresse|rib|coordonnées|raison; avons|ai déménagé; changé .. adresse|nom|banque|rib|d'adresse; duplicata; copie .. facture|factures|contrat; renvoyer|envoyer .. facture|factures|contrat|attestation|relevé; facture acquittée; mes|nos|dernières factures; attestation; mettre à jour .. adresse|coordonnées|informations|rib; modifier .. adresse|coordonnées|rib; numéro de tva; justificatif; relevé de|annuel; factures de .. année|l'année`,
    facts: ['routine'],
  },
  {
    says: 'asks for an invoice or a receipt',
    phrases: `duplicata; copie .. facture|factures; renvoyer|envoyer|trouver|télécharger .. facture|factures; facture acquittée; mes|nos|dernières factures; adresse de facturation; factures de .. année|l'année`,
    facts: ['routine', 'billing'],
  },
  {
    says: 'says it is solved',
    phrases: `résolu|résolue; problème|souci|tout|c'est .. réglé; remarche; refonctionne; marche|fonctionne .. nouveau|maintenant|finalement; rentré dans l'ordre; fausse alerte|alarme; trouvé .. seul|seule|finalement|solution; laissez tomber; ignorez|oubliez .. message|mail|demande|précédent*; fermer|clore|clôturer .. ticket|demande|dossier; c'est bon; de notre|ma faute; plus la peine; c'est réparé; finalement trouvé`,
    facts: ['resolved'],
    deniable: true,
  },
]
