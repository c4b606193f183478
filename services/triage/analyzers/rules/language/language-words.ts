/**
 * Frequent words of each language, folded like the words of notes. A word of several languages is in each list. The
 * lists of the first six contain the most frequent words of the labelled notes.
 */
export const KNOWN_LANGUAGE_WORDS = {
  en: `the a and to you for i in your is of on my it we with please have at our me do this can are from be that would not
    one no by how what about all or two need if has like dear was as us an am so i'm send time could now there years
    but good new work will up hi know been day any last want out company when only year since who next thank get hello
    three before call month name just come which week back after price team phone can't attached people i've them
    today again free office look morning thanks number it's see take pay account don't reply days tell does more first
    may let customer well sir email order here off every still also i'd looking much open weeks writing message says
    got some same where cv kindly four find had then because card someone did very page data over quote end service
    start old list many yours address they home per help ask offer own working manager down anything six forward best
    five other system support we're friday give experience go hours small left use job contract should wrong without
    contact business available hope came right tomorrow shop plan months another position school say nothing bank
    night its mail app put write website found told we've change regards were software problem hiya bye lol stock size
    pricing prices demo seats login buy urgent invoice refund hiring cost costs trial plans cancel subscription
    password error broken failed crash crashes works user users licence license licences licenses discount upgrade
    delivery shipping track complaint jobs vacancy resume salary hire internship quotation enquiry inquiry question
    questions info information callback test testing ok yes sorry why won't isn't doesn't didn't i'll that's there's
    slow missing late charged twice payment paid statement export import report update installed install reset close
    opening sunday monday tuesday wednesday thursday saturday tonight cheap services product products into than while
    these those under between during both each few most too lot thing things going done made using used given keep
    make try tried stop stopped really actually maybe perhaps sure hey madam interested consultation estimate
    appointment booking book orders ordered delivered arrived receive received return returned parcel`,
  de: `und die sie ich wir der fur das in ist mit i'm bitte bei ein nicht eine auf ihnen den uns ihr an noch haben von es
    hat ihre sind um einen mir am sehr zu auch mich seit nur bis habe dem als was aus sich kann wie meine nach tag ab
    gern heute uber unsere da guten zwei unser geht mein zum bin war mehr mal hallo aber oder jetzt konnen drei dass
    ihrer wurde zur geehrte vor so wochen vom wenn einem alle angebot team woche ihrem schon muss keine euro werden
    einer wieder ohne alles ob man damen kein nichts herren wird neue machen dank uhr gut wurden morgen hab gestern
    ware mochten jahr steht jahren meiner danke waren diese liegt lauft monat unserer beim name euch hier jahre kommt
    mochte unter brauchen suchen kommen sofort frei soll immer nachsten fragen freitag leute jemand nachricht wer dann
    etwas haus geehrtes konnten preis firma vier bitten zuruck hatte kunden rechnung hatten tel grussen antwort
    unserem hoffe tagen stunden letzten geehrter falls zeit sein mail seite interesse termin sonst durch grusse voraus
    habt stelle schicken suche nehmen welche wann support vielen will lassen einmal er wo gerne freundlichen gerade
    anderen meinen kunde frau unterlagen gibt ende stehen arbeiten montag liegen weg kaufen erst wollen schreiben
    vertrag melden macht system mann ihren kostet bekommen num geld weiter statt konto problem moin servus
    telefonnummer gefunden doppelt abgebucht frohe stuck seine preise kosten kostenlos rechnungen falsch kundigung
    kundigen kaputt bestellung lieferung storno stornieren passwort anmelden anmeldung fehler frage hilfe bewerbung
    offnungszeiten offen geoffnet sonntag samstag mittwoch donnerstag dienstag wieviel warum wieso funktioniert defekt
    umtausch ruckgabe erstattung zahlung uberweisung lizenz lizenzen nutzer platze mitarbeiter rabatt probe testen
    demo abo verlangern verfugbar lieferzeit versand im dir dich du bist hast keinen doch denn weil damit dafur davon
    dazu darauf hierzu wollten sollen sollte konnte gruss liebe lieber`,
  es: `de el y la en que a no con me por un para una se su los las del mi lo si es nos al ya les dos desde ustedes esta
    sin o tengo gracias como mes buenas dias empresa soy este anos mas hay hola antes hoy quiero bien somos tres
    cuanto favor todo dia ha puedo cuando pero solo puede precio pueden manana hace cliente sus quien otra nuestra
    adjunto ano tienen tardes nada presupuesto ni quedo estimado otro estoy sistema cuenta semana equipo datos nuestro
    buenos vez contrato clientes hasta tiene telefono porque ahora correo pasado saber mis trabajo estan numero he
    tenemos saludo viernes servicio son necesito espero queremos senores euros pedido han sobre casa pago sale alguien
    yo factura dice mensaje lunes falta plan estimados donde necesitamos oficina atencion personas tarjeta tambien
    gustaria cuatro veces jueves mismo todos viene cada respuesta hora cinco ninguna llevo hemos tiempo meses muy
    plazo muchas ver entrar web seis uno antemano estamos fecha programa ayer informacion cambio agradezco empresas
    dentro pagina algun sigue experiencia horas departamento pasar quisiera va nadie buen proveedor escrito semanas
    proximo entre tel puesto prueba escribo busco llego vuestro queda ayuda aqui pague error podrian baja seria nombre
    asi usted responsable era tarde dejo cualquier todas cambiar cordial direccion trabajar despues tecnico solicito
    ingles seguro toda van cajas eso mantenimiento marzo unas oferta miercoles aceptan reparan venden hacen podemos
    cuesta cuestan precios cotizacion cotizar horario abierto domingo sabado martes comprar devolucion devolver
    reembolso facturas cancelar suscripcion contrasena acceso funciona roto llegado pedidos envio entrega empleo
    vacante curriculum descuento licencia licencias usuarios demostracion demo gratis planes interesa consulta duda
    urgente noches mucho saludos vosotros tienes hacer hago esto estos estas aquel fue ser sido estaba habia unos
    entonces mientras`,
  fr: `de a vous la le et je pour un votre en les une nous est que bonjour des mon pas ce du on au dans merci ne me sur
    il avec j'ai notre par plus c'est depuis ma vos deux qui ou mois si suis tout mes nos chez ans sans bien pouvez
    avant moi mais trois sont prix fait ca d'un rien jour monsieur avez peut faire passe service demande matin madame
    devis encore elle avons ete client dit clients fois quand peux m'a tous sommes cherche comment jours soir meme
    contrat svp h comme semaine etre message jeudi compte suite reponse equipe faut toute sous combien dire fin autre
    vendredi logiciel aussi besoin n'est marche d'une dernier personnes facture apres cv telephone cette poste aucune
    ont numero prochain passer bonne lundi deja commande recu hier mail place personne societe salutations aux ligne
    cote quelqu'un dossier nom site pourriez cher petit serait nuit faites quel euros possible semaines ici reste n'ai
    toutes aujourd'hui n'a partir bon minutes son tel livraison voudrais nouvelle demain mise quatre j'espere name
    part mercredi souhaite donnees entreprise retour ci toujours sa remercie t cabinet offre veuillez objet postes
    juste midi j'aimerais donc journee adresse entre responsable voir laisse prochaine ecrit mars salle travail qu'il
    maison cinq samedi carte seulement pendant veux prie plusieurs exemple dois don't piece dimanche dix alors page
    mot salut va disponible dispo tarif tarifs coute coutent factures erreur panne fonctionne colis remboursement
    rembourser annuler resilier abonnement resiliation aide question horaires ouvert connexion connecter emploi stage
    candidature essai gratuit demo licence licences utilisateurs urgent information informations renseignement
    renseignements rappeler rappelez reclamation bonsoir cordialement oui non pourquoi est-ce quoi l'abonnement
    l'application d'abonnement n'arrive j'arrive qu'est l'erreur etait etaient aura cela celui celle ceux leur leurs
    lui elles ils nous-memes ainsi beaucoup trop tres`,
  pt: `de e a o que para em com da do no nao um na por uma os ja voces as se me meu so esta minha dia tem sem ate como
    sou ao tenho anos empresa hoje pra desde nos ainda vossa mais ou ha eu boa mas vosso quero bom foi cliente semana
    mes tudo dias quando sao das nosso tarde bem duas ano dos nossa quanto preciso conta favor agora sobre podem preco
    quem temos tres somos noite contrato sistema obrigado sua r posso depois gente todos alguem ai amanha pelo dados
    plano orcamento queria dois pela vem sexta oi site muito nome pessoas casa estou aqui pode ver fim ontem proposta
    prazo anexo mensagem estamos loja vaga fazer clientes trabalho tempo semanas segunda isso quinta precisamos seu
    fazem nada tambem outra hora ninguem fica meses vez saber mil ola obrigada novo faco ser era telefone prezados
    estao senhores todas qualquer este entrega meio ta onde feira nem escritorio numero antes gostaria num sabado
    horas limpeza vezes segue veio equipe consigo pagamento espero agradeco fatura curriculo nunca mesmo valor
    programa resposta suporte partir curso aos vai envio assunto empresas queremos escola pedido vcs conseguem servico
    aguardo nenhuma consegue abre faz mandar euros quatro ter cartao pro tecnico ficou vi manha agradecemos lista
    aparece fui assim enviar entrar outro prezado fornecedor proximo minutos quarta pago obra qual nossos cinco boas
    estagio disponivel apartamento precos custa custam ajuda horario aberto domingo comprar encomenda reembolso
    devolucao devolver faturas cancelar cancelamento assinatura senha acesso erro funciona avariado emprego desconto
    licenca licencas utilizadores usuarios demonstracao demo teste gratis planos interesse informacao informacoes
    duvida urgente sim cumprimentos estava foram eram tinha tinham feito vou vamos comigo conosco voce esse essa isto
    aquilo porque entao gostariamos quer pretendo`,
  ru: `в на и не с у по за вас день до от я а что для есть к из без добрыи мы здравствуите как все ваш нас вы можно мне
    если через но это ли вам меня или сколько сегодня деньги человек уже нужен месяц кто два еще нет пожалуиста только
    хочу вашеи лет бюджет прошу когда рублеи тысяч после бы три сеичас нам нужно о то спасибо стоит договор надо года
    просим год месяца раз счет ваша пока будет могу завтра бесплатно хотим оплата где пишите номер неделю ищу под
    чтобы во же он пришлите нужна телефон недели нужны так пишу вашего работает мои руб просто ничего срок наш заказ
    час одна днеи про цена сразу один две со всех срочно при фото резюме вашу дня р конца может каждыи ни третии минут
    клиентов вашем ремонт кому карту приложение письмо вчера лс тоже саит подскажите там теперь документы потом ваши
    второи верните всем саите мест вечер дома вложении адрес часа напишите доставка человека четыре буду часов скидка
    их двух цену его пишет компании отдел нибудь карты пиши тыс которыи ооо людеи готов работу работа предложение
    праис посмотреть какои чем куда пять хоть скажите жду вопрос утра хотя связи любои больше ищем почту раза
    открывается ссылке сами время очень сам коллеги сделать первыи назад акт был звоните работы условия году свои
    клиент доход раньше будем вернуть штук склад вместо потому вами требуется интернет уважением она машина отвечает
    люди было данные привет тариф водитель опыт прошлыи опыта онлаин ответ ее уважаемые другои была млн обучение
    готовы мастер шесть менеджер знаю компания сервис четверг пятницу какие сорок работаю уважаемыи запись течение
    прислать денег кабинет числа пришел лежит курс прямо ответьте субботу двадцать этом ндс м пятницы интересует
    лицензии доступ ваших окна возьмете сообщить место вместе работать удобно ответа код нашего детеи тема всего
    договору предлагаем программа новыи магазин дальше вашим личку товар банк делать кг приложении гарантия цены
    сообщение аренду иначе го места тут курьер никто пароль утром доброго времени суток цене ко прайс стоимость демо
    купить заказать возврат отмена отменить подписка вход войти ошибка сломалось сломан помогите помощь вакансия
    вакансии счёт расчет смета прайс-лист здравствуйте добрый утро пожалуйста хотел хотела почему зачем какой какая
    этот эта эти тот того такой ещё также который которая которые были быть будут мой моя мое наша наше наши её им ей
    ему них нее неё себя свой они оно тебя тебе проблема проблемы режим работаете открыто воскресенье суббота
    понедельник вторник среда пятница товара жалоба отзыв заявка клиенты сотрудник сотрудники фирма privet
    zdravstvuyte zdravstvuite pozhaluysta pozhaluista skolko stoit nuzhno nuzhen nuzhna nuzhny mozhno hotim hochu
    spasibo est net ili dlya rabotaet vam chto kak kogda gde pochemu dobryy dobriy den zakaz dostavka dengi cena tsena
    srochno`,
} as const

