import type { Evidence } from '../evidence.ts'

/** Phrases of people who want to work for us. */
export const JOB: readonly Evidence[] = [
  {
    says: 'applies for work',
    phrases: `my cv|resume|application; cv; resume; curriculum; apply for|to .. job|role|post|position|vacancy; applying for; applied for; application for; cover letter; withdraw my application; hiring manager|team; dear hiring; interviewed; my interview; job interview; interview for|with; candidate; candidature; careers page; job application; my notice period; reference for my application; trial shift`,
  },
  {
    says: 'asks for a vacancy',
    phrases: `are you .. hiring|recruiting; hiring; recruiting; vacancy; vacancies; job opening; any jobs|openings|positions|work; open position|positions|role|roles; position still; still open; role still; is the .. position|job|role|post; looking for .. work|job|a job|employment|position; job; jobs; part time; full time job; saturday job; summer job; night shift; do you hire; need anyone; look for work; lab work; need .. help behind|staff|anyone|hands|pair; do you need|want .. driver|cook|waiter|help|anyone|baker|cleaner; chance to come back; join your team; join you; work for you; work with you; working for you; have a place for; do you take on|apprentices|interns|trainees|volunteers; any use for`,
    deniable: true,
  },
  {
    says: 'looks for a placement',
    phrases: `internship; an|as|summer|student|your intern; interns; placement; apprentice; apprenticeship; apprentices; trainee; work experience; volunteer; thesis position|positions; graduate scheme|programme; student .. looking|position; working student`,
    deniable: true,
  },
  {
    says: 'tells of their experience',
    phrases: `years of experience; years' experience; years experience; experience in|as|of|with; # years as|in|of|behind; worked as|for|at .. years; i can start|work|do; start monday|immediately|tomorrow|any; available from|immediately|for; i'm a|an .. developer|engineer|nurse|driver|designer|teacher|writer|cook|chef|carpenter|electrician|plumber|accountant|translator; qualified; certified|trained as; degree; diploma; bachelor; i speak; native speaker; references available; i know python|java|excel; portfolio; folio; hard working; hardworking; punctual; fast learner; learn fast; licence class; own tools; own kit; own car; salary; pay range; sponsor visas; visa sponsorship; relocate; relocation; open to .. conversation|roles`,
  },
  {
    says: 'offers themselves as a freelancer',
    phrases: `freelance; freelancer; just me; no agency; not an agency; my day rate; day rate; i charge by; i take a day; if you ever need; if you .. ever .. short; think of me; available for hire; could use my; hire me; take me on as|board; give me a chance`,
  },
]
