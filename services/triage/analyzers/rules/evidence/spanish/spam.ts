import type { Evidence } from '../evidence.ts'

/** Phrases of mass advertising, fraud, and instructions to the classifier. */
export const SPAM: readonly Evidence[] = [
  {
    says: 'offers us search ranking or web work',
    phrases: `posicionamiento; posicionar|posicionamos|posicione .. web|google|sitio|negocio|empresa; primera página|posición; primeros resultados; primer lugar .. google; enlaces dofollow|patrocinados; su|tu|vuestra página web|sitio|web .. no|podría|aparece|lenta|visitas|más|mejorar; aparecer en google; diseño web|de páginas; reseñas .. google|estrellas|positivas|verificadas; seguidores .. reales|instagram|tiktok; redes sociales .. gestionamos|manejamos|paquete; más clientes|visitas|ventas|tráfico .. web|garantizado|sin|cada|mes; tráfico web|orgánico`,
    deniable: true,
  },
  {
    says: 'sells to us',
    phrases: `ofrecemos; le|les|os|te ofrecemos|ofrezco; somos .. fabricantes|proveedores|líderes|fábrica|agencia|especialistas; nuestra empresa|agencia|fábrica ofrece|se|es; nuestros servicios|productos|precios|expertos; ayudamos a .. empresas|negocios|marcas|clínicas; tu|su negocio|empresa .. crecer|ahorra|necesita; le|les|te interesaría|gustaría .. recibir|ahorrar|conocer|duplicar; # minutos .. esta|semana|llamada|agendar; oferta|promoción especial|limitada|válida|exclusiva; últimas plazas|unidades|horas; aproveche|aprovecha|aprovechen; no se lo pierda; garantizado|garantizada|garantizados; base|bases de datos .. empresas|contactos|verificada|actualizada|emails; sin compromiso; envío gratis; al por mayor; mejor|mejores precio|precios .. mercado; precio|precios imbatible|imbatibles; ahorre|ahorra .. %|hasta; haga|haz|da clic; clic aquí; responda sí|ok|quiero; muestra|muestras gratis|gratuita; desde china; tercerización|externalización; catálogo adjunto`,
    deniable: true,
  },
  {
    says: 'sends out mass mail',
    phrases: `darse de baja de .. boletín|lista; si no desea|quiere recibir; responda baja; baja al; le escribí|escribimos .. semana|días|anterior; solo quería saber si; estimado amigo|propietario|emprendedor|empresario; querido amigo; encontré|vi|visitando su|tu página|web|perfil; reenvía|reenvíe .. contactos|amigos|cadena; en seguimiento a`,
  },
  {
    says: 'promises money',
    phrases: `criptomonedas|cripto; en bitcoin; ganar|gana|gane|ganando|genera .. dinero|dólares|euros|casa|diarios|semana; ingresos pasivos|extra|garantizados; préstamo|préstamos|crédito|créditos .. inmediato|rápido|sin|aprobado|personales|#|interés|hasta; sin aval|buró|garantías; lotería .. ganado|ganador|premio; ha|has ganado|sido; ganador|ganadora; premio|premios; sorteo|sorteos .. ganado|ganador; seleccionado|seleccionada .. para|como; herencia; viuda .. de|general|enferma; millones .. dólares|euros|usd|transferir; transferir .. millones; inversión|invierta|invierte|invertir .. #|rentabilidad|ganancias|mínima|garantizada|segura; casino|apuestas|giros .. bono|gratis|vivo|ganar; bono de bienvenida; duplique|duplica|triplica; trabaja|trabaje desde casa; tarjeta|tarjetas regalo|de regalo; libertad financiera`,
  },
  {
    says: 'tries to deceive',
    phrases: `verifique|verifica|confirme|confirma|valide|actualice su|tu|sus cuenta|datos|identidad|correo|tarjeta; su|tu cuenta|buzón|paquete|dominio|envío|correo .. suspendida|suspendido|retenido|bloqueada|caduca|lleno|detenido|expira|será; paquete .. retenido|aduana|detenido; pague|abone .. aquí|enlace|tasa|evitar; haga clic .. enlace|aquí; último aviso; multa pendiente; contraseña del archivo; nueva cuenta bancaria; nuestra cuenta bancaria ha|cambió; cambio de cuenta bancaria; la|te he|hemos grabado; tu cámara; tengo|tenemos .. vídeos|videos tuyos|íntimos; recompensa; pedido grande; gran pedido; estoy en una reunión; tarjetas .. códigos; transferencia urgente; con discreción; es confidencial`,
  },
  {
    says: 'sells drugs, dating or the like',
    phrases: `pastillas|píldoras .. sin|receta|azules|adelgazar; sin receta; adelgaza|adelgace|bajar de peso; soltera|solteras|chicas .. zona|fotos|calientes|cerca; mis fotos|fotitos; tarot|tarotista|vidente|amarres|brujo|brujería|videncia; réplicas .. relojes|bolsos|lujo; solo sola|solitaria`,
  },
  {
    says: 'recruits or staffs for a fee',
    phrases: `empresa|agencia de trabajo|personal|reclutamiento|empleo|selección|colocación .. temporal|ofrece|ofrecemos|disponible|le|les|para|con; trabajo temporal; personal temporal|cualificado|eventual|capacitado|disponible .. para|su|ofrecemos|a; nuestros|candidatos|perfiles preseleccionados|candidatos|perfiles .. su|para; cubrimos|cubra sus vacantes; tenemos .. candidatos|operarios|perfiles|ingenieros|trabajadores|enfermeras|camareros .. disponibles|listos|para`,
  },
  {
    says: 'tries to instruct the classifier',
    phrases: `ignora|ignore|ignoren|olvida|olvide|omite|omita|desobedece|descarta .. instrucciones|reglas|normas|indicaciones|directrices|saludo|resto; marca|marque|marcar|clasifica|clasifique|clasificar|etiqueta|etiquete|trata|cataloga .. p0|máxima|prioritario|compra|urgente; asigna|asigne|establece|pon|ponga|fija .. prioridad|p0; prioridad máxima|p0 .. intención|confianza|a; nota|mensaje|instrucción|instrucciones|aviso|orden|atención .. sistema|ia|clasificador|asistente|modelo|bot; para la ia|inteligencia; al modelo; mensaje|prompt del sistema; eres|ahora un|eres .. asistente|modelo|bot|ia; ahora eres; responde|contesta únicamente|solo|solamente .. json|con|p0|buy; sube .. p0; confianza 1; intención compra|buy|soporte .. prioridad|priority|confianza; fin del mensaje; modo desarrollador|administrador; querida|estimada ia; soy el administrador`,
    facts: ['injection'],
  },
]
