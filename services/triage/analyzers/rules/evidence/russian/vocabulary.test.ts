import { describe, expect, it } from 'vitest'
import { findingsOf } from '../../../../../../testkit/analyzers/findings-of.ts'
import type { Fact } from '../../findings/finding.ts'

describe('facts that are tags, in Russian', () => {
  it.each<[note: string, fact: Fact]>([
    ['Расторгаем договор с первого числа', 'churn-risk'],
    ['Не почините, перейдём к конкурентам', 'churn-risk'],
    ['Отмените мою подписку', 'churn-risk'],
    ['Касса не работает ни на одной точке', 'outage'],
    ['Интернета нет у всего офиса', 'many-affected'],
    ['Вижу сделки чужой фирмы', 'security'],
    ['Ваша база лежит в открытом доступе', 'security'],
    ['Деньги списали дважды', 'billing'],
    ['Пришлите акт сверки', 'billing'],
    ['Удалите моё резюме', 'legal'],
    ['Действуем в интересах доверителя', 'legal'],
    ['Хотим увидеть систему вживую', 'demo'],
    ['Погоняем две недели на тесте', 'trial'],
    ['Абонемент заканчивается, хотим на тех же условиях', 'renewal'],
    ['Давайте советовать друг друга, клиенты у нас общие', 'partner'],
  ])('reads "%s"', (note, fact) => {
    expect(findingsOf(note).facts).toContain(fact)
  })

  it.each<[note: string, fact: Fact]>([
    ['Обещали мастера, второй день тишина', 'churn-risk'],
    ['Нужен замер окон', 'demo'],
    ['Ребёнок ходит на продлёнку', 'renewal'],
    ['Отпишите меня от рассылки', 'legal'],
    ['Звонил дважды, никто не взял трубку', 'billing'],
    ['На машине горит аварийка', 'outage'],
    ['Банкет на 60 человек', 'enterprise'],
  ])('does not read too much into "%s"', (note, fact) => {
    expect(findingsOf(note).facts).not.toContain(fact)
  })
})
