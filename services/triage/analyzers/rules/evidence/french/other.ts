import type { Evidence } from '../evidence.ts'

/** Phrases of people who want neither to buy, nor support, nor a job. */
export const OTHER: readonly Evidence[] = [
  {
    says: 'is from the press',
    phrases: `journaliste*; rédaction; rédacteur|rédactrice .. chef|magazine|journal|web; journal .. local|régional|quotidien; quotidien régional|local|national; hebdomadaire .. local|régional; presse écrite|locale|régionale|spécialisée; demande|service|contact|dossier|communiqué|carte de presse; demande|service presse; attaché|attachée de presse; reportage; article sur|consacré|pour; sujet sur; interview .. dirigeant*|directeur*|directrice|fondateur*|fondatrice|patron*|pdg|gérant*|votre; interviewer; témoignage pour; émission .. radio|tv|sur|consacrée; réaction avant|pour; votre réaction; bouclage; parution; tournage; documentaire; correspondant local; chaîne de télé*|locale|tv; droit de réponse; ligne éditoriale; la matinale; séquence sur; revue .. préparons|comparatif`,
    facts: ['press'],
  },
  {
    says: 'makes a legal or privacy request',
    phrases: `rgpd; cnil; données personnelles; données à caractère; caractère personnel; droit d'accès|accès|oubli|à l'oubli|à l'effacement|effacement|rectification; effacer|effacement|suppression .. données|compte et; supprimer|supprimez .. données; données .. supprimées|effacées; article 15|17; dpo; mon|notre avocat; avocat de|du|au|conseil; avocate de|du|au; cabinet d'avocats; huissier; huissiers; commissaire de justice; tribunal; prud'hommes; mise en demeure; mets|mettons .. demeure; assignation; contrefaçon; droit|droits d'auteur; marque déposée; propriété intellectuelle; gendarmerie; commissariat; enquêteur*; réquisition*; inspection du travail; inspecteur|inspectrice; contrôle fiscal; dgccrf; urssaf; préfecture; juridique|juridiques; litige; conformité .. rgpd|loi|réglementation; mentions légales; sous traitant|traitance .. données; poursuites; procédure judiciaire; liquidateur; vice caché; effacer|effacez|supprimer|supprimez|détruire|retirez|effacé|conserver .. cv|candidature|coordonnées|curriculum|données|fiche; protection des données; délégué|déléguée à la protection; juge .. référés|des; lettre recommandée; règlement amiable; commissaire aux comptes; procès verbal; répression des fraudes; audience; droit d'opposition|opposition; selon la loi; conseil de l'ordre; retrait .. autorisation; données .. sur moi|me concernant`,
    facts: ['legal'],
  },
  {
    says: 'proposes a partnership',
    phrases: `partenariat|partenariats; partenaire|partenaires .. commercial*|technologique*|potentiel*; collaborer; synergie|synergies; consortium; intervenants; bâtir avec vous; chercher ensemble; sous notre marque; marque blanche; intégration .. commune|construire|développer; travailler ensemble; événement commun; clients communs; clients .. en commun; échange de visibilité; nous associer; s'associer; co marketing|brand*|organis*`,
    facts: ['partner'],
  },
  {
    says: 'offers to buy or merge with the company',
    phrases: `racheter|rachat|reprendre|acquérir .. votre entreprise|société|affaire|parts|fonds|magasin|boutique; cession|céder|vendre .. votre entreprise|société|affaire|fonds; reprise d'entreprise; fusionner; actionnaires; repreneur; transmission d'entreprise; acquéreur*; vos parts`,
  },
  {
    says: 'asks for research or study',
    phrases: `mémoire de|sur|fin|master; thèse sur|de|en|doctorale; une|ma thèse; doctorant*; doctorat; étudiant|étudiante .. en|master|école|l'université; enquête .. auprès|universitaire; sondage; recherche|recherches universitaire*|scientifique*|académique; recherches sur; chercheur|chercheuse; université; exposé; projet scolaire|tutoré|d'études; ma|nos classe|élèves; élèves de|du; visite .. scolaire|classe|élèves|groupe; musée; historien*; archives; étude sur; laboratoire de recherche; soutenance; entretien .. mémoire|thèse|recherche`,
  },
  {
    says: 'asks for a favour or a donation',
    phrases: `faire un don; des dons; don de|pour .. association|tombola|lots; tombola; kermesse; sponsoriser; sponsoring; parrain|parrainer|parrainage; mécénat; collecte; lots pour; prêter .. salle|matériel|tables|camion; fête .. école|village|quartier; bénévoles; intervenir .. école|collège|lycée|classe; téléthon; vide grenier; soutenir .. association|projet|club; loto; subventionner; association .. cherche|soutien|sollicite`,
  },
  {
    says: 'is not a customer',
    phrases: `pas chez vous; pas|jamais client|cliente|clients; pas votre client|cliente; jamais été .. client*; ne suis pas .. client|cliente; voisin|voisine|voisins; habite|habitons|vis .. face|côté|dessus|dessous|près|rue; d'à côté; riverain*; votre|vos camion|camions|camionnette|camionnettes|livreurs|enseigne|véhicule .. garé*|bloque|bloquent|bouche|accroché|abîmé|clignote|stationn*; garé|garée|garés .. devant|trottoir|entrée; devant chez; rien acheter; passant*; mon portail|garage|allée`,
  },
  {
    says: 'sends a supplier’s invoice',
    phrases: `notre|nos facture|factures .. joint|jointe|ci|n|du|reste|impayée|#|attente; facture .. ci jointe|joint .. pour|du|correspondant; ci joint|jointe .. facture; trouver|trouverez .. facture; règlement à|sous # ; facture .. impayée|attente de règlement|échue|reste due; sauf erreur; virement sous; relevé de compte; merci de régler|procéder; notre prestation; règlement de la facture`,
  },
  {
    says: 'asks about lost property or a person',
    phrases: `oublié|perdu|laissé|égaré .. parapluie|écharpe|veste|lunettes|manteau|sac|clés|gants|doudou|casquette|chez vous|dans votre|téléphone|foulard|bonnet; objets|objet trouvés|trouvé; trouvé .. votre|vos|clés|portefeuille|badge|téléphone|carte; travaillé chez vous; ancien|ancienne salarié|salariée|employé|employée|collaborateur; référence|références .. sur|candidat*; prise de références; votre ancien numéro; faux numéro; courrier|colis|lettre pour vous; livré chez nous|moi; reçu .. par erreur; erreur de destinataire; adressé à votre`,
  },
  {
    says: 'wants off a mailing list',
    phrases: `désinscri*; désabonn*; retirer|retirez|enlevez|supprimez|rayez|ôtez|sortez .. liste|fichier|fichiers|diffusion|newsletter|base|mailing|listes; plus .. recevoir .. mails|newsletters|newsletter|publicités|emails|sms|pubs|courriers; plus .. recevoir; cessez|arrêtez .. envoyer|écrire|m'envoyer|m'écrire; jamais .. inscrit|inscrite|abonné; liste de diffusion`,
    facts: ['legal'],
    masks: true,
  },
  {
    says: 'is too vague to tell',
    phrases: `une question; contactez|contacter moi|nous; me contacter; me|nous rappeler; rappelez moi|nous; qui m'adresser|s'adresser|contacter|écrire; qui dois je; qui s'occupe; parler à quelqu'un; bonne adresse; plus d'informations|infos|renseignements|info; des infos|informations|renseignements; renseignements; en savoir plus; infos svp; être recontacté*|rappelé*`,
  },
  {
    says: 'thanks or praises',
    phrases: `merci .. pour|à .. aide|accueil|soirée|efficacité|travail|gentillesse|rapidité|patience|réactivité|dépannage|tout|disponibilité|intervention; merci infiniment|encore|mille; un|très grand merci; juste|simplement merci|remercier; remercier .. équipe|pour; bravo; félicitations; continuez; super|superbe équipe|travail|service|produit|appli|boulot; génial|géniale; excellent accueil|travail|service; parfaite .. installation|réparation; suis|sommes|très|vraiment ravi|ravis|ravie; enchanté|enchantée|enchantés; très satisfait*|content*; au top; bonne année; joyeux noël; joyeuses fêtes; meilleurs vœux|voeux; chapeau; impeccable; adoré|adore|adorons; délicieux|délicieuse; régalé*; je vous recommande|recommanderai`,
    facts: ['thanks'],
    deniable: true,
  },
  {
    says: 'was meant for someone else',
    phrases: `mauvais numéro|destinataire; trompé|trompée|trompe|tromper de numéro|personne|destinataire|boîte; trompé|trompée|trompe|tromper d'adresse; erreur de numéro; pas pour vous; maman; mamie; papi; chéri|chérie; mon cœur|coeur|amour|bébé|lapin; bisous|bisou; je t'aime; ramène|ramènes|prends|achète|oublie .. pain|lait|courses|beurre; va|aller chercher .. petit|petite|enfants|école|gamins; rentre tard|à; coucou maman|chéri*|papa; je suis en retard`,
    facts: ['misdirected'],
  },
  {
    says: 'is an automatic reply',
    phrases: `absent|absente .. du|jusqu'au|jusqu'à; absent|absente du bureau; absence du; message|réponse automatique; actuellement absent*|congé|congés; en congé|congés; de retour le; ne sera pas .. transféré|lu|traité; en mon absence; non distribué; échec de .. remise|distribution; congé maternité|parental; message d'absence`,
    facts: ['automatic'],
  },
]
