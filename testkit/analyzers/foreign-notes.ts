/** Invented notes in languages that the analyzers have not learned, one a line. */
export const FOREIGN_NOTES = {
  uk: `
Скільки коштує підписка на рік?
Не можу увійти до кабінету
Потрібен рахунок на десять ліцензій
Доброго дня, надішліть прайс
Товар прийшов пошкоджений, хочу повернути гроші
Чи працюєте ви в неділю?
Вже третій день ніхто не відповідає на мої листи
Підкажіть, будь ласка, як змінити мову звітів у програмі
Хочемо замовити меблі для офісу на двадцять людей, бюджет погоджено, договір потрібен до п'ятниці
Шукаю роботу водієм, досвід п'ять років, резюме додаю
Після оновлення програма не відкривається, а завтра зранку нам треба здати звіт до податкової
Гроші списали двічі, поверніть одну оплату
Ми невелика школа мов у Львові і хотіли б отримати пропозицію для тридцяти викладачів, а також дізнатися, чи можна спершу спробувати безкоштовно протягом місяця
Передзвоніть мені сьогодні після обіду
Дякую за чудовий сервіс, усе сподобалось
Надішліть каталог`,
  be: `
Колькі каштуе падпіска на год?
Не магу ўвайсці ў кабінет
Патрэбны рахунак на дзесяць ліцэнзій
Добры дзень, дашліце прайс
Тавар прыйшоў пашкоджаны, хачу вярнуць грошы
Ці працуеце вы ў нядзелю?
Ужо трэці дзень ніхто не адказвае на мае лісты
Падкажыце, калі ласка, як змяніць мову справаздач
Хочам замовіць мэблю для офіса на дваццаць чалавек, дамова патрэбна да пятніцы
Шукаю працу кіроўцам, вопыт пяць гадоў
Пасля абнаўлення праграма не адкрываецца, а заўтра раніцай нам трэба здаць справаздачу
Грошы знялі двойчы, вярніце адну аплату
Мы невялікая школа моў у Гродне і хацелі б атрымаць прапанову для трыццаці настаўнікаў, а таксама даведацца, ці можна спачатку паспрабаваць бясплатна на працягу месяца
Ператэлефануйце мне сёння пасля абеду
Дзякуй за цудоўны сэрвіс`,
  bg: `
Колко струва абонаментът?
Не мога да вляза в профила си
Нужна ни е фактура за десет лиценза
Добър ден, изпратете ценова листа
Стоката пристигна повредена, искам си парите обратно
Работите ли в неделя?
Вече трети ден никой не отговаря на писмата ми
Как да сменя езика на отчетите в програмата?
Искаме да поръчаме мебели за офиса за двадесет души, договорът ни трябва до петък
Търся работа като шофьор, имам пет години опит
След обновяването програмата не се отваря, а утре сутринта трябва да подадем отчета
Таксуваха ме два пъти, върнете едното плащане
Ние сме малко езиково училище в Пловдив и бихме искали оферта за тридесет учители, както и да разберем дали може първо да пробваме безплатно за един месец
Обадете ми се днес следобед
Благодаря за чудесното обслужване
Предлагате ли доставка до Варна?`,
  mk: `
Колку чини претплатата?
Не можам да се најавам на профилот
Ни треба фактура за десет лиценци
Добар ден, пратете ценовник
Стоката пристигна оштетена, ги сакам парите назад
Дали работите во недела?
Веќе трет ден никој не одговара на моите пораки
Како да го сменам јазикот на извештаите?
Сакаме да нарачаме мебел за канцеларија за дваесет луѓе, договорот ни треба до петок
Барам работа како возач, имам пет години искуство
По ажурирањето програмата не се отвора, а утре наутро мора да го предадеме извештајот
Ми наплативте двапати, вратете едно плаќање
Ние сме мало училиште за јазици во Битола и би сакале понуда за триесет наставници, а исто така да дознаеме дали може прво да пробаме бесплатно еден месец
Јавете ми се денес попладне
Благодарам за одличната услуга`,
  sr: `
Колико кошта претплата?
Не могу да се пријавим на налог
Треба нам рачун за десет лиценци
Добар дан, пошаљите ценовник
Роба је стигла оштећена, желим повраћај новца
Да ли радите недељом?
Већ трећи дан нико не одговара на моје поруке
Како да променим језик извештаја?
Желимо да наручимо намештај за канцеларију за двадесет људи, уговор нам треба до петка
Тражим посао возача, имам пет година искуства
После ажурирања програм се не отвара, а сутра ујутру морамо да предамо извештај
Два пута сте ми наплатили, вратите једну уплату
Ми смо мала школа језика у Новом Саду и желели бисмо понуду за тридесет наставника, као и да сазнамо да ли може прво да се проба бесплатно месец дана
Позовите ме данас после подне
Хвала на одличној услузи
Koliko košta pretplata?
Ne mogu da se prijavim na nalog
Treba nam račun za deset licenci
Dobar dan, pošaljite cenovnik
Roba je stigla oštećena, želim povraćaj novca
Da li radite nedeljom?
Već treći dan niko ne odgovara na moje poruke
Kako da promenim jezik izveštaja?
Zelimo da narucimo namestaj za kancelariju za dvadeset ljudi, ugovor nam treba do petka
Tražim posao vozača, imam pet godina iskustva
Nakon ažuriranja program se ne otvara, a sutra ujutro moramo predati izvještaj
Dvaput ste mi naplatili, vratite jednu uplatu
Mi smo mala škola jezika u Splitu i htjeli bismo ponudu za trideset nastavnika, a zanima nas i može li se prvo probati besplatno mjesec dana
Nazovite me danas poslijepodne
Hvala na odličnoj usluzi`,
  sl: `
Koliko stane naročnina?
Ne morem se prijaviti v račun
Potrebujemo račun za deset licenc
Dober dan, pošljite cenik
Blago je prispelo poškodovano, želim denar nazaj
Ali delate v nedeljo?
Že tretji dan nihče ne odgovarja na moja sporočila
Kako spremenim jezik poročil?
Radi bi naročili pohištvo za pisarno za dvajset ljudi, pogodbo potrebujemo do petka
Iščem delo voznika, imam pet let izkušenj
Po posodobitvi se program ne odpre, jutri zjutraj pa moramo oddati poročilo
Dvakrat ste mi zaračunali, vrnite eno plačilo
Smo majhna jezikovna šola v Mariboru in bi radi ponudbo za trideset učiteljev, zanima pa nas tudi, ali lahko najprej en mesec poskusimo brezplačno
Pokličite me danes popoldne
Hvala za odlično storitev`,
  it: `
Quanto costa l'abbonamento?
Non riesco ad accedere al mio account
Ci serve una fattura per dieci licenze
Buongiorno, mandatemi il listino
La merce è arrivata danneggiata, voglio il rimborso
Siete aperti la domenica?
Da tre giorni nessuno risponde alle mie mail
Come posso cambiare la lingua dei rapporti?
Vorremmo ordinare i mobili per un ufficio di venti persone, il contratto ci serve entro venerdì
Cerco lavoro come autista, ho cinque anni di esperienza
Dopo l'aggiornamento il programma non si apre e domani mattina dobbiamo consegnare la dichiarazione
Mi avete addebitato due volte, restituite un pagamento
Siamo una piccola scuola di lingue a Trieste e vorremmo un preventivo per trenta insegnanti, inoltre ci interessa sapere se possiamo provare prima gratis per un mese
Richiamatemi oggi pomeriggio
Grazie per l'ottimo servizio
Avete ancora posti disponibili per sabato sera?
prezzo listino sconto quantità
il pacco non è mai arrivato`,
  nl: `
Wat kost een abonnement?
Ik kan niet inloggen op mijn account
Wij hebben een factuur nodig voor tien licenties
Goedemiddag, stuur mij de prijslijst
De bestelling is beschadigd aangekomen, ik wil mijn geld terug
Zijn jullie zondag open?
Al drie dagen reageert niemand op mijn mails
Hoe verander ik de taal van de rapporten?
We willen meubels bestellen voor een kantoor met twintig mensen, het contract moet er vrijdag zijn
Ik zoek werk als chauffeur, vijf jaar ervaring
Sinds de update start het programma niet meer en morgenochtend moeten wij de aangifte indienen
U heeft twee keer afgeschreven, graag één betaling terugstorten
Wij zijn een kleine taalschool in Zwolle en zouden graag een offerte ontvangen voor dertig docenten, en we willen weten of we eerst een maand gratis kunnen proberen
Bel mij vanmiddag terug
Bedankt voor de fijne service
Is er nog plek voor zaterdagavond?
pakket nooit ontvangen`,
  pl: `
Ile kosztuje abonament?
Nie mogę zalogować się na konto
Potrzebujemy faktury na dziesięć licencji
Dzień dobry, proszę przesłać cennik
Towar dotarł uszkodzony, chcę zwrotu pieniędzy
Czy macie otwarte w niedzielę?
Od trzech dni nikt nie odpisuje na moje wiadomości
Jak zmienić język raportów?
Chcemy zamówić meble do biura dla dwudziestu osób, umowę musimy mieć do piątku
Szukam pracy jako kierowca, mam pięć lat doświadczenia
Po aktualizacji program się nie uruchamia, a jutro rano musimy oddać deklarację
Pobrano opłatę dwukrotnie, prosimy o zwrot
Jesteśmy małą szkołą językową w Toruniu i chcielibyśmy dostać ofertę dla trzydziestu nauczycieli, a także dowiedzieć się, czy można najpierw wypróbować program bezpłatnie przez miesiąc
Prosze oddzwonic dzisiaj po poludniu
Dziękuję za świetną obsługę`,
  cs: `
Kolik stojí předplatné?
Nemůžu se přihlásit do účtu
Potřebujeme fakturu na deset licencí
Dobrý den, pošlete mi ceník
Zboží přišlo poškozené, chci vrátit peníze
Máte otevřeno v neděli?
Už třetí den nikdo neodpovídá na moje zprávy
Jak změním jazyk výkazů?
Chceme objednat nábytek do kanceláře pro dvacet lidí, smlouvu potřebujeme do pátku
Hledám práci jako řidič, mám pět let praxe
Po aktualizaci se program neotevře a zítra ráno musíme odevzdat přiznání
Strhli jste mi platbu dvakrát, vraťte jednu
Jsme malá jazyková škola v Olomouci a rádi bychom dostali nabídku pro třicet lektorů, také nás zajímá, zda můžeme program nejdřív měsíc zdarma vyzkoušet
Zavolejte mi dnes odpoledne
Dekuji za skvele sluzby`,
  sk: `
Koľko stojí predplatné?
Nemôžem sa prihlásiť do účtu
Potrebujeme faktúru na desať licencií
Dobrý deň, pošlite mi cenník
Tovar prišiel poškodený, chcem vrátiť peniaze
Máte otvorené v nedeľu?
Už tretí deň nikto neodpovedá na moje správy
Ako zmením jazyk výkazov?
Chceme objednať nábytok do kancelárie pre dvadsať ľudí, zmluvu potrebujeme do piatku
Hľadám prácu ako vodič, mám päť rokov praxe
Po aktualizácii sa program neotvorí a zajtra ráno musíme odovzdať priznanie
Strhli ste mi platbu dvakrát, vráťte jednu
Sme malá jazyková škola v Žiline a radi by sme dostali ponuku pre tridsať lektorov, zaujíma nás aj, či môžeme program najprv mesiac zadarmo vyskúšať
Zavolajte mi dnes popoludní
Dakujem za skvele sluzby`,
  ro: `
Cât costă abonamentul?
Nu pot intra în cont
Avem nevoie de o factură pentru zece licențe
Bună ziua, trimiteți-mi lista de prețuri
Marfa a ajuns deteriorată, vreau banii înapoi
Sunteți deschiși duminică?
De trei zile nu răspunde nimeni la mesajele mele
Cum schimb limba rapoartelor?
Vrem să comandăm mobilă pentru un birou de douăzeci de oameni, contractul ne trebuie până vineri
Caut un loc de munca ca sofer, am cinci ani de experienta
După actualizare programul nu mai pornește, iar mâine dimineață trebuie să depunem declarația
Mi-ați luat banii de două ori, returnați o plată
Suntem o mică școală de limbi străine din Cluj și am dori o ofertă pentru treizeci de profesori, de asemenea vrem să știm dacă putem încerca mai întâi gratuit timp de o lună
Sunati-ma astazi dupa pranz
Multumesc pentru serviciul excelent`,
  sv: `
Vad kostar ett abonnemang?
Jag kan inte logga in på mitt konto
Vi behöver en faktura för tio licenser
Hej, skicka mig prislistan
Varan kom fram skadad, jag vill ha pengarna tillbaka
Har ni öppet på söndag?
I tre dagar har ingen svarat på mina mejl
Hur ändrar jag språket i rapporterna?
Vi vill beställa möbler till ett kontor för tjugo personer, avtalet måste vara klart på fredag
Jag söker jobb som chaufför och har fem års erfarenhet
Efter uppdateringen startar inte programmet och i morgon bitti måste vi lämna deklarationen
Ni har dragit pengar två gånger, betala tillbaka en av dem
Vi är en liten språkskola i Lund och skulle vilja ha en offert för trettio lärare, och vi undrar om vi kan få prova gratis en månad först
Ring mig i eftermiddag
Tack för fin service`,
  da: `
Hvad koster et abonnement?
Jeg kan ikke logge ind på min konto
Vi skal bruge en faktura på ti licenser
Hej, send mig prislisten
Varen kom beskadiget frem, jeg vil have pengene tilbage
Har I åbent på søndag?
I tre dage har ingen svaret på mine mails
Hvordan ændrer jeg sproget i rapporterne?
Vi vil bestille møbler til et kontor med tyve medarbejdere, kontrakten skal være klar fredag
Jeg søger job som chauffør og har fem års erfaring
Efter opdateringen starter programmet ikke, og i morgen tidlig skal vi aflevere opgørelsen
I har trukket pengene to gange, send den ene betaling retur
Vi er en lille sprogskole i Odense og vil gerne have et tilbud til tredive lærere, og vi vil høre, om vi kan prøve det gratis en måned først
Ring til mig i eftermiddag
Tak for god service`,
  no: `
Hva koster et abonnement?
Jeg får ikke logget inn på kontoen
Vi trenger en faktura på ti lisenser
Hei, send meg prislisten
Varen kom frem skadet, jeg vil ha pengene tilbake
Har dere åpent på søndag?
I tre dager har ingen svart på e-postene mine
Hvordan endrer jeg språket i rapportene?
Vi vil bestille møbler til et kontor for tjue personer, avtalen må være klar på fredag
Jeg søker jobb som sjåfør og har fem års erfaring
Etter oppdateringen starter ikke programmet, og i morgen tidlig må vi levere meldingen
Dere har trukket pengene to ganger, send den ene betalingen tilbake
Vi er en liten språkskole i Bergen og ønsker et tilbud for tretti lærere, og vi lurer på om vi kan få prøve gratis i en måned først
Ring meg i ettermiddag
Takk for god service`,
  fi: `
Paljonko tilaus maksaa?
En pääse kirjautumaan tililleni
Tarvitsemme laskun kymmenestä lisenssistä
Hei, lähettäkää minulle hinnasto
Tuote saapui rikkinäisenä, haluan rahat takaisin
Oletteko auki sunnuntaina?
Kolmeen päivään kukaan ei ole vastannut viesteihini
Miten vaihdan raporttien kielen?
Haluamme tilata kalusteet kahdenkymmenen hengen toimistoon, sopimuksen pitää olla valmis perjantaina
Etsin kuljettajan töitä, minulla on viiden vuoden kokemus
Päivityksen jälkeen ohjelma ei käynnisty, ja huomisaamuna meidän pitää jättää ilmoitus
Veloititte kahdesti, palauttakaa toinen maksu
Olemme pieni kielikoulu Turussa ja haluaisimme tarjouksen kolmellekymmenelle opettajalle, lisäksi kysymme, voimmeko ensin kokeilla kuukauden ilmaiseksi
Soittakaa minulle iltapäivällä
Kiitos hyvästä palvelusta`,
  hu: `
Mennyibe kerül az előfizetés?
Nem tudok belépni a fiókomba
Számlát kérünk tíz licencre
Jó napot, küldjék el az árlistát
Az áru sérülten érkezett, kérem vissza a pénzt
Nyitva vannak vasárnap?
Három napja senki nem válaszol a leveleimre
Hogyan állítom át a jelentések nyelvét?
Húsz fős irodába szeretnénk bútort rendelni, a szerződés péntekig kell
Sofőrként keresek munkát, öt év tapasztalatom van
A frissítés után a program nem indul el, holnap reggel pedig be kell adnunk a bevallást
Kétszer vonták le az összeget, kérem az egyiket vissza
Kis nyelviskola vagyunk Szegeden, és harminc tanár számára szeretnénk ajánlatot kérni, továbbá érdekelne, hogy egy hónapig ingyen kipróbálhatjuk-e
Hivjanak vissza ma delutan
Koszonom a kivalo szolgaltatast`,
  tr: `
Abonelik ne kadar?
Hesabıma giriş yapamıyorum
On lisans için fatura istiyoruz
Merhaba, fiyat listesini gönderin
Ürün hasarlı geldi, paramı geri istiyorum
Pazar günü açık mısınız?
Üç gündür kimse mesajlarıma cevap vermiyor
Raporların dilini nasıl değiştiririm?
Yirmi kişilik bir ofis için mobilya sipariş etmek istiyoruz, sözleşme cumaya kadar hazır olmalı
Şoför olarak iş arıyorum, beş yıl deneyimim var
Güncellemeden sonra program açılmıyor, yarın sabah beyannameyi vermemiz gerekiyor
Paramı iki kez çektiniz, birini iade edin
Bursa'da küçük bir dil okuluyuz ve otuz öğretmen için teklif almak istiyoruz, ayrıca önce bir ay ücretsiz deneyip deneyemeyeceğimizi merak ediyoruz
Bugun ogleden sonra beni arayin
Guzel hizmet icin tesekkurler`,
  ca: `
Quant costa la subscripció?
No puc entrar al meu compte
Necessitem una factura per a deu llicències
Bon dia, envieu-me la llista de preus
El producte ha arribat malmès, vull els diners de tornada
Obriu els diumenges?
Fa tres dies que ningú no respon els meus missatges
Com puc canviar l'idioma dels informes?
Volem encarregar els mobles d'una oficina per a vint persones, el contracte l'hem de tenir divendres
Busco feina de conductor, tinc cinc anys d'experiència
Després de l'actualització el programa no s'obre i demà al matí hem de presentar la declaració
M'heu cobrat dues vegades, torneu un dels pagaments
Som una petita escola d'idiomes de Girona i voldríem un pressupost per a trenta professors, també voldríem saber si primer ho podem provar gratis durant un mes
Truqueu-me aquesta tarda
Moltes gràcies pel bon servei
Feu enviaments a Lleida?`,
  gl: `
Canto custa a subscrición?
Non podo entrar na miña conta
Precisamos unha factura para dez licenzas
Bos días, enviádeme a lista de prezos
O produto chegou estragado, quero os cartos de volta
Abrides os domingos?
Hai tres días que ninguén responde ás miñas mensaxes
Como podo cambiar a lingua dos informes?
Queremos encargar os mobles dunha oficina para vinte persoas, o contrato témolo que ter o venres
Busco traballo de condutor, teño cinco anos de experiencia
Despois da actualización o programa non se abre e mañá pola mañá temos que presentar a declaración
Cobráchesme dúas veces, devolvede un dos pagamentos
Somos unha pequena escola de idiomas de Lugo e gustaríanos un orzamento para trinta profesores, tamén queremos saber se o podemos probar de balde durante un mes
Chamádeme esta tarde
Moitas grazas polo bo servizo`,
} as const
