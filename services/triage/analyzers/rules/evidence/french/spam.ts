import type { Evidence } from '../evidence.ts'

/** Phrases of mass advertising, fraud, and instructions to the classifier. */
export const SPAM: readonly Evidence[] = [
  {
    says: 'offers us search ranking or web work',
    phrases: `référencement; première|1ère page|position .. google; google .. première|position|page|classement|étoiles; votre site .. web|internet|pourrait|mérite|lent|invisible|manque|google|position*; votre visibilité; visibilité en|sur|locale; trafic .. site|qualifié|organique; plus de clients|trafic|leads|prospects|visiteurs|ventes|réservations|rendez; prospects qualifiés; génération de leads|prospects|contacts; création|refonte .. site|sites; avis .. positifs|négatifs|étoiles|vérifiés|google; netlinking; liens entrants; abonnés .. instagram|réels|garantis|vrais|#; article sponsorisé|invité; agence web|digitale`,
    deniable: true,
  },
  {
    says: 'sells to us',
    phrases: `nous proposons|offrons|fournissons|fabriquons|accompagnons|aidons|intervenons; vous proposer|proposons|propose|accompagner|présenter .. nos|notre|une|un; notre agence|usine|gamme|cabinet|plateforme|expertise; nos services|experts|solutions|consultants; nous sommes .. fabricant|fournisseur|agence|leader|spécialis*|éditeur|cabinet; spécialisé|spécialisés|spécialisée|spécialiste dans|en; seriez vous; êtes vous intéressé*; intéressé .. par notre|nos; court|rapide|bref|petit échange|appel; un échange; échange de # ; # minutes .. semaine|échanger|téléphone|appel|présenter|agenda; audit|diagnostic|bilan|étude|simulation gratuit|gratuite|offert|offerte; gratuitement; offre spéciale|limitée|exceptionnelle|valable|réservée; dernières places; profitez; cliquez; découvrez; inscrivez vous; augmentez|boostez|doublez|développez|multipliez|optimisez|réduisez vos|votre|le;
      meilleur prix|rapport; direct|directe usine; certificats d'économies; panneaux|photovoltaïque* .. aides|prime|sans|aide|gratuit*; compte cpf; base|fichier .. entreprises|b2b|emails|décideurs; la bonne personne; bon interlocuteur; bonne personne; résultats garantis; permets de .. contacter|relancer|solliciter; sourcing`,
    deniable: true,
  },
  {
    says: 'sends out mass mail',
    phrases: `désinscription; se|vous désinscrire|désabonner; pour .. désinscrire|désabonner; répondez stop|oui; stop au # ; cher|chère ami|amie|partenaire|webmaster|propriétaire; suite à mon|mes .. mail|message|précédent*; je reviens vers vous .. concernant|suite|sujet|rapidement; avez vous .. pris connaissance|eu temps; je vous relance; me permets de .. relancer`,
  },
  {
    says: 'promises money',
    phrases: `prêt|prêts|crédit|crédits .. particulier*|argent|rapide|entre|personnel|taux|facile|sérieux|urgent|honnête; prêteur|prêteuse; financement .. rapide|sans; sans justificatif*; gagner .. argent|euros|€|jour|domicile|mois; gagnez; gagnant|gagnante; gagné .. iphone|lot|prix|tirage|loterie|million*|carte|voyage|bon; loterie; tirage au sort; cryptomonnaie*; crypto monnaie*; investissez; investissement .. garanti*|rentable|rendement|bitcoin|opportunité; rendement|rendements; revenu|revenus passif|passifs|complémentaire*|automatique*; héritage|héritier; don de # ; somme de # .. euros|dollars|€; léguer|lègue; veuve; gros lot; avez remporté|gagné; sélectionné|sélectionnée .. recevoir|gagner|gagnant*; tours gratuits; voyance|voyant|voyante; marabout; retour affectif|de l'être; complément de revenu*; depuis chez vous`,
  },
  {
    says: 'tries to deceive',
    phrases: `votre|vos compte|colis|boîte|messagerie|mot|domaine|dossier|accès .. suspendu|bloqué|expire|expiré|limité|attente|saturée|désactivé|retenu|pleine|supprimé; vérifier|vérifiez|confirmez|actualisez|régularisez|validez .. compte|identité|informations|coordonnées|données|bancaires|situation; cliquez ici|sur|dessous; frais de douane|livraison|dossier|traitement .. payer|régler|euros|€|#; nouveau rib .. virement|paiement|prise|désormais; coordonnées bancaires .. changé|modifié|nouvelles|confirm*; virement .. urgent|confidentiel|immédiat|discrétion|effectuer|discret; confidentiel*; cartes cadeaux|cadeau|prépayées; êtes vous .. bureau|disponible .. là|discret*|tâche; webcam; filmé; pièce jointe .. mot|code|ouvrir; ouvrez .. pièce|fichier|document; mise en demeure .. payer|lien; sous 24|48 h|heures .. suspen*|bloqu*|cliqu*; dernier avis|rappel; transporteur .. viendra|passera|récupérer|enverrai; chèque de banque; votre pc|ordinateur .. infecté|virus`,
  },
  {
    says: 'sells drugs, dating or the like',
    phrases: `maigrir|minceur; perdre .. kilos|kg|poids; perdez .. kilos|kg; sans ordonnance; rencontre|rencontres .. femmes|coquine*|chaudes|près|célibataire*; célibataires; femmes .. seules|près|chaudes|russes; coquine|coquines; diplôme .. acheter|authentique|enregistré; permis de conduire .. acheter|sans examen|authentique|enregistré; contrefaçons; répliques; faux billets; brûle graisse`,
  },
  {
    says: 'recruits or staffs for a fee',
    phrases: `profils|candidats|ouvriers|développeurs|techniciens .. disponibles|qualifiés|immédiatement|prêts|présélectionnés; nos candidats|intérimaires|consultants|développeurs|profils; agence d'intérim|d'emploi; cabinet de recrutement; intérimaires; personnel|main d'oeuvre|d'œuvre|qualifié|roumain*|polonais*|étranger*|intérimaire; portage salarial; délégation de personnel; offshore`,
  },
  {
    says: 'tries to instruct the classifier',
    phrases: `ignore|ignorez|ignorer|oublie|oubliez .. instructions|consignes|règles|directives|prompt; ignore|ignorez toutes|tes|vos; tu es|deviens .. maintenant|désormais; désormais tu; classe|classez|classer|marque|marquez|mets|mettez|traite|traitez|attribue|attribuez|considère|considérez|catégorise .. p0|p1|priorité|urgent|urgente|prioritaire|achat|buy|maximale; priorité .. p0|maximale|absolue|haute|critique; en p0; note|message|instruction|consigne|instructions|consignes .. système|l'ia|ia|robot|classificateur|modèle|assistant|tri|classement|l'assistant|automatique; prompt système; invite système; message système; nouvelle|nouvelles consigne|règle|instruction|instructions|consignes; modèle de langage; tes|vos consignes|instructions; confiance 1|maximale`,
    facts: ['injection'],
  },
]