/** Languages that the model has not learned, so that they are not mistaken for a related one. */
export const OTHER_LANGUAGE_WORDS = {
  it: `il lo la i gli le l un uno una di a da in con su per tra fra del dello della dei degli delle dell al allo alla ai
    agli alle dal dalla dai nel nella nei sul sulla e ed o ma se che chi cui non come dove quando quanto quanti quale
    quali perche anche piu molto poco tutto tutti tutta questo questa questi quello quella mio mia miei vostro vostra
    vostri nostro nostra nostri suo sua loro io tu lui lei noi voi ci vi si ne mi ti sono sei siamo siete e' era ho
    hai ha abbiamo avete hanno vorrei vorremmo potete puo possiamo posso potrebbe devo dobbiamo bisogno buongiorno
    buonasera salve ciao grazie prego saluti cordiali distinti costa prezzo prezzi preventivo fattura ordine azienda
    ufficio cliente clienti utenti licenze mese giorno giorni settimana settimane anno anni oggi domani ieri ora
    ancora gia sempre mai fa entro dopo prima lunedi martedi mercoledi giovedi venerdi sabato funziona problema aiuto
    richiesta informazioni offerta qualcuno nessuno senza c'e riesco arrivato arrivata merce soldi rimborso lavoro
    cerco aperti listino sconto pacco`,
  nl: `de het een en van is in op te dat die wij we ik je jij jullie u ons onze uw mijn zijn hun haar niet geen met voor
    aan om bij naar uit over door tot als maar of ook nog al wel dan er hier daar wat wie waar hoe hoeveel wanneer
    waarom kan kunnen kunt wil willen wilt moet moeten mag zou zouden heb hebben heeft had was waren wordt worden zal
    zullen gaat gaan graag dank bedankt alvast hallo hoi goedemorgen goedemiddag goedendag beste geachte groet groeten
    vriendelijke kost kosten prijs prijzen offerte factuur bestelling bedrijf klant klanten gebruikers licenties maand
    week weken dag dagen jaar vandaag morgen gisteren nu sinds vanaf binnen maandag dinsdag woensdag donderdag vrijdag
    werkt probleem hulp vraag informatie iemand niemand zonder meer veel alle deze dit per stuks nodig zoek zoeken mij
    ben bent stuur sturen geld terug werk open betaling bestellen pakket ontvangen`,
  pl: `i w we z ze na do o od dla po za przy przez pod nad bez nie tak jest sa byl byla bylo bedzie sie to ten ta te tego
    tej tym co kto jak gdzie kiedy ile czy ale lub albo oraz ktory ktora ktore juz jeszcze tylko takze bardzo wszystko
    wszyscy moj moja nasz nasza nasze nam nas was pan pani panstwa panstwo ja my mam mamy macie moge mozemy mozna
    mozecie chce chcemy chcialbym chcielibysmy potrzebujemy potrzebuje prosze prosimy dzien dobry witam czesc dziekuje
    dziekujemy pozdrawiam powazaniem cena ceny cene kosztuje koszt oferta oferte faktura fakture zamowienie firma
    firmy firme klient klientow uzytkownikow licencji miesiac tydzien tygodni dni dzisiaj dzis jutro wczoraj teraz rok
    roku poniedzialku piatku dziala problem pomoc pytanie informacje nikt ktos`,
  cs: `a i v ve na se si je jsou jsem jsme byl byla bylo bude budeme to ten ta te toho tom tento tato co kdo jak kde kdy
    kolik zda ale nebo ze ktery ktera ktere uz jeste jen take velmi vse vsichni muj moje nas nase nasi nam vas vase
    vam my mam mame mate muzete muzeme mohu mohl chci chceme chtel chtela chteli bychom bych potrebujeme potrebuji
    prosim prosime dobry den ahoj zdravim dekuji dekujeme pozdravem cena ceny cenu stoji nabidka nabidku faktura
    fakturu objednavka firma firmy firmu zakaznik uzivatelu licenci mesic tyden tydnu dny dnes zitra vcera ted rok
    roku pondeli utery stredu ctvrtek patek funguje problem pomoc dotaz informace nikdo nekdo s z do od pro po za pri
    pred pod nad bez o k ke u ne nejde`,
  sk: `a i v vo na sa si je su som sme bol bola bolo bude to ten ta tento tato co kto ako kde kedy kolko ci ale alebo ze
    ktory ktora ktore uz este len tiez velmi vsetko vsetci moj moja nas nasa nase nam vas vase vam my mam mame mate
    mozete mozeme mozem chcem chceme chcel chceli by potrebujeme potrebujem prosim prosime dobry den ahoj dakujem
    dakujeme pozdravom cena ceny cenu stoji ponuka ponuku faktura fakturu objednavka firma firmy firmu zakaznik mesiac
    tyzden tyzdne dni dnes zajtra vcera teraz rok roku pondelok piatok funguje nefunguje problem pomoc otazka
    informacie nikto niekto s z do od pre po za pri pred pod nad bez o k u nie`,
  tr: `ve bir bu su o icin ile de da ki mi mu ne nasil nerede kim hangi kadar gibi daha cok en her hic ama veya ya hem
    var yok degil olarak olan olur oldu olmak ben sen biz siz onlar benim bizim sizin bana bize size merhaba selam iyi
    gunler tesekkurler tesekkur ederim ederiz saygilar saygilarimla lutfen istiyorum istiyoruz isterim lazim gerekiyor
    almak fiyat fiyati fiyatlar ucret teklif fatura siparis sirket sirketimiz musteri kullanici lisans ay hafta gun
    yil bugun yarin dun simdi pazartesi sali cuma calismiyor sorun yardim bilgi soru kisi adet misiniz musunuz
    edebilir alabilir sonra once kac`,
  ro: `si de la in un o este e cu pe ca nu sa se din pentru sunt suntem esti am ai are avem aveti au era fost fi va vom
    voi eu noi el ea ei mi ma ne le imi iti il care ce cine cum unde cand cat cata cati daca dar sau mai foarte tot
    toate toti acest aceasta acum azi maine ieri inca deja doar dupa pana prin fara catre buna ziua seara salut
    multumesc multumim rog dorim doresc vrem vreau as putea puteti pot putem nevoie costa pret pretul preturi oferta
    factura comanda firma firme compania client clienti utilizatori licente luna saptamana zile zi an ani luni vineri
    functioneaza problema ajutor intrebare informatii nimeni cineva noastra nostru dumneavoastra stima al ale a lui
    lor`,
  sv: `och i att det som en ett pa ar av for med till vi jag du ni han hon de dem oss er ert era var vara vart mitt min
    mina inte har hade kan ska skall vill skulle far finns om men eller sa nar hur mycket manga vad vem vilken fran
    utan efter innan nu idag imorgon igar alla allt mer bara ocksa redan den detta denna dessa hej tack halsningar
    vanliga behover onskar kostar pris priset priser offert faktura bestallning foretag foretaget kund kunder
    anvandare licenser manad vecka veckor dag dagar mandag fredag fungerar problem hjalp fraga information ingen nagon
    garna kunna blir blev mig god fin bra kom fram pengar pengarna tillbaka betala skicka skickar soker jobb bestalla
    oppet tjanst`,
  da: `og i at det som en et pa er af for med til vi jeg du han hun de dem os jer jeres vores min mit mine ikke har havde
    kan skal vil ville kunne far findes om men eller sa nar hvor hvad hvem hvilken meget mange fra uden efter nu dag
    morgen gar alle alt mere kun ogsa allerede den dette denne disse hej tak hilsen venlig behov bruge onsker koster
    pris prisen priser tilbud faktura ordre firma virksomhed kunde kunder brugere licenser maned uge uger dage ar
    mandag fredag virker problem hjaelp sporgsmal ingen nogen gerne blive blev godt bare mig god fin kom frem penge
    pengene tilbage betale send sende soger job bestille abent ind ud gange betaling tjeneste`,
  no: `og i at det som en et pa er av for med til vi jeg du han hun de dem oss dere deres var vart min mitt mine ikke har
    hadde kan skal vil ville kunne far finnes om men eller sa nar hvor hva hvem hvilken mye mange fra uten etter na
    dag morgen gar alle alt mer bare ogsa allerede den dette denne disse hei takk hilsen vennlig mvh trenger onsker
    koster pris prisen priser tilbud faktura ordre bestilling firma bedrift kunde kunder brukere lisenser maned uke
    uker dager ar mandag fredag fungerer virker problem hjelp sporsmal ingen noen gjerne bli ble meg god bra fin kom
    frem penger pengene tilbake betale send sende soker jobb bestille apent inn ut ganger betaling tjeneste`,
  fi: `ja on ei se etta en ole olemme olen ovat oli voi voitte voisitte voimme me te han mina sina mita mika kuka missa
    milloin kuinka paljon miten kun jos mutta tai myos viela jo vain kaikki tama taman tata nyt tanaan huomenna eilen
    hei moi terve kiitos kiitoksia ystavallisin terveisin haluamme haluan haluaisin tarvitsemme tarvitsen maksaa hinta
    hinnat tarjous tarjouksen lasku tilaus yritys yrityksemme asiakas kayttajaa kuukausi viikko paivaa vuosi maanantai
    perjantai toimi ongelma apua kysymys tietoa kukaan meidan teidan ilman kanssa ennen jalkeen noin kpl`,
  hu: `a az es hogy nem van egy ez azt mi en ti ok meg mar csak is de ha vagy mint mert ki hol mikor mennyi mennyibe
    hogyan milyen lehet kell kellene szeretnek szeretnenk szeretnem kerem kerjuk kernek kernenk tudnak tudna tudok
    koszonom koszonjuk udvozlettel tisztelt jo napot szia kerul ar arak arat arajanlat arajanlatot szamla rendeles ceg
    cegunk ugyfel felhasznalo fo darab honap het nap ev ma holnap tegnap most hetfo pentek mukodik problema segitseg
    kerdes informacio senki valaki minden nagyon nelkul utan elott kozott vannak volt lesz lenne fel el be`,
  ca: `el la els les l un una uns de del dels d a al als en amb per que i o no si es se em ens us vos hi ho li n'hi som
    sou son soc estem tenim teniu tinc te tenen hem heu han he ha vull volem voldria voldriem puc podem podeu pot
    poden cal necessitem necessito aquest aquesta aquests aquestes aixo meu meva nostre nostra nostres vostre vostra
    vostres seu seva bon dia bona tarda hola gracies moltes salutacions plau quant quants costa preu preus pressupost
    factura comanda empresa oficina client clients usuaris llicencies mes mesos setmana dies any anys avui dema ahir
    ara encara ja sempre mai abans despres dilluns divendres funciona problema ajuda pregunta informacio ningu algu
    sense molt tot tots tota com on quan qui perque pero tambe fins des`,
  gl: `o a os as un unha uns de do da dos das en no na nos nas con por para que e ou non si se me vos lle lles ao aos
    polo pola mais moi moito pero tamen xa ainda onde cando canto canta como quen porque este esta estes isto meu mina
    mia noso nosa nosos voso vosa seu sua eu ti el ela temos tedes teno ten son somos estamos queremos quero queria
    quixera gustariame gustarianos podemos podedes poden podo precisamos preciso necesitamos ola bos dias boas tardes
    grazas saudos cordial prezo prezos orzamento factura pedido empresa oficina cliente clientes usuarios licenzas mes
    semana dia ano anos hoxe mana onte agora luns venres funciona problema axuda pregunta informacion ninguen alguen
    sen ata desde despois antes todo todos dunha dun nunha nun traballo lingua mensaxe mensaxes cartos chegou chamar
    chamade busco cinco mui tarde informes escola produto idioma sempre nunca cousa asi`,
  sr: `и у на се је су да не за од са о по из до ли или али као што шта ко где када колико како који која које ово тај та
    то ми ви они нас вас нам вам наш наша наше ваш ваша ваше мој имамо имате имам можете можемо могу желимо желим
    треба потребно молим молимо добар дан здраво поздрав хвала унапред цена цене цену кошта понуда понуду рачун
    поруџбина фирма фирме клијент корисника лиценци месец недеља недеље дана данас сутра јуче сада година понедељка
    петка ради проблем помоћ питање информације нико неко без све јер још већ само бих бисмо сте смо сам би није нема
    i u na se je su da ne za od sa o po iz do li ili ali kao sto sta tko ko gdje gde kada koliko kako koji koja koje
    ovo taj ta to mi vi oni nas vas nam vam nasa nase vasa vase moj imamo imate imam mozete mozemo mogu zelimo zelim
    treba potrebno molim molimo dobar dan zdravo bok pozdrav hvala unaprijed unapred cijena cijene cijenu cena cene
    cenu kosta kostaju ponuda ponudu racun narudzba firma tvrtka tvrtke klijent korisnika licenci mjesec mesec tjedan
    tjedna nedelje dana danas sutra jucer juce sada godina ponedjeljka petka radi problem pomoc pitanje informacije
    nitko niko netko bez sve jer jos vec samo bih bismo ste smo sam bi nije nema ме их га му пет посао тражим новац
    назад достава нудите радите пошаљите после подне me ih ga mu pet posao trazim novac nazad dostava nudite radite
    posaljite posle poslije podne`,
  sl: `in v na se je so da ne za od z s o po iz do ali pa kot kaj kdo kje kdaj koliko kako ki ta to mi vi nas vas nam vam
    nasa nase vasa vase moj imamo imate imam lahko mozno zelimo zelim potrebujemo potrebujem prosim prosimo dober dan
    zdravo pozdravljeni pozdrav hvala vnaprej cena cene ceno stane ponudba ponudbo racun narocilo podjetje podjetja
    stranka uporabnikov licenc mesec teden tedna dni danes jutri vceraj zdaj leto ponedeljka petka deluje problem
    pomoc vprasanje informacije nihce nekdo brez vse ker ze samo bi smo ste sem ni nimamo`,
  uk: `і й та у в на не що як це для з зі із до від за по про при без або чи але так ні ми ви вас вам нас нам наш наша
    наше ваш ваша ваше ваші я він вона воно вони мене мені мій є був була було будуть буде може можна можете можемо
    хочемо хочу хотіли потрібно потрібен потрібна треба маємо маю скільки де коли хто який яка яке які чому дуже вже
    ще тільки також все всі якщо добрии день вітаю доброго дня дякую дякуємо прошу просимо будь ласка повагою ціна
    ціну ціни коштує вартість пропозиція пропозицію рахунок замовлення компанія фірма клієнт користувачів ліцензіи
    місяць тиждень днів сьогодні завтра вчора зараз рік понеділка пятниці працює проблема допомога питання інформація
    ніхто хтось після перед через нема немає грн гривень повернути гроші надішліть товар доставка працюєте хвилин`,
  be: `і и у ў на не што як гэта для з са да ад за па пра без або ці але так мы вы вас вам нас нам наш наша ваш ваша я ен
    яна яны мне маи есць быу была было будзе можа можна можаце хочам хачу трэба патрэбна маем маю колькі дзе калі хто
    які якая якое якія чаму вельмі ужо яшчэ толькі таксама усе добры дзень вітаю дзякуи дзякуем прашу просім ласка
    павагаи цана цану кошт каштуе прапанова рахунак заказ кампанія фірма кліент месяц тыдзень дзен сення заутра учора
    зараз год працуе праблема дапамога пытанне інфармацыя ніхто хтосьці пасля`,
  bg: `и в във на не се за от да по с със до при без но или ли как какво къде кога колко кои коя кое които това тази този
    тези ние вие вас ви нас ни наш нашата нашият вашата вашия вашите ваш аз тои тя те мен ми съм си е са сме сте беше
    ще може можете можем искаме искам бихме бих имаме имате имам трябва нужно необходимо нуждаем моля здравеите
    здравеи добър ден благодаря благодарим поздрави цена цената цени струва оферта офертата фактура фактурата поръчка
    поръчката фирма фирмата компания клиент клиенти потребители лиценза месец седмица седмици дни днес утре вчера сега
    година понеделник петък работи проблем помощ въпрос информация никои някои вече още само много всички когато защо
    след преди повече предварително лева евро услуга бъде дали че ме им го ги му пет години работа търся парите
    обратно доставка предлагате мога какъв каква колкото работите обаждане изпратете изпратите получих`,
  mk: `и во на не се за од да по со до при без но или ли како што каде кога колку кој која кое кои ова оваа овој ние вие
    вас ви нас ни наш нашата вашата јас тоа тие мене ми сум си е сме сте беше ќе ке може можете можеме сакаме сакам
    имаме имате имам треба потребно потребни ве молиме молам здраво добар ден благодарам благодариме поздрав цена
    цената чини понуда понудата фактура нарачка фирма фирмата компанија клиент корисници лиценци месец недела недели
    дена денес утре вчера сега година понеделник петок работи проблем помош прашање информации никој некој веќе уште
    само многу сите однапред коштa чинат ме им го ги му пет години работа барам парите назад достава нудите какви
    какво работите пратете добив`,
  lt: `ir yra ne kad is su uz del ar bet kaip kas kur kada kiek koks mes jus jusu musu man mums as jis ji turime turite
    turiu galite galime galiu norime norėčiau noreciau noretume reikia prasome prasau laba diena sveiki labas aciu
    dekojame pagarbiai kaina kainos kainuoja pasiulymas pasiulyma saskaita uzsakymas imone imones klientas vartotoju
    menuo savaite dienu siandien rytoj vakar dabar metai pirmadienio penktadienio veikia neveikia problema pagalba
    klausimas informacija niekas labai jau dar tik visi`,
  lv: `un ir ne ka no ar par uz pie bet vai kas kur kad cik kads mes jus jusu musu man mums es vins varat varam varu
    velamies velos vajag nepieciesams ludzu labdien sveiki paldies cienu cena cenas maksa piedavajums piedavajumu
    rekins pasutijums uznemums uznemuma klients lietotaju menesis nedela dienas sodien rit vakar tagad gads pirmdiena
    piektdiena strada nestrada problema palidziba jautajums informacija neviens loti jau vel tikai visi`,
  id: `dan yang di ke dari untuk dengan ini itu tidak kami kita saya anda kamu mereka ada adalah akan bisa dapat ingin
    mau perlu butuh harus sudah belum juga atau tapi tetapi jika kalau karena apa apakah siapa dimana kapan berapa
    bagaimana harga biaya penawaran faktur pesanan perusahaan kantor pelanggan pengguna lisensi bulan minggu hari
    tahun sekarang besok kemarin senin jumat tolong mohon terima kasih selamat pagi siang sore halo salam bekerja
    masalah bantuan pertanyaan informasi semua lebih sangat paket satu dua orang buah nya tak boleh encik puan`,
} as const

/** Endings of words that are in no list, and the languages in which they are usual. */
export const LANGUAGE_ENDINGS = [
  ['en', 'ing ings ness less ful ght ould ially ably ibly ally ously'],
  ['en fr', 'tion tions'],
  ['en fr de nl', 'ment'],
  ['de', 'ung ungen heit keit lich liche lichen ieren iert igen isch ische ischen schaft'],
  ['nl', 'ijk ijke heid lijk'],
  ['es gl', 'cion'],
  ['es', 'ciones iendo dad dades ando aron ieron amos imos'],
  ['pt', 'cao coes oes ndo aram eram agem'],
  ['es pt gl', 'mente'],
  ['es pt gl it', 'idos adas ados'],
  ['fr', 'aient aux eux euse ement ements ais ait eau oir ique iques ette sse'],
  ['it', 'zione zioni ggio eggi amento iamo'],
  ['ro', 'tii ului ilor ati iti'],
  ['ru', 'ать еть ить оть уть ыть ять ться ого его ости ство щие щих щем щеи'],
  ['uk', 'ння увати нути'],
  ['bg', 'ията ият ване'],
] as const
