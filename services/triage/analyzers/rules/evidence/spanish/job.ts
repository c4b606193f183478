import type { Evidence } from '../evidence.ts'

/** Phrases of people who want to work for us. */
export const JOB: readonly Evidence[] = [
  {
    says: 'applies for work',
    phrases: `mi|el currículum; currículo|currículums; mi cv; hoja de vida; postularme|postulo|postular|postulación|postulante; me postulo|postulé; solicitud de empleo; candidatura; candidata|candidato al|para|a; carta de presentación; proceso de selección; entrevista de trabajo; inscribí|inscrito|apunté en|a la vacante|oferta`,
  },
  {
    says: 'asks for a vacancy',
    phrases: `vacante|vacantes; hay|tienen|tenéis|habría .. trabajo|empleo|curro|pega|chamba|laburo; busco|buscando .. trabajo|empleo|pega|chamba|curro|laburo; necesitan|necesitáis|buscan|buscáis|contratan|contratáis|falta .. gente|personal|camarera|camarero|ayudante|chofer|alguien|mozo|cocinero|cajera|repartidor|mecánico; seguís|siguen buscando; están|estáis contratando; quiero trabajar; trabajar con|para|en ustedes|vosotros|su|vuestra; oferta|puesto de trabajo|empleo; media jornada|jornada; bolsa de trabajo; si .. os falta gente; unirme|incorporarme .. equipo; me contratan`,
    deniable: true,
  },
  {
    says: 'looks for a placement',
    phrases: `prácticas .. empresa|enfermería|curriculares|profesionales|remuneradas|de|no|en; hacer .. prácticas; pasantía|pasantías|pasante; becario|becaria; aprendiz; practicante; servicio social; voluntariado|voluntaria|voluntario; estudiante|alumno|alumna de .. ciclo|grado|fp|busco|año`,
    deniable: true,
  },
  {
    says: 'tells of their experience',
    phrases: `# años .. experiencia|trabajando|como|de; experiencia .. en|como|de|previa; tengo experiencia; con experiencia; llevo # .. de|como; trabajé|trabajado .. años|como; soy|somos .. titulada|titulado|colegiada|colegiado|recién; disponibilidad inmediata|completa|horaria|para; disponible para; carnet|carné|licencia de conducir; moto|coche|herramienta propia; puntual; responsable y; referencias; portafolio; sin vicios; ganas de trabajar; incorporación inmediata; pretensión salarial; sueldo|salario; puedo empezar|incorporarme|viajar|entrar`,
  },
  {
    says: 'offers themselves as a freelancer',
    phrases: `autónomo|autónoma .. ofrezco|busco|soy|con; soy .. freelance|freelancer|autónomo|autónoma; por mi cuenta; mi tarifa; cobro .. hora|día|euros|pesos; si .. necesitan|necesitáis .. traductor|traductora|fotógrafo|fotógrafa|diseñador|diseñadora|electricista; me ofrezco|ofrezco como|para; mis servicios como`,
  },
]
